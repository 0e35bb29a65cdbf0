"""Texts that users give are checked before the work: what cannot be written would be missed only after it."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike, fspath

from impasto.errors import UsageError

__all__ = ["check_text"]


def check_text(name: str, value: object) -> None:
    """Refuse texts and paths that no file can hold: with bytes that are not UTF-8, or with a null character.

    Args:
        name: What the value is, such as 'prompt', for the message.
        value: Texts and paths, also inside lists and mappings; all other values are fine.

    Raises:
        UsageError: With the value.
    """
    if isinstance(value, Mapping):
        for key, inner in value.items():
            check_text(name, key)
            check_text(name, inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            check_text(name, inner)
    elif isinstance(value, str | PathLike):
        text = fspath(value)
        if isinstance(text, str) and ("\0" in text or not _is_unicode(text)):
            raise UsageError(
                f"{name} {text!r} holds a null character or bytes that are not UTF-8, which names and texts cannot "
                "have. Type it anew; a file or folder of that name must be renamed first."
            )


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf8")
    except UnicodeEncodeError:
        return False
    return True
