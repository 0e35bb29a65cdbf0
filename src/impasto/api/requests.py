"""Requests that cannot be met are refused early, in a sentence that says what to ask for instead."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto import catalogue
from impasto.errors import ConfigError, NotCapable, UnknownName, UsageError
from impasto.sources import CatalogueName, Export, Hub, Run, Shipped, StoreFolder, Unknown, resolve

if TYPE_CHECKING:
    from impasto.contract import Painter

__all__ = ["check_able", "check_companions", "check_free", "check_order", "check_prompt", "order_error"]


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


def check_prompt(painter: Painter, prompt: object) -> None:
    """Refuse a prompt that is empty or no text, and one for a painter that reads none.

    Raises:
        NotCapable: With the names of the painters that read prompts.
        UsageError: When the prompt is empty.
        ConfigError: When it is no text.
    """
    if "words" not in painter.reads:
        classes = catalogue.usable(catalogue.painters())
        able = [name for name, cls in classes.items() if "words" in cls.conditions]
        raise NotCapable(f"{painter.name} does not read prompts; leave out --prompt. These can: {', '.join(able)}.")
    if not isinstance(prompt, str):
        raise ConfigError(f"prompt = {prompt!r}: a prompt is text.")
    if not prompt.strip():
        raise UsageError("The prompt is empty; say what to paint, such as 'a boat at dusk', or leave out --prompt.")


def check_companions(painter: Painter, endings: Sequence[str]) -> None:
    """Refuse companion files that a painter does not give.

    Raises:
        UnknownName: With those that it gives.
    """
    for ending in endings:
        if ending not in painter.companions:
            raise UnknownName("companion file", ending, painter.companions)


def check_free(paths: Sequence[Path], *, overwrite: bool) -> None:
    """Refuse to replace files, unless that is allowed.

    Raises:
        UsageError: With the first file that is there.
    """
    existing = next((path for path in paths if path.exists()), None)
    if existing is not None and not overwrite:
        raise UsageError(f"{existing} exists already; choose another --out, or allow it with --overwrite.")


def check_order(painter: str | Path, store: str | Path, command: str, **values: object) -> None:
    """Refuse a store where a painter is expected, and a painter where a store is.

    Args:
        painter: A run, an exported painter, a hub id or a name.
        store: A folder.
        command: As of `order_error`.
        values: As of `order_error`.

    Raises:
        UsageError: As `order_error` gives it.
    """
    by_name = "{name}" in command
    kinds = (CatalogueName, Unknown, Hub, Shipped) if by_name else (CatalogueName, Unknown, Hub, Shipped, Run, Export)
    fits = isinstance(resolve(painter, names_first=by_name), kinds)
    if not fits or not isinstance(resolve(store), StoreFolder | Unknown | Hub):
        raise order_error([painter, store], command, **values)


def order_error(words: Sequence[str | Path], command: str, **values: object) -> UsageError:
    """The error that says what each word of a command is, and what to write.

    Args:
        words: As the user wrote them.
        command: As it is written, with '{store}', and with '{painter}' for any painter or '{name}' for one of the
            catalogue, where the words belong.
        values: Values of the other names in braces in `command`.
    """
    sources = {str(word): resolve(word) for word in words}

    def first(otherwise: str, *kinds: type[Any]) -> str:
        return next((word for word, source in sources.items() if isinstance(source, kinds)), otherwise)

    line = command.format(
        store=first("STORE", StoreFolder),
        painter=first("PAINTER", Run, Export, CatalogueName),
        name=first("PAINTER", CatalogueName),
        **values,
    )
    stated = " and ".join(f"{word} is {source.kind}" for word, source in sources.items() if source.kind)
    return UsageError(f"{stated}; write: impasto {line}" if stated else f"Write: impasto {line}")
