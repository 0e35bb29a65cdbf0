"""Which edits can be done here: what each needs, and which painters at hand do it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from impasto import catalogue
from impasto.api.performing import FILES, Edit, editor
from impasto.errors import CheckpointError
from impasto.files import read_json
from impasto.sources import PACKAGED, RUNS, SHIPPED

if TYPE_CHECKING:
    from impasto.contract import Learner

__all__ = ["EditAtHand", "does", "edits_at_hand"]

WORDS = "words"


@dataclass(frozen=True)
class EditAtHand:
    """An edit, and what there is to do it with.

    Attributes:
        name: Its name.
        summary: What it is, in a few words.
        year: Year of its first description.
        source: Where it was first described.
        needs: What it needs beside the picture: 'a mask', 'a second picture', 'words'.
        painter: The painter that does it where none is named; '' where one must be.
        painters: Painters at hand that can: those that come with impasto, those that paint by rules, and runs in the
            folder of runs.
    """

    name: str
    summary: str
    year: int
    source: str
    needs: tuple[str, ...]
    painter: str
    painters: tuple[str, ...]


def edits_at_hand(runs: Path = RUNS) -> list[EditAtHand]:
    """All edits of the catalogue, with the painters here that do them.

    Args:
        runs: The folder of runs.
    """
    painters = list(_painters(runs))
    listed = []
    for card in catalogue.edits().values():
        edit = editor(card.name)
        needs = [FILES[name] for name in FILES if name in edit.takes - edit.optional]
        needs += [WORDS] if edit.settings is not None and edit.settings.needs_prompt else []
        able = tuple(name for name, cls, words in painters if does(edit, cls) and (words or WORDS not in needs))
        here = EditAtHand(card.name, card.summary, card.year, card.source, tuple(needs), edit.default_painter(), able)
        listed.append(here)
    return listed


def does(edit: Edit, cls: type[Learner]) -> bool:
    """Whether painters of a class can do an edit, as far as the class says."""
    kinds = get_args(edit.needs) or (edit.needs,)
    return any(issubclass(variant, kinds) for variant in cls.variants())


def _painters(runs: Path) -> Iterator[tuple[str, type[Learner], bool]]:
    """Name, class, and whether it reads words, of all painters at hand."""
    classes = catalogue.usable(catalogue.painters())
    for file in sorted(PACKAGED.glob("*/config.json")):
        yield from _described(f"{SHIPPED}/{file.parent.name}", file, classes)
    for name, cls in classes.items():
        if cls.by_rules():
            yield name, cls, WORDS in cls.conditions
    for file in sorted(runs.glob("*/run.json")):
        yield from _described(file.parent.as_posix(), file, classes)


def _described(name: str, file: Path, classes: dict[str, type[Learner]]) -> Iterator[tuple[str, type[Learner], bool]]:
    """The painter that a file describes; nothing where it is damaged, or no painter of the catalogue."""
    try:
        description = read_json(file, CheckpointError)
    except CheckpointError:
        return
    cls = classes.get(description.get("painter", ""))
    if cls is not None:
        yield name, cls, bool(description.get("config", {}).get("words"))
