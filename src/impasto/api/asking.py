"""What cannot be given is refused early, in a sentence that says what to ask for instead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.errors import NotCapable, UnknownName, UsageError
from impasto.files import EXPORT, RUN, STORE, kind_of

if TYPE_CHECKING:
    from impasto.contract import Painter

__all__ = ["NAME", "check_companions", "check_free", "check_order", "check_reads_words", "check_stylizes", "mixed_up"]

NAME = "a painter of the catalogue"
"""What a word is that names a painter and no folder."""


def check_stylizes(painter: Painter) -> None:
    """Refuse a painter that paints no given pictures.

    Raises:
        NotCapable: With the names of the painters that do.
    """
    from impasto import catalogue
    from impasto.contract import Stylizes

    if not isinstance(painter, Stylizes):
        classes = catalogue.usable(catalogue.painters())
        able = [name for name, cls in classes.items() if any(issubclass(kind, Stylizes) for kind in cls.variants())]
        raise NotCapable(f"{painter.name} cannot stylize a picture. These can: {', '.join(able)}.")


def check_reads_words(painter: Painter) -> None:
    """Refuse a painter that reads no prompts.

    Raises:
        NotCapable: With the names of the painters that do.
    """
    from impasto import catalogue

    if "words" not in painter.reads:
        classes = catalogue.usable(catalogue.painters())
        able = [name for name, cls in classes.items() if "words" in cls.conditions]
        raise NotCapable(f"{painter.name} does not read prompts; leave out --prompt. These can: {', '.join(able)}.")


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


def check_order(painter: str | Path, store: str | Path, write: str, **more: object) -> None:
    """Refuse a store that stands in a painter's place, and a painter in a store's.

    Args:
        painter: A run, an exported painter, a hub id or a name.
        store: A folder.
        write: As of `mixed_up`.
        more: As of `mixed_up`.

    Raises:
        UsageError: As `mixed_up` gives it.
    """
    by_name = "{name}" in write
    fits = _kind(painter) in ((NAME, "") if by_name else (RUN, EXPORT, NAME, ""))
    # A name is one though a run of that name lies beside it.
    if not (fits or (by_name and _named(painter))) or _kind(store) not in (STORE, ""):
        raise mixed_up([painter, store], write, **more)


def mixed_up(words: Sequence[str | Path], write: str, **more: object) -> UsageError:
    """The error that says what each word of a command is, and what to write.

    Args:
        words: As they were given.
        write: The command as it is written, with '{store}', and with '{painter}' for any painter or '{name}' for one
            of the catalogue, where the words belong.
        more: What else stands in braces there.
    """
    kinds = {str(word): _kind(word) for word in words}

    def first(otherwise: str, *wanted: str) -> str:
        return next((word for word, kind in kinds.items() if kind in wanted), otherwise)

    painter, name = first("PAINTER", RUN, EXPORT, NAME), first("PAINTER", NAME)
    line = write.format(store=first("STORE", STORE), painter=painter, name=name, **more)
    told = " and ".join(f"{word} is {kind}" for word, kind in kinds.items() if kind)
    return UsageError(f"{told}; write: impasto {line}" if told else f"Write: impasto {line}")


def _kind(word: str | Path) -> str:
    if word and Path(word).exists():
        return kind_of(Path(word))
    return NAME if _named(word) else ""


def _named(word: str | Path) -> bool:
    from impasto import catalogue

    return str(word) in catalogue.painters()
