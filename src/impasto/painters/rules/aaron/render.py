"""A drawing as pixels: washes from back to front, then the lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.aaron.drawing import Drawing, Region, Stroke
from impasto.painters.rules.aaron.pen import Points

if TYPE_CHECKING:
    from impasto.images.pictures import Pixels

__all__ = ["SHOWN", "draw_lines", "fill", "render", "shrink"]

MIN_CANVAS = 1024
"""Least rows to draw at; smaller pictures are drawn larger and averaged, so that thin lines stay even."""
SHOWN = 384
"""Largest height and width of a drawing that is shown while it is made."""
WASH = 0.028
"""Variation of the lightness of a wash, as a share of its level."""


def render(drawing: Drawing, resolution: int, least: int = MIN_CANVAS) -> Pixels:
    """The drawing at a resolution.

    Args:
        drawing: The drawing.
        resolution: Height and width R.
        least: Least rows to draw at.

    Returns:
        Pixels, shape (R, R, 3), uint8.
    """
    factor = max(1, math.ceil(least / resolution))
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
    """A canvas averaged over areas to shape (side, side, 3)."""
    return np.asarray(cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def fill(canvas: Pixels, region: Region, colour: Sequence[int] | None = None) -> None:
    """Fill a region on a canvas, shape (S, S, 3) or (S, S), with its own colour or another one."""
    cv2.fillPoly(
        canvas, [_to_fixed_point(region.outline, len(canvas))], list(colour or region.colour), _line_type(canvas), 4
    )


def draw_lines(canvas: Pixels, strokes: Sequence[Stroke]) -> None:
    """Draw strokes on a canvas, shape (S, S, 3)."""
    side = len(canvas)
    for stroke in strokes:
        thickness = max(1, round(stroke.width * side))
        cv2.polylines(canvas, [_to_fixed_point(stroke.points, side)], False, stroke.colour, thickness, cv2.LINE_AA, 4)


def _line_type(canvas: Pixels) -> int:
    """Smooth edges in pictures, hard ones in maps of one channel."""
    return cv2.LINE_AA if canvas.ndim == 3 else cv2.LINE_8


def _to_fixed_point(points: Points, side: int) -> npt.NDArray[np.int32]:
    """Points on a canvas in sixteenths of a pixel, 0 being the middle of the first pixel."""
    return np.rint((points * side - 0.5) * 16).astype(np.int32)


def _unevenness(grain: int, side: int) -> npt.NDArray[np.float32]:
    """Factor on the washes, shape (side, side): streaks of a broad brush, the same at every size."""
    random = np.random.default_rng(grain)
    streaks = random.standard_normal((90, 40), dtype=np.float32)
    clouds = random.standard_normal((14, 14), dtype=np.float32)
    size = (side, side)
    noise = cv2.resize(streaks, size, interpolation=cv2.INTER_CUBIC) * np.float32(0.35)
    noise += cv2.resize(clouds, size, interpolation=cv2.INTER_CUBIC)
    factor: npt.NDArray[np.float32] = 1 + np.float32(WASH) * np.clip(noise, -2, 2) * np.float32(0.6)
    return factor
