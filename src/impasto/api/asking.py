"""What is asked of a painter is refused early where it cannot be given."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.errors import NotCapable, UnknownName, UsageError

if TYPE_CHECKING:
    from impasto.contract import Painter

__all__ = ["check_able", "check_companions", "check_free"]


def check_able(painter: Painter, capability: str, otherwise: str) -> None:
    """Refuse what a painter cannot do.

    Args:
        painter: Any painter.
        capability: One of `Painter.capabilities`.
        otherwise: The sentence that says what this painter cannot do, and what to do about it.

    Raises:
        NotCapable: With that sentence, and the names of the painters that can.
    """
    from impasto import catalogue

    if capability not in painter.capabilities:
        able = [name for name, card in catalogue.painters().items() if capability in card.thing.capabilities]
        raise NotCapable(f"{painter.name} {otherwise} These can: {', '.join(able)}.")


def check_companions(painter: Painter, also: Sequence[str]) -> None:
    """Refuse companion files that a painter does not give.

    Raises:
        UnknownName: With those that it gives.
    """
    for ending in also:
        if ending not in painter.companions:
            raise UnknownName("companion file", ending, painter.companions)


def check_free(paths: Sequence[Path], *, overwrite: bool) -> None:
    """Refuse to replace files, unless that is allowed.

    Raises:
        UsageError: With the first file that is there.
    """
    there = next((path for path in paths if path.exists()), None)
    if there is not None and not overwrite:
        raise UsageError(f"{there} exists already; choose another --out, or allow it with --overwrite.")
