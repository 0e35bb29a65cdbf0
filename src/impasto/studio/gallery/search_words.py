"""Words of recipes and of searches in one form, so that every database finds the same pictures."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["indexed_words", "searched_phrases"]

WORD = re.compile(r"[^\W_]+")
HAN = re.compile(r"([\u3400-\u9fff\uf900-\ufaff])")
"""Chinese has no spaces between words, so each character counts as one; several in a row are searched as a phrase."""


def indexed_words(*texts: str | None) -> str:
    """The words of some texts, in lower case and without accents, separated by single spaces."""
    return " ".join(word for text in texts if text for word in _words(text))


def searched_phrases(search: str) -> list[list[str]]:
    """What a search asks for: phrases, all of which must occur; the last word of each may be the beginning of one.

    Args:
        search: As a person types it: words, and several words in quotation marks that must follow one another.

    Returns:
        Words of each phrase, in the form of `indexed_words`. Characters that are no part of words separate them, and
        can therefore not change the query.
    """
    parts = re.findall(r'"([^"]*)"?|([^\s"]+)', search)
    phrases = [list(_words(quoted or plain)) for quoted, plain in parts]
    return [phrase for phrase in phrases if phrase]


def _words(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return WORD.findall(HAN.sub(r" \1 ", plain))
