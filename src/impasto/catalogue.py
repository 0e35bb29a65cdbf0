"""What there is: painters, metrics and edits, found by where their module lies.

A painter `x` is the class marked with `@listed` in `impasto/painters/<family>/x.py`; a metric is a
function marked with it in `impasto/metrics/`, an edit one in `impasto/editing/`. Adding a file is all
it takes to add one.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from impasto.errors import UnknownName

__all__ = ["Card", "edits", "listed", "metrics", "painter", "painters"]

T = TypeVar("T")


@dataclass(frozen=True)
class Card:
    """One line of the catalogue: name, what it is, when and where it was first described."""

    name: str
    summary: str
    year: int
    source: str
    family: str = ""
    thing: Any = None


def listed(*, name: str, summary: str, year: int, source: str) -> Callable[[T], T]:
    """Mark a painter class or a metric function as part of the catalogue."""

    def mark(thing: T) -> T:
        family = thing.__module__.rpartition(".")[0].rpartition(".")[2]
        card = Card(name, summary, year, source, family, thing)
        thing.__card__ = card  # type: ignore[attr-defined]
        return thing

    return mark


def painters() -> dict[str, Card]:
    """All painters by name, in order of year."""
    return _cards("impasto.painters")


def metrics() -> dict[str, Card]:
    """All metrics by name, in order of year."""
    return _cards("impasto.metrics")


def edits() -> dict[str, Card]:
    """All edits of pictures by name, in order of year."""
    return _cards("impasto.editing")


def painter(name: str) -> type[Any]:
    """The painter class of that name.

    Raises:
        UnknownName: When there is none, with the nearest name.
    """
    for module in _modules("impasto.painters"):
        if module.rpartition(".")[2] == name:
            for card in _cards_in(module):
                if card.name == name:
                    cls: type[Any] = card.thing
                    return cls
    raise UnknownName("painter", name, painters())


@cache
def _cards(package: str) -> dict[str, Card]:
    cards = [card for module in _modules(package) for card in _cards_in(module)]
    return {card.name: card for card in sorted(cards, key=lambda c: (c.year, c.name))}


def _cards_in(module: str) -> list[Card]:
    things = vars(importlib.import_module(module)).values()
    own = (t for t in things if getattr(t, "__module__", "") == module)
    return [t.__dict__["__card__"] for t in own if "__card__" in getattr(t, "__dict__", {})]


def _modules(package: str) -> Iterator[str]:
    path = importlib.import_module(package).__path__
    for info in pkgutil.walk_packages(path, prefix=package + "."):
        if not info.ispkg:
            yield info.name
