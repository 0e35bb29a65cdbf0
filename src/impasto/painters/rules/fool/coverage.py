"""Which pixels strokes cover, and what they deposit there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from impasto.painters.rules.fool.strokes import Path, lengths

__all__ = ["Coverage", "deposit", "sweep"]

Floats = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]


STEP = 0.7
"""Pixels between two marks; less than 1/√2, so that no pixel under a stroke is missed."""


@dataclass(frozen=True)
class Coverage:
    """The M pixels under strokes, each with the last stroke that covers it.

    Attributes:
        pixel: Flat index of the pixel, shape (M,).
        stroke: Index of the stroke, shape (M,).
        across: Signed distance from its middle line in pixels, shape (M,).
        half_width: Half its width there in pixels, shape (M,).
        along: Distance from its beginning in pixels, shape (M,).
        length: Length of the whole stroke in pixels, shape (M,).
    """

    pixel: Ints
    stroke: Ints
    across: Floats
    half_width: Floats
    along: Floats
    length: Floats


def sweep(path: Path, shape: tuple[int, int], allowed: tuple[Ints, Ints] | None = None) -> Coverage:
    """The pixels that strokes cover, where later ones lie over earlier ones.

    Args:
        path: The strokes, in order of painting.
        shape: Height and width of the picture.
        allowed: Region of each pixel, shape (H, W), and of each stroke, shape (S,); a stroke covers pixels of
            its own region alone. By default strokes are not confined.
    """
    height, width = shape
    marks = _place_marks(path)
    # One pixel more on each side lets media fade the edge of a stroke.
    lanes = np.ceil((path.width.max(1) + 2) / STEP).astype(np.int64)
    mark, across = _spread_across(marks, lanes, 2.0)
    column = np.rint(marks.x[mark] - marks.dy[mark] * across).astype(np.int32)
    row = np.rint(marks.y[mark] + marks.dx[mark] * across).astype(np.int32)
    inside = np.flatnonzero((column >= 0) & (column < width) & (row >= 0) & (row < height))
    pixel = row[inside] * np.int64(width) + column[inside]
    if allowed is not None:
        same = allowed[0].ravel()[pixel] == allowed[1][marks.stroke[mark[inside]]]
        inside = inside[same]
        pixel = pixel[same]
    # numpy assigns the last of several values for an index, so the last stroke wins.
    owner = np.full(height * width, -1, np.int64)
    owner[pixel] = inside
    covered = np.flatnonzero(owner >= 0)
    topmost = owner[covered]
    topmost_mark = mark[topmost]
    offset = (
        (column[topmost] - marks.x[topmost_mark]).astype(np.float32),
        (row[topmost] - marks.y[topmost_mark]).astype(np.float32),
    )
    return Coverage(
        pixel=covered,
        stroke=marks.stroke[topmost_mark],
        across=offset[1] * marks.dx[topmost_mark] - offset[0] * marks.dy[topmost_mark],
        half_width=marks.width[topmost_mark] / 2,
        along=marks.along[topmost_mark] + offset[0] * marks.dx[topmost_mark] + offset[1] * marks.dy[topmost_mark],
        length=marks.length[marks.stroke[topmost_mark]],
    )


def deposit(path: Path, density: Floats, shape: tuple[int, int]) -> Floats:
    """The density that thin strokes leave, summed over all of them, as of graphite.

    Args:
        path: The strokes.
        density: Density at each point, shape (S, P).
        shape: Height and width of the picture.

    Returns:
        Density, shape (H, W); about 1 under a single stroke of density 1.
    """
    height, width = shape
    marks = _place_marks(path, density)
    lanes = np.maximum(1, np.ceil(path.width.max(1) / STEP)).astype(np.int64)
    mark, across = _spread_across(marks, lanes, 0.0)
    x = marks.x[mark] - marks.dy[mark] * across
    y = marks.y[mark] + marks.dx[mark] * across
    mass = (marks.value * marks.gap * marks.width / lanes[marks.stroke])[mark]
    left = np.floor(x).astype(np.int64)
    top = np.floor(y).astype(np.int64)
    fx = x - left
    fy = y - top
    total = np.zeros(height * width)
    for right, down, share in (
        (0, 0, (1 - fx) * (1 - fy)),
        (1, 0, fx * (1 - fy)),
        (0, 1, (1 - fx) * fy),
        (1, 1, fx * fy),
    ):
        c = left + right
        r = top + down
        inside = (c >= 0) & (c < width) & (r >= 0) & (r < height)
        total += np.bincount((r * width + c)[inside], (share * mass)[inside], minlength=height * width)
    return total.reshape(shape).astype(np.float32)


@dataclass(frozen=True)
class _Marks:
    """Marks at equal distances along strokes; each attribute has shape (M,), but `length` has shape (S,).

    Attributes:
        stroke: Index of the stroke.
        x: Column in pixels.
        y: Row in pixels.
        dx: Column of the unit vector along the stroke.
        dy: Row of the unit vector along the stroke.
        width: Width of the stroke in pixels.
        value: A value interpolated between the points of the stroke.
        along: Distance from its beginning in pixels.
        gap: Distance between its marks in pixels.
        length: Length of each stroke in pixels.
    """

    stroke: Ints
    x: Floats
    y: Floats
    dx: Floats
    dy: Floats
    width: Floats
    value: Floats
    along: Floats
    gap: Floats
    length: Floats


def _place_marks(path: Path, value: Floats | None = None) -> _Marks:
    """Marks along strokes; `value`, shape (S, P), is interpolated, by default the width."""
    distances = lengths(path.points)
    mark_count = np.maximum(1, np.ceil(distances[:, -1] / STEP)).astype(np.int64)
    stroke = np.repeat(np.arange(len(mark_count)), mark_count)
    index_in_stroke = np.arange(len(stroke)) - np.repeat(np.cumsum(mark_count) - mark_count, mark_count)
    gap = (distances[:, -1] / mark_count)[stroke].astype(np.float32)
    along = (index_in_stroke + np.float32(0.5)) * gap
    # Distances of all strokes are laid end to end, so that one search finds the points of all.
    total = distances[:, -1].astype(np.float64) + 1.0
    start = np.cumsum(total) - total
    size = distances.shape[1]
    index = np.searchsorted((distances + start[:, None]).ravel(), along + start[stroke], side="right") - 1
    index = index.clip(stroke * size, stroke * size + size - 2)
    flat = path.points.reshape(-1, 2)
    width = path.width.ravel()
    flat_distances = distances.ravel()
    fraction = (
        ((along - flat_distances[index]) / np.maximum(flat_distances[index + 1] - flat_distances[index], 1e-6))
        .clip(0, 1)
        .astype(np.float32)
    )
    position = flat[index]
    step = flat[index + 1] - position
    step_length = np.sqrt((step * step).sum(1)) + 1e-6
    values = width if value is None else value.ravel()
    return _Marks(
        stroke=stroke,
        x=position[:, 0] + fraction * step[:, 0],
        y=position[:, 1] + fraction * step[:, 1],
        dx=step[:, 0] / step_length,
        dy=step[:, 1] / step_length,
        width=width[index] + fraction * (width[index + 1] - width[index]),
        value=values[index] + fraction * (values[index + 1] - values[index]),
        along=along.astype(np.float32),
        gap=gap,
        length=distances[:, -1],
    )


def _spread_across(marks: _Marks, lanes: Ints, margin: float) -> tuple[Ints, Floats]:
    """Each mark repeated over the width of its stroke.

    Args:
        marks: The marks.
        lanes: Number of places across each stroke, shape (S,).
        margin: Pixels by which the places reach beyond the width.

    Returns:
        Index of the mark, and distance from the middle line in pixels, of each place.
    """
    count = lanes[marks.stroke]
    mark = np.repeat(np.arange(len(count)), count)
    lane = np.arange(len(mark)) - np.repeat(np.cumsum(count) - count, count)
    share = (lane.astype(np.float32) + np.float32(0.5)) * (1 / count).astype(np.float32)[mark] - np.float32(0.5)
    return mark, share * (marks.width + np.float32(margin))[mark]
