"""A drawing as pixels: washes from back to front, then the lines."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from impasto.images.pictures import Pixels
from impasto.painters.rules.aaron.drawing import Drawing, Region, Stroke
from impasto.painters.rules.aaron.pen import Points

__all__ = ["draw_lines", "fill", "render", "shrink"]

FINEST = 1024
"""Pictures are drawn at this many rows or more, and made smaller, so that thin lines stay even."""
WASH = 0.028
"""How much a wash varies in lightness, as a share of its level."""


def render(drawing: Drawing, resolution: int) -> Pixels:
    """The drawing at a resolution.

    Args:
        drawing: What was drawn.
        resolution: Rows and columns R.

    Returns:
        Pixels, shape (R, R, 3), uint8.
    """
    factor = max(1, math.ceil(FINEST / resolution))
    side = resolution * factor
    canvas = np.full((side, side, 3), drawing.paper, np.uint8)
    for region in reversed(drawing.regions):
        fill(canvas, region)
    if drawing.regions:
        washed = (canvas != np.array(drawing.paper, np.uint8)).any(axis=2)
        uneven = np.where(washed, _unevenness(drawing.grain, side), 1)
        canvas = np.clip(canvas * uneven[..., None], 0, 255).astype(np.uint8)
    draw_lines(canvas, drawing.strokes)
    return canvas if factor == 1 else shrink(canvas, resolution)


def shrink(canvas: Pixels, side: int) -> Pixels:
    """A canvas made smaller, shape (side, side, 3), each pixel the mean of what it covers."""
    return np.asarray(cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def fill(canvas: Pixels, region: Region, colour: Sequence[int] | None = None) -> None:
    """Lay the wash of a region, or a colour in its place, on a canvas (S, S, 3) or (S, S)."""
    cv2.fillPoly(canvas, [_fixed(region.outline, len(canvas))], list(colour or region.colour), _kind(canvas), 4)


def draw_lines(canvas: Pixels, strokes: Sequence[Stroke]) -> None:
    """Draw strokes on a canvas, shape (S, S, 3)."""
    side = len(canvas)
    for stroke in strokes:
        thick = max(1, round(stroke.width * side))
        cv2.polylines(canvas, [_fixed(stroke.points, side)], False, stroke.colour, thick, cv2.LINE_AA, 4)


def _kind(canvas: Pixels) -> int:
    return cv2.LINE_AA if canvas.ndim == 3 else cv2.LINE_8


def _fixed(points: Points, side: int) -> npt.NDArray[np.int32]:
    """Places on a canvas in sixteenths of a pixel, its first pixel's middle being 0."""
    return np.rint((points * side - 0.5) * 16).astype(np.int32)


def _unevenness(grain: int, side: int) -> npt.NDArray[np.float32]:
    """Factor on the washes, shape (side, side): streaks of a broad brush, the same at every size."""
    random = np.random.default_rng(grain)
    streaks = random.standard_normal((90, 40), dtype=np.float32)
    clouds = random.standard_normal((14, 14), dtype=np.float32)
    size = (side, side)
    total = cv2.resize(streaks, size, interpolation=cv2.INTER_CUBIC) * np.float32(0.35)
    total += cv2.resize(clouds, size, interpolation=cv2.INTER_CUBIC)
    factor: npt.NDArray[np.float32] = 1 + np.float32(WASH) * np.clip(total, -2, 2) * np.float32(0.6)
    return factor
