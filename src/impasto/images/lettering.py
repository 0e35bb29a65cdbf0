"""Letters on pictures: the font, and texts that are broken into lines."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import ImageFont

__all__ = ["font", "in_lines", "is_legible"]


def font(size: int) -> ImageFont.FreeTypeFont:
    """The font of sheets and charts, DejaVu Sans, which comes with matplotlib.

    Args:
        size: Height of a line in pixels.
    """
    from PIL import ImageFont

    return ImageFont.truetype(_file(), size)


def is_legible(text: str) -> bool:
    """Whether the font has all letters of a text; it has none of Chinese, for example."""
    return all(ord(letter) in _letters() for letter in text if not letter.isspace())


def in_lines(text: str, letters: Any, width: float, most: int) -> list[str]:
    """A text in lines that are not wider than `width`; what does not fit into `most` of them ends in '…'.

    Args:
        text: The text; it is broken between words, and inside those that are wider than a line.
        letters: The font.
        width: In pixels.
        most: Most lines.
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if letters.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    shortened = [_cut(line, letters, width) for line in lines[:most]]
    if len(lines) > most:
        shortened[-1] = _cut(shortened[-1] + " …", letters, width)
    return shortened


def _cut(line: str, letters: Any, width: float) -> str:
    """As much of a line as fits."""
    if letters.getlength(line) <= width:
        return line
    while line and letters.getlength(line + "…") > width:
        line = line[:-1]
    return line.rstrip(" …") + "…"


@cache
def _file() -> str:
    from matplotlib.font_manager import findfont

    return str(findfont("DejaVu Sans"))


@cache
def _letters() -> frozenset[int]:
    """Numbers of the letters that the font has."""
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(_file()).get_charmap())
