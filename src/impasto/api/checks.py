"""Requests that cannot be met are refused early, in a sentence that says what to ask for instead."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto import catalogue
from impasto.errors import ConfigError, NotCapable, UnknownName, UsageError
from impasto.files import check_writable
from impasto.sources import CatalogueName, Export, Hub, Run, StoreFolder, Unknown, resolve
from impasto.spelling import option, setting

if TYPE_CHECKING:
    from impasto.contract import Painter

__all__ = [
    "check_able",
    "check_companions",
    "check_count",
    "check_free",
    "check_order",
    "check_prompt",
    "check_strength",
    "order_error",
]


Write = Callable[[str, str], str]
"""Gives the command for a painter and a store."""

MOST = 1_000_000
"""Most pictures of one call."""


def check_able(painter: Painter, protocol: type[Any], action: str) -> None:
    """Refuse a painter that lacks an ability.

    Args:
        painter: Any painter.
        protocol: One of `contract.abilities`.
        action: What it would be asked to do, such as 'stylize a picture'.

    Raises:
        NotCapable: With the names of the painters that have it.
    """
    if not isinstance(painter, protocol):
        classes = catalogue.usable(catalogue.painters())
        able = [name for name, cls in classes.items() if any(issubclass(kind, protocol) for kind in cls.variants())]
        raise NotCapable(f"{painter.name} cannot {action}. These can: {', '.join(able)}.")


def check_prompt(painter: Painter, prompt: object, *, judged: bool = False) -> None:
    """Refuse a prompt that is empty, no text, or has weights that cannot be read, and one for a painter without words.

    With `judged`, a judge reads it, so that the painter itself need not.

    Raises:
        NotCapable: With the names of the painters that read prompts.
        UsageError: When the prompt is empty, or a weight in it is none.
        ConfigError: When it is not text.
    """
    if "words" not in painter.reads and not judged:
        painters = catalogue.usable(catalogue.painters()).items()
        readers = {name: not cls.by_rules() for name, cls in painters if "words" in cls.conditions}
        by_rules, learning = (
            ", ".join(name for name, learned in readers.items() if learned == kind) for kind in (0, 1)
        )
        reason = f"{painter.name} does not read prompts"
        if painter.name in readers:
            reason = f"This {painter.name} was trained without words"
        raise NotCapable(
            f"{reason}; leave out {option('prompt', None)}. These can: {by_rules}; and, trained with words, {learning}."
            f" Or let a judge choose what fits the prompt: {setting('best_of', 8)}."
        )
    if not isinstance(prompt, str):
        raise ConfigError(f"prompt = {prompt!r}: a prompt is text.")
    if not prompt.strip():
        raise UsageError(
            f"The prompt is empty; say what to paint, such as 'a boat at dusk', or leave out {option('prompt', None)}."
        )
    if "words" in painter.encoders or judged:
        from impasto.nn.text import check_weights

        check_weights(prompt)


def check_strength(variation_seed: int | None, variation_strength: float | None) -> float:
    """The strength of a variation, 0 without one; a second seed and its strength come together.

    Raises:
        UsageError: When one of them is missing.
    """
    if variation_seed is None and variation_strength is not None:
        raise UsageError(
            f"A variation needs a second seed: {option('variation_seed', 'N')}; or leave out "
            f"{option('variation_strength', None)}."
        )
    if variation_seed is not None and variation_strength is None:
        raise UsageError(
            f"How far shall pictures be varied towards those of seed {variation_seed}? Say it with "
            f"{option('variation_strength', 'X')}, from 0 to 1."
        )
    return variation_strength or 0.0


def check_companions(companions: Collection[str], endings: Sequence[str]) -> None:
    """Refuse endings of companion files that are not among those that there are.

    Raises:
        UnknownName: With those that there are.
    """
    for ending in endings:
        if ending not in companions:
            raise UnknownName("companion file", ending, companions)


def check_count(count: int) -> None:
    """Refuse a number of pictures that is out of range.

    Raises:
        UsageError: With the range.
    """
    if not 1 <= count <= MOST:
        raise UsageError(
            f"count must be 1 or more, not {count}." if count < 1 else f"count is at most {MOST:,}, not {count:,}."
        )


def check_free(paths: Sequence[Path], *, overwrite: bool) -> None:
    """Refuse to replace files, unless that is allowed, and folders that cannot be written.

    Raises:
        UsageError: With the first file that is there.
        ImpastoError: With the first folder that cannot be written.
    """
    existing = next((path for path in paths if path.exists()), None)
    if existing is not None and not overwrite:
        raise UsageError(
            f"{existing} exists already; choose another {option('out', None)}, or allow it with {option('overwrite')}."
        )
    for folder in {path.parent: None for path in paths}:
        check_writable(folder)


def check_order(
    painter: str | PathLike[str], store: str | PathLike[str], write: Write, *, by_name: bool = False
) -> None:
    """Refuse a store where a painter is expected, and a painter where a store is.

    Args:
        painter: A run, an exported painter, a hub id or a name.
        store: A folder.
        write: As of `order_error`.
        by_name: Whether only a painter's name in the catalogue is meant.

    Raises:
        UsageError: As `order_error` gives it.
    """
    others = (StoreFolder, Run, Export) if by_name else (StoreFolder,)
    misplaced = isinstance(resolve(painter, names_first=by_name), others)
    if misplaced or not isinstance(resolve(store), StoreFolder | Unknown | Hub):
        raise order_error([painter, store], write, by_name=by_name)


def order_error(words: Sequence[str | PathLike[str]], write: Write, *, by_name: bool = False) -> UsageError:
    """The error that says what each word of a command is, and what to write.

    Args:
        words: As the user wrote them.
        write: The right command, of a painter and a store.
        by_name: Whether only a painter's name in the catalogue is meant.
    """
    sources = {fspath(word): resolve(word) for word in words}

    def first(otherwise: str, *kinds: type[Any]) -> str:
        return next((word for word, source in sources.items() if isinstance(source, kinds)), otherwise)

    painters = (CatalogueName,) if by_name else (Run, Export, CatalogueName)
    line = write(first("PAINTER", *painters), first("STORE", StoreFolder))
    stated = " and ".join(f"{word} is {source.kind}" for word, source in sources.items() if source.kind)
    return UsageError(f"{stated}; write: {line}" if stated else f"Write: {line}")
