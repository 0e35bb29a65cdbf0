"""Reading Chinese prompts: their words become the English ones that the grammar of prompts knows.

A text is cut into the longest words of the tables from left to right; no dictionary beyond them is needed.
"""

from __future__ import annotations

import re

from impasto.landscape.chinese_words import CHARACTERS, DIGITS, MEASURES, SILENT, WORDS

__all__ = ["has_chinese", "to_english"]

HAN = re.compile(r"[㐀-鿿]+")
LONGEST = max(len(word) for word in (*WORDS, *SILENT))
MARKS = str.maketrans("，。；：！？（）、", ",.;:!?(),")
NUMBER = re.compile(rf"([{''.join(DIGITS)}]+)[{''.join(MEASURES)}]?")
COUNTED = re.compile(r"\d+\s*$")


def has_chinese(text: str) -> bool:
    """Whether a text has Chinese characters."""
    return HAN.search(text) is not None


def to_english(text: str) -> list[tuple[str, str]]:
    """The words of a text that has Chinese in it.

    Returns:
        Pieces in order, each with its kind: 'known' for an English phrase, 'number' for digits, 'unknown' for a run
        of Chinese characters that no table has, and 'text' for what is not Chinese.
    """
    text = text.translate(MARKS).translate(CHARACTERS)
    pieces: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        if HAN.match(text, position):
            position += _read_piece(text, position, pieces)
            continue
        following = HAN.search(text, position)
        end = following.start() if following else len(text)
        pieces.append(("text", text[position:end]))
        position = end
        if text[position : position + 1] in MEASURES and COUNTED.search(pieces[-1][1]):
            # '3棵': the measure word says nothing more.
            position += 1
    return [piece for piece in pieces if piece[1].strip()]


def _read_piece(text: str, position: int, pieces: list[tuple[str, str]]) -> int:
    """Read one word, number or unknown character from a place in a text; returns its length."""
    number = NUMBER.match(text, position)
    for length in range(LONGEST, 0, -1):
        word = text[position : position + length]
        if word in WORDS:
            pieces += [("known", phrase) for phrase in WORDS[word].split(" + ")]
            return length
        if word in SILENT:
            if word == "的" and _is_denied(pieces):
                # In '没有人的湖' the lake is not denied.
                pieces.append(("known", "with"))
            return length
        if number and len(number[0]) == length and (value := _value(number[1])) is not None:
            pieces.append(("known", "a") if number[1] == "一" else ("number", str(value)))
            return length
    if pieces and pieces[-1][0] == "unknown":
        pieces[-1] = ("unknown", pieces[-1][1] + text[position])
    else:
        pieces.append(("unknown", text[position]))
    return 1


def _is_denied(pieces: list[tuple[str, str]]) -> bool:
    """Whether the last pieces, back to a mark, have a 'no'."""
    for kind, phrase in reversed(pieces):
        if kind == "text":
            return False
        if phrase == "no":
            return True
    return False


def _value(number: str) -> int | None:
    """The number that Chinese numerals up to 99 mean; None for others."""
    if "十" not in number:
        return DIGITS.get(number)
    tens, _, ones = number.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return None
    return 10 * DIGITS.get(tens, 1) + DIGITS.get(ones, 0)
