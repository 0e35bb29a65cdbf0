"""Strokes as curves: where they begin, how they follow the picture, and which pixels they touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Path", "Touch", "deposit", "lengths", "seeds_of_error", "sweep", "trace"]

Floats = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
STEP = 0.7
"""Pixels between two marks: with less than 1/√2 no pixel under a stroke is missed."""


@dataclass(frozen=True)
class Path:
    """Curves, all of the same number of points; the last points of a short one coincide.

    Attributes:
        points: Column and row in pixels, shape (S, P, 2).
        width: In pixels at each point, shape (S, P).
    """

    points: Floats
    width: Floats

    def part(self, chosen: npt.NDArray[Any]) -> Path:
        """Some of the strokes."""
        return Path(self.points[chosen], self.width[chosen])


@dataclass(frozen=True)
class Touch:
    """The pixels under strokes; where several pass, the last one.

    Attributes:
        pixel: Flat index of each pixel, shape (M,).
        stroke: Which stroke, shape (M,).
        across: Pixels from its middle line, signed, shape (M,).
        half: Half its width there, shape (M,).
        along: Pixels from its beginning, shape (M,).
        length: Of the whole stroke, in pixels, shape (M,).
    """

    pixel: Ints
    stroke: Ints
    across: Floats
    half: Floats
    along: Floats
    length: Floats


def seeds_of_error(error: Floats, spacing: float, least: Floats | float, random: np.random.Generator) -> Floats:
    """One beginning for each cell of a grid whose mean error is large enough: its worst pixel, roughly.

    Args:
        error: Shape (H, W).
        spacing: Side of a cell in pixels, 2 or more.
        least: Error below which a cell is left alone, a number or shape (H, W).
        random: Chance.

    Returns:
        Columns and rows, shape (S, 2).

    Source: Hertzmann 1998, "Painterly rendering with curved brush strokes of multiple sizes", section 2.1.
    """
    cell = max(2, round(spacing))
    height, width = error.shape
    high = -(-height // cell)
    wide = -(-width // cell)
    pad = ((0, high * cell - height), (0, wide * cell - width))

    def cells(values: Floats) -> Floats:
        padded = np.pad(values, pad, mode="edge")
        return padded.reshape(high, cell, wide, cell).transpose(0, 2, 1, 3).reshape(high * wide, cell * cell)

    own = cells(error)
    bar = cells(np.broadcast_to(np.float32(least), error.shape)).mean(1)
    # Between the worst pixel and any pixel: the worst ones of neighbouring cells lie on the same edge.
    worst = (own * random.random(own.shape, np.float32)).argmax(1)
    rows = np.arange(high * wide) // wide * cell + worst // cell
    columns = np.arange(high * wide) % wide * cell + worst % cell
    chosen = (own.mean(1) > bar) & (rows < height) & (columns < width)
    return np.stack([columns, rows], 1)[chosen].astype(np.float32)


def trace(
    seeds: Floats,
    flow: Floats,
    step: Floats | float,
    count: int,
    *,
    picture: Floats,
    tolerance: float,
    inertia: float = 0.5,
) -> Floats:
    """Curves through given points along a field, ending where the colour is no longer that of the beginning.

    Args:
        seeds: Columns and rows, shape (S, 2).
        flow: Unit vectors, shape (H, W, 2).
        step: Pixels between two points, a number or shape (S,).
        count: Steps in each direction.
        picture: Lab, shape (H, W, 3).
        tolerance: Largest distance of colour from that of the seed.
        inertia: How much of the last direction is kept, in [0, 1).

    Returns:
        Shape (S, 2 count + 1, 2).

    Source: Hertzmann 1998, figure 5, walked in both directions.
    """
    height, width = flow.shape[:2]
    paths = []
    home = picture[_at(seeds, height, width)]
    for sign in (-1.0, 1.0):
        here = seeds.copy()
        last = np.zeros_like(seeds)
        alive = np.ones(len(seeds), bool)
        points = []
        for i in range(count):
            along = flow[_at(here, height, width)]
            if i == 0:
                along = along * np.float32(sign)
            else:
                along = along * np.where((along * last).sum(1, keepdims=True) < 0, -1, 1).astype(np.float32)
                along = (1 - inertia) * along + inertia * last
                along /= np.sqrt((along * along).sum(1, keepdims=True)) + 1e-6
            there = here + along * np.broadcast_to(np.float32(step), len(seeds))[:, None]
            gap = picture[_at(there, height, width)] - home
            alive &= (gap * gap).sum(1) < tolerance * tolerance
            here = np.where(alive[:, None], there, here).astype(np.float32)
            last = along.astype(np.float32)
            points.append(here)
        paths.append(points)
    return np.stack([*paths[0][::-1], seeds, *paths[1]], axis=1)


def _at(points: Floats, height: int, width: int) -> tuple[Ints, Ints]:
    return (
        np.rint(points[:, 1]).astype(np.int64).clip(0, height - 1),
        np.rint(points[:, 0]).astype(np.int64).clip(0, width - 1),
    )


def lengths(points: Floats) -> Floats:
    """Pixels from the first point to each, shape (S, P)."""
    steps = np.sqrt((np.diff(points, axis=1) ** 2).sum(2))
    return np.concatenate([np.zeros((len(points), 1), np.float32), steps.cumsum(1, dtype=np.float32)], axis=1)


def sweep(path: Path, shape: tuple[int, int], allowed: tuple[Ints, Ints] | None = None) -> Touch:
    """Which pixels strokes of a brush touch, and where within the stroke each lies.

    Args:
        path: The strokes, first to last.
        shape: Rows and columns of the picture.
        allowed: Region of each pixel, shape (H, W), and region of each stroke, shape (S,): a stroke
            stays inside its own.
    """
    height, width = shape
    walk = _walk(path)
    # A pixel more on each side, so that the edge can fade.
    rails = np.ceil((path.width.max(1) + 2) / STEP).astype(np.int64)
    mark, across = _beside(walk, rails, 2.0)
    column = np.rint(walk.x[mark] - walk.dy[mark] * across).astype(np.int32)
    row = np.rint(walk.y[mark] + walk.dx[mark] * across).astype(np.int32)
    inside = np.flatnonzero((column >= 0) & (column < width) & (row >= 0) & (row < height))
    pixel = row[inside] * np.int64(width) + column[inside]
    if allowed is not None:
        same = allowed[0].ravel()[pixel] == allowed[1][walk.stroke[mark[inside]]]
        inside = inside[same]
        pixel = pixel[same]
    # Of equal indices numpy assigns the last value: the stroke painted last.
    owner = np.full(height * width, -1, np.int64)
    owner[pixel] = inside
    where = np.flatnonzero(owner >= 0)
    own = owner[where]
    m = mark[own]
    off = (column[own] - walk.x[m]).astype(np.float32), (row[own] - walk.y[m]).astype(np.float32)
    return Touch(
        pixel=where,
        stroke=walk.stroke[m],
        across=off[1] * walk.dx[m] - off[0] * walk.dy[m],
        half=walk.width[m] / 2,
        along=walk.along[m] + off[0] * walk.dx[m] + off[1] * walk.dy[m],
        length=walk.length[walk.stroke[m]],
    )


def deposit(path: Path, dark: Floats, shape: tuple[int, int]) -> Floats:
    """What thin strokes leave where each pass adds to the last, as graphite does.

    Args:
        path: The strokes.
        dark: Density at each point, shape (S, P).
        shape: Rows and columns of the picture.

    Returns:
        Density, shape (H, W); under a stroke of density 1 it is about 1.
    """
    height, width = shape
    walk = _walk(path, dark)
    rails = np.maximum(1, np.ceil(path.width.max(1) / STEP)).astype(np.int64)
    mark, across = _beside(walk, rails, 0.0)
    x = walk.x[mark] - walk.dy[mark] * across
    y = walk.y[mark] + walk.dx[mark] * across
    mass = (walk.value * walk.gap * walk.width / rails[walk.stroke])[mark]
    left = np.floor(x).astype(np.int64)
    top = np.floor(y).astype(np.int64)
    fx = x - left
    fy = y - top
    board = np.zeros(height * width)
    for right, down, share in (
        (0, 0, (1 - fx) * (1 - fy)),
        (1, 0, fx * (1 - fy)),
        (0, 1, (1 - fx) * fy),
        (1, 1, fx * fy),
    ):
        c = left + right
        r = top + down
        inside = (c >= 0) & (c < width) & (r >= 0) & (r < height)
        board += np.bincount((r * width + c)[inside], (share * mass)[inside], minlength=height * width)
    return board.reshape(shape).astype(np.float32)


@dataclass(frozen=True)
class _Walk:
    """Marks in equal steps along strokes, all of shape (M,) but the last, of shape (S,)."""

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


def _walk(path: Path, value: Floats | None = None) -> _Walk:
    """Walk along strokes; `value`, shape (S, P), is read on the way."""
    far = lengths(path.points)
    marks = np.maximum(1, np.ceil(far[:, -1] / STEP)).astype(np.int64)
    stroke = np.repeat(np.arange(len(marks)), marks)
    nth = np.arange(len(stroke)) - np.repeat(np.cumsum(marks) - marks, marks)
    gap = (far[:, -1] / marks)[stroke].astype(np.float32)
    along = (nth + np.float32(0.5)) * gap
    # Strokes laid end to end, so that one search finds the points of all.
    total = far[:, -1].astype(np.float64) + 1.0
    start = np.cumsum(total) - total
    size = far.shape[1]
    index = np.searchsorted((far + start[:, None]).ravel(), along + start[stroke], side="right") - 1
    index = index.clip(stroke * size, stroke * size + size - 2)
    flat = path.points.reshape(-1, 2)
    width = path.width.ravel()
    read = far.ravel()
    part = ((along - read[index]) / np.maximum(read[index + 1] - read[index], 1e-6)).clip(0, 1).astype(np.float32)
    here = flat[index]
    step = flat[index + 1] - here
    reach = np.sqrt((step * step).sum(1)) + 1e-6
    values = width if value is None else value.ravel()
    return _Walk(
        stroke=stroke,
        x=here[:, 0] + part * step[:, 0],
        y=here[:, 1] + part * step[:, 1],
        dx=step[:, 0] / reach,
        dy=step[:, 1] / reach,
        width=width[index] + part * (width[index + 1] - width[index]),
        value=values[index] + part * (values[index + 1] - values[index]),
        along=along.astype(np.float32),
        gap=gap,
        length=far[:, -1],
    )


def _beside(walk: _Walk, rails: Ints, more: float) -> tuple[Ints, Floats]:
    """For each mark as many as its stroke has rails: which mark, and how many pixels beside the middle line."""
    count = rails[walk.stroke]
    mark = np.repeat(np.arange(len(count)), count)
    rail = np.arange(len(mark)) - np.repeat(np.cumsum(count) - count, count)
    share = (rail.astype(np.float32) + np.float32(0.5)) * (1 / count).astype(np.float32)[mark] - np.float32(0.5)
    return mark, share * (walk.width + np.float32(more))[mark]
