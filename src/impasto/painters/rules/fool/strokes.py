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
    high, wide = -(-height // cell), -(-width // cell)
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
        here, last = seeds.copy(), np.zeros_like(seeds)
        alive, points = np.ones(len(seeds), bool), []
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
    far = lengths(path.points)
    marks = np.maximum(1, np.ceil(far[:, -1] / STEP)).astype(np.int64)
    # A pixel more on each side, so that the edge can fade.
    rails = np.ceil((path.width.max(1) + 2) / STEP).astype(np.int64)
    stroke, mark, rail = _grid(marks, rails)
    place, part = _along(far, marks, stroke, mark)
    x, y, dx, dy, w = _spot(path, place, part)
    across = ((rail + np.float32(0.5)) / rails[stroke].astype(np.float32) - np.float32(0.5)) * (w + 2)
    column, row = np.rint(x - dy * across).astype(np.int64), np.rint(y + dx * across).astype(np.int64)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    pixel = row * width + column
    if allowed is not None:
        inside[inside] = allowed[0].ravel()[pixel[inside]] == allowed[1][stroke[inside]]
    kept = np.flatnonzero(inside)
    # Of equal indices numpy assigns the last value: the stroke painted last.
    owner = np.full(height * width, -1, np.int64)
    owner[pixel[kept]] = kept
    own = owner[owner >= 0]
    off = (column[own] - x[own]).astype(np.float32), (row[own] - y[own]).astype(np.float32)
    there = far.ravel()[place[own]] + part[own] * (far.ravel()[place[own] + 1] - far.ravel()[place[own]])
    return Touch(
        pixel=pixel[own],
        stroke=stroke[own],
        across=off[1] * dx[own] - off[0] * dy[own],
        half=w[own] / 2,
        along=there + off[0] * dx[own] + off[1] * dy[own],
        length=far[stroke[own], -1],
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
    far = lengths(path.points)
    marks = np.maximum(1, np.ceil(far[:, -1] / STEP)).astype(np.int64)
    rails = np.maximum(1, np.ceil(path.width.max(1) / STEP)).astype(np.int64)
    stroke, mark, rail = _grid(marks, rails)
    place, part = _along(far, marks, stroke, mark)
    x, y, dx, dy, w = _spot(path, place, part)
    across = ((rail + np.float32(0.5)) / rails[stroke].astype(np.float32) - np.float32(0.5)) * w
    x, y = x - dy * across, y + dx * across
    flat = dark.ravel()
    amount = flat[place] + part * (flat[place + 1] - flat[place])
    mass = amount * (far[:, -1] / marks)[stroke] * w / rails[stroke]
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    fx, fy = x - left, y - top
    board = np.zeros(height * width)
    for right, down, share in (
        (0, 0, (1 - fx) * (1 - fy)),
        (1, 0, fx * (1 - fy)),
        (0, 1, (1 - fx) * fy),
        (1, 1, fx * fy),
    ):
        c, r = left + right, top + down
        inside = (c >= 0) & (c < width) & (r >= 0) & (r < height)
        board += np.bincount((r * width + c)[inside], (share * mass)[inside], minlength=height * width)
    return board.reshape(shape).astype(np.float32)


def _grid(marks: Ints, rails: Ints) -> tuple[Ints, Ints, Ints]:
    """Stroke, mark along it and rail across it, of all marks of all strokes."""
    count = marks * rails
    stroke = np.repeat(np.arange(len(count)), count)
    nth = np.arange(len(stroke)) - np.repeat(np.cumsum(count) - count, count)
    return stroke, nth // rails[stroke], nth % rails[stroke]


def _along(far: Floats, marks: Ints, stroke: Ints, mark: Ints) -> tuple[Ints, Floats]:
    """The flat index of the point before each mark, and the share of the way to the next."""
    size = far.shape[1]
    at = (np.repeat(np.arange(len(marks)), marks), np.arange(marks.sum()) - np.repeat(np.cumsum(marks) - marks, marks))
    distance = (at[1] + np.float32(0.5)) / marks[at[0]] * far[at[0], -1]
    # Strokes laid end to end, so that one search finds the points of all.
    total = np.float64(far[:, -1]) + 1.0
    start = np.cumsum(total) - total
    index = np.searchsorted((far + start[:, None]).ravel(), distance + start[at[0]], side="right") - 1
    index = index.clip(at[0] * size, at[0] * size + size - 2)
    flat = far.ravel()
    gap = flat[index + 1] - flat[index]
    part = ((distance - flat[index]) / np.maximum(gap, 1e-6)).clip(0, 1).astype(np.float32)
    first = np.cumsum(marks) - marks
    own = first[stroke] + mark
    return index[own], part[own]


def _spot(path: Path, place: Ints, part: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Column, row, direction (column, row) and width at places along strokes."""
    flat, width = path.points.reshape(-1, 2), path.width.ravel()
    here, there = flat[place], flat[place + 1]
    step = there - here
    size = np.sqrt((step * step).sum(1)) + 1e-6
    x, y = here[:, 0] + part * step[:, 0], here[:, 1] + part * step[:, 1]
    return x, y, step[:, 0] / size, step[:, 1] / size, width[place] + part * (width[place + 1] - width[place])
