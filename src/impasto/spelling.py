"""How messages spell options and commands: as they are typed on the command line, or as they are called in Python.

Every verb has the same words in both. A message that advises an option asks here for its spelling, so that the advice
can be followed where it is read.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike, fspath

__all__ = ["command", "command_line", "option", "setting"]

GROUPS = {
    **{verb: f"data {verb}" for verb in ("prepare", "make", "caption", "join", "inspect", "link")},
    "show_blends": "show blends",
    "show_features": "show features",
    "show_feeling": "show feeling",
    "show_latents": "show latents",
    "repaint": "paint --from",
}
"""Verbs that the command line has in a group of commands."""
REPEATED = {"maps": "map", "settings": "set"}
"""Arguments that are mappings in Python and have another name as a repeated option NAME=FILE."""
TYPED = False
"""Whether the user types commands; otherwise the user calls functions."""


@contextmanager
def command_line() -> Iterator[None]:
    """Spell options and commands as they are typed, for the block."""
    global TYPED  # noqa: PLW0603 - the process has one user, who types or programs
    before, TYPED = TYPED, True
    try:
        yield
    finally:
        TYPED = before


def option(name: str, value: object = True) -> str:
    """An option with its value.

    Args:
        name: The argument's name in Python, such as 'second_store'.
        value: Its value. True makes a flag; None gives the bare name; a word in capitals stands for what the user
            fills in; a mapping is one NAME=VALUE pair.

    Returns:
        '--second-store STORE' or 'second_store=STORE'; '--overwrite' or 'overwrite=True'; '--size' or 'size'.
    """
    if not TYPED:
        return name if value is None else f"{name}={_literal(value)}"
    # A name that is a word of Python, such as 'from', has a '_' at its end there.
    flag = f"--{REPEATED.get(name, name).rstrip('_').replace('_', '-')}"
    if isinstance(value, Mapping):
        return " ".join(f"{flag} {key}={_word(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return " ".join(f"{flag} {_word(inner)}" for inner in value)
    return flag if value is None or value is True else f"{flag} {_word(value)}"


def setting(name: str, value: object) -> str:
    """A setting with its value: '--set averages=8' or "settings={'averages': 8}"."""
    return f"--set {name}={_word(value)}" if TYPED else f"settings={{{name!r}: {_literal(value)}}}"


def command(verb: str, *arguments: object, **options: object) -> str:
    """A whole command.

    Args:
        verb: Name of the function in Python.
        arguments: Its first arguments.
        options: As of `option`.

    Returns:
        'impasto data prepare FOLDER --out STORE' or 'impasto.prepare(FOLDER, out=STORE)'.
    """
    if TYPED:
        words = [_word(argument) for argument in arguments]
        return " ".join(["impasto", GROUPS.get(verb, verb), *words, *(option(*item) for item in options.items())])
    values = [_literal(argument) for argument in arguments]
    return f"impasto.{verb}({', '.join([*values, *(option(*item) for item in options.items())])})"


def _word(value: object) -> str:
    """A value as a shell reads it."""
    text = fspath(value) if isinstance(value, PathLike) else str(value)
    return text if _stands_for(text) else shlex.quote(text)


def _literal(value: object) -> str:
    """A value as Python reads it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key!r}: {_literal(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_literal(inner) for inner in value) + "]"
    plain = fspath(value) if isinstance(value, PathLike) else value
    return plain if isinstance(plain, str) and _stands_for(plain) else repr(plain)


def _stands_for(text: str) -> bool:
    """Whether a word stands for what the user fills in: capitals, such as FOLDER or OWNER/NAME, or an ellipsis."""
    return text == "…" or (text.isupper() and text.replace("/", "").replace("_", "").isalpha() and text.isascii())
