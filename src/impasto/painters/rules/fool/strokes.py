"""Strokes as curves: where they begin, and how they follow the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Path", "lengths", "seed_points", "trace"]

Floats = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Path:
    """Strokes with the same number of points each; the last points of a short one coincide.

    Attributes:
        points: Column and row in pixels, shape (S, P, 2).
        width: Width in pixels at each point, shape (S, P).
    """

    points: Floats
    width: Floats

    def select(self, indices: npt.NDArray[Any]) -> Path:
        """Some of the strokes."""
        return Path(self.points[indices], self.width[indices])


def seed_points(error: Floats, spacing: float, threshold: Floats | float, random: np.random.Generator) -> Floats:
    """A starting point in each cell of a grid whose mean error is large enough.

    Args:
        error: Error of each pixel, shape (H, W).
        spacing: Side of a cell in pixels, 2 or more.
        threshold: Mean error up to which a cell gets no point, a number or shape (H, W).
        random: Decides which pixel of a cell is taken, with a preference for large errors.

    Returns:
        Columns and rows, shape (S, 2).

    Source: Hertzmann 1998, "Painterly rendering with curved brush strokes of multiple sizes", section 2.1.
    """
    cell = max(2, round(spacing))
    height, width = error.shape
    grid_rows = -(-height // cell)
    grid_columns = -(-width // cell)
    pad = ((0, grid_rows * cell - height), (0, grid_columns * cell - width))

    def cells(values: Floats) -> Floats:
        padded = np.pad(values, pad, mode="edge")
        return (
            padded.reshape(grid_rows, cell, grid_columns, cell)
            .transpose(0, 2, 1, 3)
            .reshape(grid_rows * grid_columns, cell * cell)
        )

    errors = cells(error)
    thresholds = cells(np.broadcast_to(np.float32(threshold), error.shape)).mean(1)
    # Random weights, since the pixels of largest error in neighbouring cells often lie on the same edge.
    chosen_pixel = (errors * random.random(errors.shape, np.float32)).argmax(1)
    rows = np.arange(grid_rows * grid_columns) // grid_columns * cell + chosen_pixel // cell
    columns = np.arange(grid_rows * grid_columns) % grid_columns * cell + chosen_pixel % cell
    chosen = (errors.mean(1) > thresholds) & (rows < height) & (columns < width)
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
    """Curves through given points along a field, which end where the colour differs too much from that of the point.

    Args:
        seeds: Columns and rows, shape (S, 2).
        flow: Unit vectors, shape (H, W, 2).
        step: Pixels of a step, a number or shape (S,).
        count: Number of steps in each direction.
        picture: Lab, shape (H, W, 3).
        tolerance: Largest distance from the colour of the seed.
        inertia: Weight of the last direction, in [0, 1).

    Returns:
        Shape (S, 2 count + 1, 2).

    Source: Hertzmann 1998, figure 5, in both directions.
    """
    height, width = flow.shape[:2]
    paths = []
    seed_colour = picture[_pixel_indices(seeds, height, width)]
    for sign in (-1.0, 1.0):
        position = seeds.copy()
        last_direction = np.zeros_like(seeds)
        alive = np.ones(len(seeds), bool)
        points = []
        for i in range(count):
            direction = flow[_pixel_indices(position, height, width)]
            if i == 0:
                direction = direction * np.float32(sign)
            else:
                direction = direction * np.where((direction * last_direction).sum(1, keepdims=True) < 0, -1, 1).astype(
                    np.float32
                )
                direction = (1 - inertia) * direction + inertia * last_direction
                direction /= np.sqrt((direction * direction).sum(1, keepdims=True)) + 1e-6
            next_position = position + direction * np.broadcast_to(np.float32(step), len(seeds))[:, None]
            difference = picture[_pixel_indices(next_position, height, width)] - seed_colour
            alive &= (difference * difference).sum(1) < tolerance * tolerance
            position = np.where(alive[:, None], next_position, position).astype(np.float32)
            last_direction = direction.astype(np.float32)
            points.append(position)
        paths.append(points)
    return np.stack([*paths[0][::-1], seeds, *paths[1]], axis=1)


def _pixel_indices(points: Floats, height: int, width: int) -> tuple[Ints, Ints]:
    """Rows and columns of the nearest pixels, shape (S,) each."""
    return (
        np.rint(points[:, 1]).astype(np.int64).clip(0, height - 1),
        np.rint(points[:, 0]).astype(np.int64).clip(0, width - 1),
    )


def lengths(points: Floats) -> Floats:
    """Length of each stroke up to each of its points, in pixels, shape (S, P)."""
    steps = np.sqrt((np.diff(points, axis=1) ** 2).sum(2))
    return np.concatenate([np.zeros((len(points), 1), np.float32), steps.cumsum(1, dtype=np.float32)], axis=1)
