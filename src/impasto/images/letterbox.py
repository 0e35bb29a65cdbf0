"""The plain bars above and below, or left and right, of a letterboxed picture."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["find_bars"]


def find_bars(image: Image.Image) -> tuple[int, int, int, int] | None:
    """The picture inside its letterbox, as left, top, right, bottom; None where there are no bars.

    Bars are plain, of one colour, of about the same thickness on both sides, and take between 4 and
    40 % of the side each.
    """
    width, height = image.size
    step = max(1, min(width, height) // 192)
    grey = np.asarray(image.convert("L"))[::step, ::step]
    top, bottom = _bar_thickness(grey)
    left, right = _bar_thickness(grey.T)
    if not top and not left:
        return None
    # One more sample is cut, because the edge of a compressed bar is soft.
    columns = ((left + 1) * step, width - (right + 1) * step) if left else (0, width)
    rows = ((top + 1) * step, height - (bottom + 1) * step) if top else (0, height)
    return columns[0], rows[0], columns[1], rows[1]


def _bar_thickness(rows: npt.NDArray[np.uint8]) -> tuple[int, int]:
    """Thickness of the bars at the first and at the last rows of a grey picture, shape (H, W).

    Returns:
        Rows of each, or (0, 0) when they are no pair of bars.
    """
    count = len(rows)
    for edge in (rows[0].tobytes(), rows[-1].tobytes()):  # most pictures are done here
        if max(edge) - min(edge) >= 16:
            return 0, 0
    plain = np.ptp(rows, axis=1) < 16
    if plain.all():
        return 0, 0
    levels = rows.mean(axis=1)
    first = _leading(plain & (np.abs(levels - levels[0]) < 6))
    last = _leading((plain & (np.abs(levels - levels[-1]) < 6))[::-1])
    alike = abs(float(levels[0] - levels[-1])) < 12 and abs(first - last) <= max(2, 0.25 * max(first, last))
    in_range = math.ceil(0.04 * count) <= min(first, last) and max(first, last) <= 0.4 * count
    return (first, last) if alike and in_range else (0, 0)


def _leading(true: npt.NDArray[np.bool_]) -> int:
    """How many values are true before the first that is not."""
    return len(true) if true.all() else int(np.argmin(true))
