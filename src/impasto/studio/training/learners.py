"""What can be trained, and the settings of its training, described in a process of its own, since that takes torch.

    python -m impasto.studio.training.learners

prints a line of JSON for each painter and judge that learns: a `LearnerView`. The service keeps the lines in the cache
folder for as long as the program has not changed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Any

from pydantic import BaseModel, Field

from impasto.errors import ImpastoError, Unavailable, UnknownName
from impasto.files import cache_folder, read_json, write_json
from impasto.spelling import command_line
from impasto.studio.painters.description import SettingView
from impasto.studio.painters.shelf import fingerprint

__all__ = ["LearnerView", "find", "learners", "main", "ready"]

PATIENCE = 300.0
"""Seconds that describing all of them may take."""


class LearnerView(BaseModel):
    """A painter or judge that learns from pictures."""

    name: str = Field(description="Its name in the catalogue.")
    kind: str = Field(description="'painter', or 'judge' for a model that learns but does not paint.")
    summary: str = Field(description="What it is, in a few words.")
    year: int = Field(description="Year of its first description.")
    reference: str = Field(description="Where it was first described.")
    facts: dict[str, str] = Field(description="What else there is to know.")
    presets: list[str] = Field(description="Names of its presets.")
    settings: list[SettingView] = Field(description="Settings of its architecture and of its learning.")
    needed_settings: list[str] = Field(description="Those without which it cannot be trained.")
    sides: list[int] = Field(description="Heights and widths of pictures that it can learn, in pixels.")
    sides_in_words: str = Field(description="The same in words.")
    clips: bool = Field(description="Whether it can learn clips.")


_learners: dict[str, LearnerView] = {}
_reading = threading.Lock()


def ready() -> bool:
    """Whether the learners are known by now."""
    return bool(_learners)


def learners() -> dict[str, LearnerView]:
    """All painters and judges that learn, by name; the first call may take some seconds.

    Raises:
        Unavailable: When they cannot be described.
    """
    with _reading:
        if not _learners:
            file = cache_folder() / "studio" / f"learners-{fingerprint()}.json"
            with suppress(ImpastoError, ValueError, TypeError):
                _take(read_json(file))
            if not _learners:
                _take(_described())
                with suppress(ImpastoError):  # The cache folder may be read-only.
                    write_json(file, [view.model_dump() for view in _learners.values()])
    return _learners


def find(name: str) -> LearnerView:
    """A painter or judge that learns.

    Raises:
        UnknownName: When none of that name learns.
    """
    known = learners()
    if name not in known:
        raise UnknownName("painter to train", name, list(known))
    return known[name]


def _take(values: list[dict[str, Any]]) -> None:
    _learners.update({view.name: view for view in (LearnerView(**value) for value in values)})


def _described() -> list[dict[str, Any]]:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "impasto.studio.training.learners"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": path},
            timeout=PATIENCE,
            check=True,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]
    except (subprocess.SubprocessError, ValueError) as error:
        raise Unavailable(f"The painters that can be trained could not be listed ({error}); try again.") from None


def main() -> None:
    """Print the learners; see the module."""
    from impasto import catalogue
    from impasto.api.explaining import explain
    from impasto.contract.data import sizes_in_words

    cards = {**catalogue.painters(), **catalogue.judges()}
    for name, cls in catalogue.usable(cards).items():
        if not cls.learns():
            continue
        explanation = explain(name)
        view = LearnerView(
            name=name,
            kind=explanation.kind,
            summary=explanation.summary,
            year=explanation.year,
            reference=explanation.source,
            facts=dict(explanation.facts),
            presets=list(explanation.presets),
            settings=[SettingView.of(setting) for setting in explanation.settings["training"].values()],
            needed_settings=list(cls.needed_settings),
            sides=list(cls.resolutions),
            sides_in_words=sizes_in_words(cls.resolutions),
            clips=cls.clips,
        )
        print(view.model_dump_json(), flush=True)


if __name__ == "__main__":
    with command_line():
        main()
