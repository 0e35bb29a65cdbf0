from __future__ import annotations

from typing import Any

import pytest

from impasto import catalogue
from impasto.errors import ConfigError

CLASSES = catalogue.usable(catalogue.painters())
LEARNERS = [name for name, cls in CLASSES.items() if cls.learns() and not cls.needed_settings]


def test_weights_beyond_the_memory_are_refused_before_they_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("impasto.contract.construction.memory_of_machine", lambda: 10**9)
    with pytest.raises(ConfigError, match=r"weights of 51\.7 GB, and this machine has 1\.0 GB of memory"):
        catalogue.painter("flow_matching").build("tiny", width=4096, depth=64, heads=64)


def error_over(cls: type[Any], description: dict[str, Any]) -> str:
    """The error over a description; '' where there is none."""
    try:
        cls.from_description(description)
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", LEARNERS)
def test_numbers_of_a_strangers_file_are_checked_first(name: str) -> None:
    cls = catalogue.painter(name)
    description = cls.build("tiny", resolution=32, categories=("dawn", "dusk"), shares=(0.5, 0.5)).describe()
    assert cls.from_description(description).describe() == description
    for field, value in description["config"].items():
        if isinstance(value, int) and not isinstance(value, bool):
            strange = {**description, "config": {**description["config"], field: 10**12}}
            message = error_over(cls, strange)
            assert message == "" or f"{field} = 1000000000000" in message or "GB of memory" in message
    for facts in ({"size": [10**9, 10**9]}, {"size": [0, 32]}, {"maps": {"layout": 10**9}}, {"frames": 10**9}):
        with pytest.raises(ConfigError):
            cls.from_description({**description, "data": {**description["data"], **facts}})
