"""Ink from a brush: strokes as bundles of bristles, with pressure and dryness.

Every stroke is a polyline with a width and an amount of ink at each of its points. It is walked in
steps of less than a pixel by as many bristles as it is wide, and each bristle leaves its ink on the
four pixels around it. A dry brush's bristles run out of ink here and there ("flying white").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Box", "Strokes", "bounding_box", "join", "ink_density"]

Floats = npt.NDArray[np.float64]
Box = tuple[int, int, int, int]
"""A rectangle of the picture: left, top, right and bottom, in pixels."""
MARK_SPACING = 0.7
"""Pixels between two marks along a bristle."""
MAX_MARKS = 2_000_000
"""Largest number of marks set at a time, so that memory stays bounded."""


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
    """Concatenate strokes that have the same number of points."""
    return Strokes(
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.width for part in parts]),
        np.concatenate([part.ink for part in parts]),
        np.concatenate([part.dry for part in parts]),
    )


def bounding_box(strokes: Strokes, side: int) -> Box | None:
    """The rectangle of the picture that strokes can touch; None when they miss the picture."""
    reach = 0.5 * float(strokes.width.max(initial=0.0)) * side + 2
    flat = strokes.points.reshape(-1, 2) * side
    if not len(flat):
        return None
    low = np.maximum(np.floor(flat.min(axis=0) - reach), 0).astype(int)
    high = np.minimum(np.ceil(flat.max(axis=0) + reach), side).astype(int)
    return None if (low >= high).any() else (int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def ink_density(
    strokes: Strokes, side: int, random: np.random.Generator, box: Box | None = None
) -> npt.NDArray[np.float32]:
    """The optical density of the ink that strokes leave, summed over all of them.

    Args:
        strokes: The strokes.
        side: Height and width of the picture.
        random: Decides where dry bristles run out.
        box: The rectangle to compute: left, top, right, bottom, in pixels; by default the whole picture.

    Returns:
        Density, shape (bottom - top, right - left); about 1 under a wet stroke of ink 1.
    """
    left, top, right, bottom = box or (0, 0, side, side)
    buffer = _InkBuffer(left, top, right - left, bottom - top)
    if len(strokes) == 0:
        return buffer.density()
    points = strokes.points * side - 0.5
    steps = np.diff(points, axis=1)
    length = np.sqrt((steps * steps).sum(axis=2)).sum(axis=1)
    # A stroke far larger than the picture is walked in longer steps, so that its marks stay bounded.
    marks = np.ceil(length / MARK_SPACING).clip(1, MAX_MARKS).astype(int)
    bristles = (
        np.ceil(strokes.width.max(axis=1) * side / MARK_SPACING).clip(1, np.maximum(1, MAX_MARKS // marks)).astype(int)
    )
    ends = np.cumsum(marks * bristles)
    start = 0
    while start < len(strokes):
        marks_before = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, marks_before + MAX_MARKS, side="right")))
        chunk = slice(start, stop)
        chunk_strokes = Strokes(points[chunk], strokes.width[chunk] * side, strokes.ink[chunk], strokes.dry[chunk])
        _set_marks(buffer, chunk_strokes, length[chunk] / marks[chunk], marks[chunk], bristles[chunk], random)
        start = stop
    return buffer.density()


class _InkBuffer:
    """Ink gathered over a rectangle of the picture."""

    def __init__(self, left: int, top: int, width: int, height: int) -> None:
        self.left = left
        self.top = top
        self.width = width
        self.height = height
        self.ink = np.zeros(width * height)

    def add(self, x: Floats, y: Floats, mass: Floats) -> None:
        """Spread each amount of ink over the four pixels around its place, bilinearly."""
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
        # A margin of one pixel on each side takes the ink that falls off the edge.
        stride = self.width + 2
        index = (r0 + 1) * stride + c0 + 1
        low = mass * fy
        high = mass - low
        amounts = (high - high * fx, high * fx, low - low * fx, low * fx)
        indices = (index, index + 1, index + stride, index + stride + 1)
        size = stride * (self.height + 2)
        padded = np.bincount(np.concatenate(indices), np.concatenate(amounts), minlength=size)[:size]
        self.ink += padded.reshape(self.height + 2, stride)[1:-1, 1:-1].ravel()

    def density(self) -> npt.NDArray[np.float32]:
        """The gathered ink, shape (height, width)."""
        return self.ink.reshape(self.height, self.width).astype(np.float32)


def _set_marks(
    buffer: _InkBuffer,
    strokes: Strokes,
    spacing: Floats,
    marks: npt.NDArray[np.int64],
    bristles: npt.NDArray[np.int64],
    random: np.random.Generator,
) -> None:
    """Add the marks of some strokes to the buffer.

    Args:
        buffer: Where the ink is gathered.
        strokes: The strokes, in pixels instead of shares of the picture.
        spacing: Pixels between two marks of each stroke, shape (S,).
        marks: Marks of each bristle of each stroke, shape (S,).
        bristles: Bristles of each stroke, shape (S,).
        random: Decides where dry bristles run out.
    """
    count = marks * bristles
    points = strokes.points
    stroke = np.repeat(np.arange(len(points)), count)
    index = np.arange(len(stroke)) - np.repeat(np.cumsum(count) - count, count)
    bristle, mark = np.divmod(index, marks[stroke])
    # Marks lie at equal distances along the stroke.
    steps = np.diff(points, axis=1)
    length = np.sqrt((steps * steps).sum(axis=2)) + 1e-9
    ends = np.cumsum(length, axis=1)
    distance = (mark + 0.5) / marks[stroke] * ends[stroke, -1]
    segment = np.zeros(len(stroke), np.int64)
    for inner in range(points.shape[1] - 2):
        segment += ends[stroke, inner] <= distance
    fraction = ((distance - ends[stroke, segment]) / length[stroke, segment] + 1).clip(0, 1)
    point = stroke * points.shape[1] + segment
    flat = points.reshape(-1, 2)
    width = strokes.width.reshape(-1)
    ink = strokes.ink.reshape(-1)
    first = flat[point]
    last = flat[point + 1]
    step = last - first
    x = first[:, 0] + step[:, 0] * fraction
    y = first[:, 1] + step[:, 1] * fraction
    w = width[point] + (width[point + 1] - width[point]) * fraction
    darkness = ink[point] + (ink[point + 1] - ink[point]) * fraction
    bristle_count = bristles[stroke]
    if bristles.max(initial=1) > 1:
        offset = ((bristle + 0.5) / bristle_count - 0.5) * w / (np.sqrt(step[:, 0] ** 2 + step[:, 1] ** 2) + 1e-9)
        x = x - step[:, 1] * offset
        y = y + step[:, 0] * offset
    # A mark covers an area of spacing × (w / bristles); its ink is that area times the darkness.
    mass = darkness * spacing[stroke] * np.maximum(w, 0.0) / bristle_count
    if strokes.dry.any():
        total = np.cumsum(bristles)
        wet = random.random(int(total[-1]))[(total - bristles)[stroke] + bristle]
        # Each bristle draws one random number; it runs out once the dryness, which grows along the stroke, exceeds it.
        dryness = strokes.dry[stroke] * (0.55 + 0.75 * mark / marks[stroke])
        mass = mass * (wet > dryness * 0.8) * (1 + 0.5 * dryness)
    buffer.add(x, y, mass)
