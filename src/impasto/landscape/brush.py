"""Ink from a brush: strokes as bundles of bristles, with pressure, dryness and the grain of the paper.

Every stroke is a polyline with a width and an amount of ink at each of its points. It is walked in
steps of less than a pixel by as many bristles as it is wide, and each bristle leaves its ink on the
four pixels around it. A dry brush's bristles run out of ink here and there ("flying white").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Box", "Strokes", "box_of", "join", "lay"]

Floats = npt.NDArray[np.float64]
Box = tuple[int, int, int, int]
"""A part of a picture: left, top, right and bottom, in pixels."""
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


def box_of(strokes: Strokes, side: int) -> Box | None:
    """The part of a picture that strokes touch; None when they miss it."""
    reach = 0.5 * float(strokes.width.max(initial=0.0)) * side + 2
    flat = strokes.points.reshape(-1, 2) * side
    if not len(flat):
        return None
    low = np.maximum(np.floor(flat.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.ceil(flat.max(axis=0) + reach), side).astype(int)
    return None if (low >= high).any() else (int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def lay(strokes: Strokes, side: int, random: np.random.Generator, box: Box | None = None) -> npt.NDArray[np.float32]:
    """The ink that strokes leave, added up.

    Args:
        strokes: What is painted.
        side: Rows and columns of the picture.
        random: Chance of the bristles.
        box: The part of the picture that is wanted: left, top, right, bottom; all of it without.

    Returns:
        Optical density, shape (bottom - top, right - left); where a wet stroke of ink 1 passes, it is about 1.
    """
    left, top, right, bottom = box or (0, 0, side, side)
    board = _Board(left, top, right - left, bottom - top)
    if len(strokes) == 0:
        return board.density()
    points = strokes.points * side - 0.5
    steps = np.diff(points, axis=1)
    length = np.sqrt((steps * steps).sum(axis=2)).sum(axis=1)
    # A stroke that is larger than all pictures is walked in longer steps.
    marks = np.ceil(length / STEP).clip(1, PIECE).astype(int)
    bristles = np.ceil(strokes.width.max(axis=1) * side / STEP).clip(1, np.maximum(1, PIECE // marks)).astype(int)
    ends = np.cumsum(marks * bristles)
    start = 0
    while start < len(strokes):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + PIECE, side="right")))
        own = slice(start, stop)
        part = Strokes(points[own], strokes.width[own] * side, strokes.ink[own], strokes.dry[own])
        _set_marks(board, part, length[own] / marks[own], marks[own], bristles[own], random)
        start = stop
    return board.density()


class _Board:
    """A part of the picture that gathers ink."""

    def __init__(self, left: int, top: int, width: int, height: int) -> None:
        self.left = left
        self.top = top
        self.width = width
        self.height = height
        self.ink = np.zeros(width * height)

    def add(self, x: Floats, y: Floats, mass: Floats) -> None:
        """Leave ink on the four pixels around each place."""
        column = np.floor(x)
        row = np.floor(y)
        fx = x - column
        fy = y - row
        c0 = column.astype(np.int64) - self.left
        r0 = row.astype(np.int64) - self.top
        near = (c0 >= -1) & (c0 < self.width) & (r0 >= -1) & (r0 < self.height)
        if not near.all():
            c0 = c0[near]
            r0 = r0[near]
            fx = fx[near]
            fy = fy[near]
            mass = mass[near]
        # One column and row more on each side take what falls off the edge.
        wide = self.width + 2
        at = (r0 + 1) * wide + c0 + 1
        low = mass * fy
        high = mass - low
        parts = (high - high * fx, high * fx, low - low * fx, low * fx)
        places = (at, at + 1, at + wide, at + wide + 1)
        size = wide * (self.height + 2)
        padded = np.bincount(np.concatenate(places), np.concatenate(parts), minlength=size)[:size]
        self.ink += padded.reshape(self.height + 2, wide)[1:-1, 1:-1].ravel()

    def density(self) -> npt.NDArray[np.float32]:
        """What was gathered."""
        return self.ink.reshape(self.height, self.width).astype(np.float32)


def _set_marks(
    board: _Board,
    strokes: Strokes,
    spacing: Floats,
    marks: npt.NDArray[np.int64],
    bristles: npt.NDArray[np.int64],
    random: np.random.Generator,
) -> None:
    """Add the marks of some strokes, in pixels, to the board."""
    count = marks * bristles
    points = strokes.points
    stroke = np.repeat(np.arange(len(points)), count)
    nth = np.arange(len(stroke)) - np.repeat(np.cumsum(count) - count, count)
    bristle, mark = np.divmod(nth, marks[stroke])
    # Marks lie at equal distances along the stroke.
    steps = np.diff(points, axis=1)
    length = np.sqrt((steps * steps).sum(axis=2)) + 1e-9
    ends = np.cumsum(length, axis=1)
    way = (mark + 0.5) / marks[stroke] * ends[stroke, -1]
    left = np.zeros(len(stroke), np.int64)
    for inner in range(points.shape[1] - 2):
        left += ends[stroke, inner] <= way
    part = ((way - ends[stroke, left]) / length[stroke, left] + 1).clip(0, 1)
    place = stroke * points.shape[1] + left
    flat = points.reshape(-1, 2)
    width = strokes.width.reshape(-1)
    ink = strokes.ink.reshape(-1)
    first = flat[place]
    last = flat[place + 1]
    way = last - first
    x = first[:, 0] + way[:, 0] * part
    y = first[:, 1] + way[:, 1] * part
    w = width[place] + (width[place + 1] - width[place]) * part
    dark = ink[place] + (ink[place + 1] - ink[place]) * part
    several = bristles[stroke]
    if bristles.max(initial=1) > 1:
        offset = ((bristle + 0.5) / several - 0.5) * w / (np.sqrt(way[:, 0] ** 2 + way[:, 1] ** 2) + 1e-9)
        x = x - way[:, 1] * offset
        y = y + way[:, 0] * offset
    # A mark covers its spacing along and w / bristles across: that times the density is its ink.
    mass = dark * spacing[stroke] * np.maximum(w, 0.0) / several
    if strokes.dry.any():
        total = np.cumsum(bristles)
        wet = random.random(int(total[-1]))[(total - bristles)[stroke] + bristle]
        # A bristle runs out where its own lot and the length of the way say so.
        worn = strokes.dry[stroke] * (0.55 + 0.75 * mark / marks[stroke])
        mass = mass * (wet > worn * 0.8) * (1 + 0.5 * worn)
    board.add(x, y, mass)
