"""Texts as the word pieces of BERT's vocabularies."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from impasto.nn.text.words import CJK

__all__ = ["UNKNOWN", "piece_ids"]

UNKNOWN = "[UNK]"
LONGEST = 100
"""Characters of a word beyond which it is unknown as a whole."""
_CJK = re.compile(rf"[{CJK}]")


def piece_ids(word: str, vocabulary: Mapping[str, int]) -> list[int]:
    """Numbers of the pieces of a word, or of any text without spaces: the longest pieces from the left.

    Args:
        word: Capitals and accents do not matter.
        vocabulary: Piece → number; pieces inside a word begin with '##'.

    Source: Devlin et al. 2019, section 3; Wu et al. 2016, section 4.1.
    """
    return [number for part in _parts(word) for number in _pieces(part, vocabulary)]


def _parts(word: str) -> list[str]:
    """A word in small letters without accents, divided at punctuation, each sign a part of its own."""
    letters = [letter for letter in word if letter != "\ufffd" and not unicodedata.category(letter).startswith("C")]
    plain = unicodedata.normalize("NFD", "".join(letters).lower())
    parts = [""]
    for letter in plain:
        if unicodedata.category(letter) == "Mn":
            continue
        if _is_punctuation(letter) or _CJK.match(letter):
            parts += [letter, ""]
        else:
            parts[-1] += letter
    return [part for part in parts if part]


def _is_punctuation(letter: str) -> bool:
    return (letter.isascii() and letter.isprintable() and not letter.isalnum() and letter != " ") or (
        unicodedata.category(letter).startswith("P")
    )


def _pieces(part: str, vocabulary: Mapping[str, int]) -> list[int]:
    if len(part) > LONGEST:
        return [vocabulary[UNKNOWN]]
    numbers = []
    start = 0
    while start < len(part):
        prefix = "##" if start else ""
        ends = (end for end in range(len(part), start, -1) if prefix + part[start:end] in vocabulary)
        end = next(ends, 0)
        if not end:
            return [vocabulary[UNKNOWN]]
        numbers.append(vocabulary[prefix + part[start:end]])
        start = end
    return numbers
