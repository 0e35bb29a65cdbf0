"""Whether the pictures that a painter is measured against are among those that it learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from impasto.contract import Painter
from impasto.data.facts import fingerprints_of
from impasto.data.store import Split
from impasto.errors import UsageError
from impasto.pages.numbers import counted
from impasto.spelling import option

__all__ = ["Overlap", "check_overlap", "overlap_of"]

UNSEEN = ("test", "val")
"""Splits that a painter must not have learned from; whoever measures against others asks for pictures it knows."""


@dataclass(frozen=True)
class Overlap:
    """How many of the pictures that were measured against a painter learned from.

    Attributes:
        checked: Part of the painter, such as 'painter' or 'autoencoder' → how many pictures it learned from.
        unknown: Parts of which no list of training pictures was kept.
        learned: Part → how many of the pictures that were measured against it learned from, where there are any.
        pictures: How many of the pictures that were measured against any part learned from.
        total: How many pictures were measured against.
        sentence: What is to be said about it; empty in measurements of former versions.
    """

    checked: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    learned: Mapping[str, int] = field(default_factory=dict)
    pictures: int = 0
    total: int = 0
    sentence: str = ""


def overlap_of(painter: Painter, against: Split) -> Overlap:
    """How many pictures of a split a painter learned from, by the fingerprints that it carries."""
    if painter.by_rules():
        return Overlap(total=len(against), sentence="The painter paints by rules and learned from no pictures.")
    known = painter.training_pictures
    if known is None:
        return Overlap(unknown=("painter",), total=len(against), sentence=_sentence(("painter",), {}, {}, 0, against))
    pictures = fingerprints_of(against)
    rows_of = {part: pictures.found_in(others) for part, others in known.parts.items()}
    every = np.zeros(len(against), bool)
    for rows in rows_of.values():
        every |= rows
    checked = {part: len(others) for part, others in known.parts.items()}
    learned = {part: int(rows.sum()) for part, rows in rows_of.items() if rows.any()}
    unknown = tuple(sorted(known.unknown))
    count = int(every.sum())
    sentence = _sentence(unknown, checked, learned, count, against)
    return Overlap(checked, unknown, learned, count, len(against), sentence)


def check_overlap(overlap: Overlap, against: Split) -> None:
    """Refuse to measure a painter against a split for tests or for choosing that it learned from in part.

    Raises:
        UsageError: With how many of the pictures it learned from, and what else can be done.
    """
    if overlap.pictures and against.name in UNSEEN:
        raise UsageError(
            f"{overlap.sentence} Measure against a store of other pictures, or all the same with "
            f"{option('allow_overlap')}."
        )


def _sentence(
    unknown: tuple[str, ...], checked: Mapping[str, int], learned: Mapping[str, int], count: int, against: Split
) -> str:
    """What is to be said about pictures that were learned from."""
    what = f"the {counted(len(against), 'picture')} of the {against.name} split"
    missing = (
        f"Whether the {' and the '.join(unknown)} learned from some of {what} is not known, because no list of the "
        f"pictures that {'it' if len(unknown) == 1 else 'they'} learned from was kept."
    )
    if not checked:
        return missing
    if count:
        parts = " and ".join(f"the {part} from {number:,}" for part, number in learned.items())
        sentence = (
            f"The painter learned from {count:,} of {what} ({parts}), so that its numbers are better than "
            "for pictures it never learned from."
        )
    else:
        parts = " and ".join(f"the {number:,} that the {part} learned from" for part, number in checked.items())
        sentence = f"None of {what} is among {parts}."
    return f"{sentence} {missing}" if unknown else sentence
