"""Names of folders and files made of any text, in any script."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable

__all__ = ["folder_names"]

LONGEST = 180
"""Bytes of a name; file systems take 255, and endings and numbers are added."""
NAMELESS = "entry"
"""Where a text has neither a letter nor a digit."""


def folder_names(texts: Iterable[str]) -> dict[str, str]:
    """A name for each text: letters and digits of any script in lower case, '-' between them.

    Texts whose names would be the same get numbers: the first one has none.

    Args:
        texts: In an order that stays, since numbers depend on it; equal ones count once.

    Returns:
        Text → name; no two are the same, and none is empty.
    """
    names: dict[str, str] = {}
    used: set[str] = set()
    for text in texts:
        if text in names:
            continue
        plain = _folder_name(text)
        numbered = (f"{plain}-{number}" for number in itertools.count(2))
        names[text] = next(name for name in itertools.chain([plain], numbered) if name not in used)
        used.add(names[text])
    return names


def _folder_name(text: str) -> str:
    # Marks, such as the vowel signs of Indian scripts, belong to letters. Some letters compose anew in lower case.
    lower = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())
    kept = "".join(letter if unicodedata.category(letter)[0] in "LNM" else "-" for letter in lower)
    words = "-".join(word for word in kept.split("-") if word)
    short = words.encode("utf8")[:LONGEST].decode("utf8", "ignore").strip("-")
    return short or NAMELESS
