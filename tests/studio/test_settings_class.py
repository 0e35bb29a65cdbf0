"""Classes made of schemas check like those that the schemas were made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from impasto import catalogue
from impasto.config import describe as settings_of
from impasto.config import load, to_dict
from impasto.errors import ConfigError
from impasto.files import write_json
from impasto.studio.paint.controls import controls_of
from impasto.studio.painters.describing import describe
from impasto.studio.painters.settings_class import settings_class


@pytest.mark.parametrize(("name", "hidden"), [("landscape", set()), ("aaron", {"best_of"})])
def test_a_class_made_of_schemas_has_the_same_settings(name: str, hidden: set[str]) -> None:
    description = describe(name)
    original = catalogue.painter(name).Settings
    copied = settings_class(description.settings)
    assert to_dict(load(copied, {})) == to_dict(load(original, {}))
    assert [(s.name, s.values, s.description) for s in settings_of(copied)] == [
        (s.name, s.values, s.description) for s in settings_of(original)
    ]
    for setting in settings_of(original):
        for wrong in (-1e9, "no such value", [[]], {"x": 1}):
            values = {setting.name: wrong}
            assert _verdict(copied, values) == _verdict(original, values), values
    first, others = controls_of(description.settings, description.reads)
    # What needs a prompt is of no use to a painter that reads none.
    assert {control.name for control in first + others} == {s.name for s in settings_of(original)} - hidden


def test_a_distilled_painter_is_described_with_the_steps_that_it_learned(tmp_path: Path) -> None:
    taught = catalogue.painter("flow_matching").build("tiny").describe()
    write_json(tmp_path / "config.json", {**taught, "changes": [{"by": "distil", "painting": {"steps": 3}}]})
    described = describe(str(tmp_path))
    assert {s.name: s.default for s in described.settings}["steps"] == 3
    assert described.varies
    assert load(settings_class(described.settings), {}).steps == 3
    assert not describe("esrgan").varies


def _verdict(cls: type, values: dict[str, object]) -> str:
    """The sentence about some values; '' where they are right."""
    try:
        load(cls, values, "x")
    except ConfigError as error:
        return str(error)
    return ""
