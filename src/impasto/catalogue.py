"""The catalogue of painters, judges, metrics, edits and ways to lighten a painter, read from their source files.

A painter `x` is the class marked with `@listed` in `impasto/painters/<family>/x.py` (or in a folder of that family); a
judge is a class marked with it in `impasto/judges/`, a metric a function in `impasto/metrics/`, an edit one in
`impasto/editing/`, and a way to lighten a painter is a class in `impasto/lightening/`. Adding a file is all it takes to
add one. Names and cards are read from the syntax tree, so that nothing is imported before it is used, and a
file that cannot be read or imported makes only its own entry unusable.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from impasto.errors import ImpastoError, UnknownName

__all__ = ["Card", "edits", "judges", "learner", "lightenings", "listed", "metrics", "painter", "painters", "usable"]

T = TypeVar("T")

MARK = "\n@listed("


@dataclass(frozen=True)
class Card:
    """One line of the catalogue: name, what it is, when and where it was first described.

    Attributes:
        name: Of the painter, judge, metric or edit.
        summary: What it is, in a few words; of a file with a syntax error, that error.
        year: Of the first description.
        source: Where it was first described.
        family: Folder of `painters/` that holds it; the room for judges, metrics and edits.
        module: Full name of its module.
        attribute: Name of the class or function in that module.
    """

    name: str
    summary: str
    year: int
    source: str
    family: str = ""
    module: str = ""
    attribute: str = ""

    @property
    def definition(self) -> Any:
        """The class or function; its module is imported on first use.

        Raises:
            ImpastoError: When its file cannot be imported.
        """
        try:
            return getattr(importlib.import_module(self.module), self.attribute)
        except ImpastoError:
            raise
        except Exception as error:
            raise ImpastoError(
                f"{self.name} cannot be used, because {self.module} fails to import "
                f"({type(error).__name__}: {error}). Mend that file, or choose another."
            ) from error


def listed(*, name: str, summary: str, year: int, source: str) -> Callable[[T], T]:
    """Mark a painter or judge class, a metric or an edit as part of the catalogue; all arguments are literals."""

    def mark(definition: T) -> T:
        module = definition.__module__
        attribute = definition.__name__  # type: ignore[attr-defined]
        definition.__card__ = Card(name, summary, year, source, _family(module), module, attribute)  # type: ignore[attr-defined]
        return definition

    return mark


def painters() -> dict[str, Card]:
    """All painters by name, in order of year."""
    return _cards("impasto.painters")


def judges() -> dict[str, Card]:
    """All judges by name, in order of year: learners that look at pictures and do not paint."""
    return _cards("impasto.judges")


def metrics() -> dict[str, Card]:
    """All metrics by name, in order of year."""
    return _cards("impasto.metrics")


def edits() -> dict[str, Card]:
    """All edits of pictures by name, in order of year."""
    return _cards("impasto.editing")


def lightenings() -> dict[str, Card]:
    """All ways to make a trained painter lighter or faster by name, in order of year."""
    return _cards("impasto.lightening")


def painter(name: str) -> type[Any]:
    """The painter class of that name.

    Raises:
        UnknownName: When there is none, with the nearest name.
        ImpastoError: When its file cannot be imported.
    """
    if name not in painters():
        raise UnknownName("painter", name, painters())
    cls: type[Any] = painters()[name].definition
    return cls


def learner(name: str) -> type[Any]:
    """The painter or judge class of that name.

    Raises:
        UnknownName: When there is none, with the nearest name.
        ImpastoError: When its file cannot be imported.
    """
    if name in judges():
        cls: type[Any] = judges()[name].definition
        return cls
    return painter(name)


def usable(cards: dict[str, Card]) -> dict[str, Any]:
    """Name → class or function of all cards whose files can be imported."""
    definitions = {}
    for name, card in cards.items():
        try:
            definitions[name] = card.definition
        except ImpastoError:
            continue
    return definitions


@cache
def _cards(package: str) -> dict[str, Card]:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations
    root = Path(spec.submodule_search_locations[0])
    cards = [card for file in sorted(root.rglob("*.py")) for card in _cards_in(file, root, package)]
    return {card.name: card for card in sorted(cards, key=lambda card: (card.year, card.name))}


def _cards_in(file: Path, root: Path, package: str) -> Iterator[Card]:
    """The cards that a file's decorators describe."""
    text = file.read_text(encoding="utf8", errors="replace")
    if MARK not in text:
        return
    module = ".".join([package, *file.relative_to(root).with_suffix("").parts])
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield Card(file.stem, f"cannot be read: {error}", 0, str(file), _family(module), module, file.stem)
        return
    for node in tree.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == listed.__name__:
                values: dict[str, Any] = {word.arg or "": ast.literal_eval(word.value) for word in mark.keywords}
                yield Card(**values, family=_family(module), module=module, attribute=node.name)


def _family(module: str) -> str:
    """The folder of painters that a module lies in, or else its room."""
    parts = module.split(".")
    if len(parts) < 2:
        return ""
    return parts[2] if parts[1] == "painters" and len(parts) > 3 else parts[-2]
