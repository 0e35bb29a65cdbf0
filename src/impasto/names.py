"""Names compared as people read them: what looks the same is the same, however it was typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

__all__ = ["find_name", "folded", "normalized"]

INVISIBLE = "\ufeff\u200b\u2060"
"""Characters without width that come with copied text: byte order mark, zero width space, word joiner."""


def normalized(name: str) -> str:
    """The name in Unicode form NFC, without white space and invisible characters around it."""
    composed = unicodedata.normalize("NFC", name)
    while (trimmed := composed.strip().strip(INVISIBLE)) != composed:
        composed = trimmed
    return composed


def folded(name: str) -> str:
    """What names have in common that differ in letter case, composition and white space only."""
    return unicodedata.normalize("NFC", " ".join(normalized(name).split()).casefold())


def find_name(name: str, names: Iterable[str]) -> str | None:
    """The one of some names that a person means.

    Args:
        name: As it was typed.
        names: Those that exist.

    Returns:
        The same name, else the one that is the same once both are normalized, else the one that differs in letter case
        and white space only; None where there is none, or several.
    """
    names = list(dict.fromkeys(names))
    if name in names:
        return name
    for form in (normalized, folded):
        alike = [existing for existing in names if form(existing) == form(name)]
        if alike:
            return alike[0] if len(alike) == 1 else None
    return None
