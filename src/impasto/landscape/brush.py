"""Ink from a brush: strokes as bundles of bristles, with pressure, dryness and the grain of the paper.

Every stroke is a polyline with a width and an amount of ink at each of its points. It is walked in
steps of less than a pixel by as many bristles as it is wide, and each bristle leaves its ink on the
four pixels around it. A dry brush's bristles run out of ink here and there ("flying white").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Strokes", "join", "lay"]

Floats = npt.NDArray[np.float64]
STEP = 0.7
"""Pixels between two marks of a bristle."""
PIECE = 2_000_000
"""Marks that are set at a time, so that memory stays bounded."""


@dataclass(frozen=True)
class Strokes:
    """Strokes of one kind.

    Attributes:
        points: Column and row of each stroke's points, as shares of the picture, shape (S, P, 2).
        width: Width of the brush at each point, as a share of the picture, shape (S, P).
        ink: Darkness at each point, 0 or more, shape (S, P).
        dry: How dry the brush is, in [0, 1], shape (S,).
    """

    points: Floats
    width: Floats
    ink: Floats
    dry: Floats

    def __len__(self) -> int:
        return len(self.points)


def join(parts: list[Strokes]) -> Strokes:
    """Strokes of one kind from several parts with the same number of points."""
    return Strokes(
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.width for part in parts]),
        np.concatenate([part.ink for part in parts]),
        np.concatenate([part.dry for part in parts]),
    )


def lay(strokes: Strokes, side: int, random: np.random.Generator) -> npt.NDArray[np.float32]:
    """The ink that strokes leave, added up.

    Args:
        strokes: What is painted.
        side: Rows and columns of the picture.
        random: Chance of the bristles.

    Returns:
        Optical density, shape (side, side); where a wet stroke of ink 1 passes, it is about 1.
    """
    board = np.zeros(side * side)
    if len(strokes) == 0:
        return board.reshape(side, side).astype(np.float32)
    points = strokes.points * side - 0.5
    steps = np.diff(points, axis=1)
    length = np.sqrt((steps * steps).sum(axis=2))
    marks = np.maximum(1, np.ceil(length.sum(axis=1) / STEP)).astype(int)
    bristles = np.maximum(1, np.ceil(strokes.width.max(axis=1) * side / STEP)).astype(int)
    amount = marks * bristles
    order, start = np.arange(len(strokes)), 0
    ends = np.cumsum(amount)
    while start < len(strokes):
        stop = max(start + 1, int(np.searchsorted(ends, (ends[start - 1] if start else 0) + PIECE, side="right")))
        own = order[start:stop]
        _set_marks(board, side, points[own], strokes, own, marks[own], bristles[own], random)
        start = stop
    return board.reshape(side, side).astype(np.float32)


def _set_marks(  # noqa: PLR0917
    board: Floats,
    side: int,
    points: Floats,
    strokes: Strokes,
    own: npt.NDArray[np.int64],
    marks: npt.NDArray[np.int64],
    bristles: npt.NDArray[np.int64],
    random: np.random.Generator,
) -> None:
    """Add the marks of some strokes to the board."""
    count = marks * bristles
    stroke = np.repeat(np.arange(len(own)), count)
    nth = np.arange(len(stroke)) - np.repeat(np.cumsum(count) - count, count)
    bristle, mark = nth // marks[stroke], nth % marks[stroke]
    # Along the stroke: equal steps of its parameter, which its points share evenly.
    along = (mark + 0.5) / marks[stroke] * (points.shape[1] - 1)
    left = along.astype(int)
    part = along - left
    place = stroke * points.shape[1] + left
    flat, width, ink = points.reshape(-1, 2), strokes.width[own].reshape(-1), strokes.ink[own].reshape(-1)
    x = flat[place, 0] * (1 - part) + flat[place + 1, 0] * part
    y = flat[place, 1] * (1 - part) + flat[place + 1, 1] * part
    w = (width[place] * (1 - part) + width[place + 1] * part) * side
    dark = ink[place] * (1 - part) + ink[place + 1] * part
    dx, dy = flat[place + 1, 0] - flat[place, 0], flat[place + 1, 1] - flat[place, 1]
    size = np.sqrt(dx * dx + dy * dy) + 1e-9
    across = (bristle + 0.5) / bristles[stroke] - 0.5
    x, y = x - dy / size * across * w, y + dx / size * across * w
    # A mark covers STEP along and w / bristles across: that times the density is its ink.
    spacing = np.repeat(_length(points) / marks, count)
    mass = dark * spacing * np.maximum(w, 0.0) / bristles[stroke]
    dry = strokes.dry[own]
    if dry.any():
        total = np.cumsum(bristles)
        wet = random.random(int(total[-1]))[np.repeat(total - bristles, count) + bristle]
        # A bristle runs out where its own lot and the length of the way say so.
        worn = dry[stroke] * (0.55 + 0.75 * mark / marks[stroke])
        mass = mass * (wet > worn * 0.8) * (1 + 0.5 * worn)
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = x - column, y - row
    for right, down, share in (
        (0, 0, (1 - fx) * (1 - fy)),
        (1, 0, fx * (1 - fy)),
        (0, 1, (1 - fx) * fy),
        (1, 1, fx * fy),
    ):
        c, r = column + right, row + down
        inside = (c >= 0) & (c < side) & (r >= 0) & (r < side)
        board += np.bincount((r * side + c)[inside], (share * mass)[inside], minlength=side * side)


def _length(points: Floats) -> Floats:
    steps = np.diff(points, axis=1)
    return np.sqrt((steps * steps).sum(axis=2)).sum(axis=1)
