"""Pictures of a grid on one sheet, with what was varied written above the columns and beside the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw

from impasto.images.lettering import font, in_lines, is_legible

if TYPE_CHECKING:
    from impasto.images.pictures import Pixels

__all__ = ["grid_sheet"]

LEAST_WIDTH = 1024
"""Width in pixels up to which pictures are enlarged, by whole factors so that pixels stay square."""
MOST_WIDTH = 4096
"""Width in pixels beyond which pictures are made smaller."""
INK = (42, 38, 34)
PAPER = (251, 249, 245)
LETTERS = 18
LINE = 24
"""Height of a line of text in pixels."""
LINES = 3
"""Most lines of a label."""
GAP = 6
MARGIN = 170
"""Width of the labels of rows in pixels."""


@dataclass(frozen=True)
class _Layout:
    """Sizes of a sheet in pixels."""

    columns: int
    rows: int
    width: int
    height: int
    left: int
    header: int
    title: int

    @property
    def block(self) -> int:
        """Height of a sheet with its title and the labels of its columns."""
        return self.title + self.header + self.rows * (self.height + GAP) + GAP


def grid_sheet(pictures: Sequence[Pixels], labels: Sequence[Sequence[str]]) -> Image.Image:
    """A labelled sheet.

    Args:
        pictures: Row by row and sheet by sheet, each of shape (H, W, 3), or (F, H, W, 3) of a clip, whose first frame
            is shown; uint8. Smaller ones stand in the middle of their place.
        labels: Of the columns, the rows, and the sheets that stand below one another; rows and sheets may be missing.
    """
    columns, rows, sheets = (list(each) for each in (*labels, [], [])[:3])
    layout = _laid_out(pictures, len(columns), len(rows), has_sheets=bool(sheets))
    width = layout.left + layout.columns * (layout.width + GAP) + GAP
    whole = Image.new("RGB", (width, layout.block * max(1, len(sheets))), PAPER)
    pen = ImageDraw.Draw(whole)
    for number in range(max(1, len(sheets))):
        top = number * layout.block
        if sheets:
            _write(pen, sheets[number], (GAP, top + GAP), width - 2 * GAP, 1)
        _label(pen, layout, top, columns, rows)
        share = pictures[number * layout.columns * layout.rows :][: layout.columns * layout.rows]
        for place, picture in enumerate(share):
            image = _fitted(picture, layout)
            row, column = divmod(place, layout.columns)
            x = layout.left + column * (layout.width + GAP) + GAP + (layout.width - image.width) // 2
            y = top + layout.title + layout.header + row * (layout.height + GAP) + (layout.height - image.height) // 2
            whole.paste(image, (x, y))
    return whole


def _laid_out(pictures: Sequence[Pixels], columns: int, rows: int, *, has_sheets: bool) -> _Layout:
    high = max(picture.shape[-3] for picture in pictures)
    wide = max(picture.shape[-2] for picture in pictures)
    factor: float = max(1, -(-LEAST_WIDTH // (columns * wide)))
    if columns * wide > MOST_WIDTH:
        factor = MOST_WIDTH / (columns * wide)
    # Labels need some width, even where pictures are small and columns many.
    return _Layout(
        columns,
        max(1, rows),
        round(wide * factor),
        round(high * factor),
        MARGIN if rows else 0,
        LINES * LINE + GAP,
        LINE + 2 * GAP if has_sheets else 0,
    )


def _label(pen: Any, layout: _Layout, top: int, columns: Sequence[str], rows: Sequence[str]) -> None:
    """Write the labels of columns and rows."""
    for number, label in enumerate(columns):
        x = layout.left + number * (layout.width + GAP) + GAP
        _write(pen, label, (x, top + layout.title + layout.header - GAP), layout.width, LINES, from_below=True)
    for number, label in enumerate(rows):
        y = top + layout.title + layout.header + number * (layout.height + GAP)
        _write(pen, label, (GAP, y), layout.left - GAP, max(1, min(8, layout.height // LINE)))


def _write(pen: Any, text: str, corner: tuple[int, int], width: int, most: int, *, from_below: bool = False) -> None:
    """Write a text from its upper left corner, or from its lower left one upwards."""
    letters = font(LETTERS)
    lines = in_lines(text if is_legible(text) else text.encode("ascii", "replace").decode(), letters, width, most)
    x, y = corner
    y -= len(lines) * LINE if from_below else 0
    for number, line in enumerate(lines):
        pen.text((x, y + number * LINE), line, INK, letters)


def _fitted(picture: Pixels, layout: _Layout) -> Image.Image:
    """A picture as large as its place allows, and enlarged by whole factors only."""
    image = Image.fromarray(np.ascontiguousarray(picture if picture.ndim == 3 else picture[0]))
    factor: float = min(layout.width / image.width, layout.height / image.height)
    factor = int(factor) if factor >= 1 else factor
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, Image.Resampling.NEAREST if factor >= 1 else Image.Resampling.LANCZOS)
