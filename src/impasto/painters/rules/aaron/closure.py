"""Closure: the outline around a core at some distance from it.

Cohen observed that children draw so, and AARON gives body to its figures in this way: the core is a
scribble, a skeleton or a set of branches, and the closed form is its outline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.aaron.pen import Points, resample

__all__ = ["Core", "bend", "closure", "loop_through"]

GRID = 460
"""Cells of the raster along the longer side of the cores' bounding box."""


@dataclass(frozen=True)
class Core:
    """A polyline, and the distance of the outline from it.

    Attributes:
        points: Shape (P, 2).
        distance: At each point, shape (P,), or the same everywhere.
    """

    points: Points
    distance: Points | float

    def distances(self) -> Points:
        """Distance at each point, shape (P,)."""
        return np.broadcast_to(np.asarray(self.distance, float), (len(self.points),))


def closure(cores: Sequence[Core], smooth: float = 2.0) -> Points:
    """The outline around cores that touch or nearly touch.

    Args:
        cores: The cores; when their surroundings are disconnected, only the largest piece is enclosed.
        smooth: How far the outline is smoothed, in cells of 1/460 of the longer side.

    Returns:
        A closed path, shape (P, 2); its last point is not its first.
    """
    low = np.min([(c.points - c.distances()[:, None]).min(axis=0) for c in cores], axis=0)
    high = np.max([(c.points + c.distances()[:, None]).max(axis=0) for c in cores], axis=0)
    cells = GRID / max(1e-6, float((high - low).max()))
    shape = np.ceil((high - low) * cells).astype(int) + 8
    mask = np.zeros((shape[1], shape[0]), np.uint8)
    for core in cores:
        _fill_around(mask, (core.points - low) * cells + 4, core.distances() * cells)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(contours, key=cv2.contourArea).reshape(-1, 2).astype(float)
    return _smooth_outline(outline, smooth) / cells + low - 4 / cells


def _fill_around(mask: cv2.typing.MatLike, points: Points, distances: Points) -> None:
    """Set the cells of a mask that lie within the given distances of a polyline."""
    for (x, y), r in zip(points, distances, strict=True):
        centre = (round(float(x) * 16), round(float(y) * 16))
        cv2.circle(mask, centre, max(1, round(float(r) * 16)), 1, -1, cv2.LINE_8, 4)
    for a, b, r, s in zip(points[:-1], points[1:], distances[:-1], distances[1:], strict=True):
        direction = b - a
        length = float(np.hypot(*direction))
        if length > 1e-6:
            normal = np.array([-direction[1], direction[0]]) / length
            corners = np.array([a + normal * r, b + normal * s, b - normal * s, a - normal * r])
            cv2.fillConvexPoly(mask, np.rint(corners * 16).astype(np.int32), 1, cv2.LINE_8, 4)


def _smooth_outline(outline: Points, smooth: float) -> Points:
    """A closed path resampled to two cells and smoothed, so that the steps of the raster disappear."""
    path = resample(np.concatenate([outline, outline[:1]]), 2.0)[:-1]
    sigma = smooth / 2 + 0.6
    half_width = min(len(path) // 2, int(3 * sigma) + 1)
    weight = np.exp(-0.5 * (np.arange(-half_width, half_width + 1) / sigma) ** 2)
    weight /= weight.sum()
    padded = np.concatenate([path[-half_width:], path, path[:half_width]]) if half_width else path
    return np.stack([np.convolve(padded[:, axis], weight, mode="valid") for axis in (0, 1)], axis=1)


def loop_through(knots: npt.ArrayLike, points_per_knot: int = 8) -> Points:
    """A smooth closed path through knots (Catmull-Rom), `points_per_knot` points from one to the next."""
    k = np.asarray(knots, float)
    return _spline(np.roll(k, 1, axis=0), k, np.roll(k, -1, axis=0), np.roll(k, -2, axis=0), points_per_knot)


def bend(knots: npt.ArrayLike, points_per_knot: int = 8) -> Points:
    """A smooth open path through knots (Catmull-Rom), `points_per_knot` points from one to the next."""
    k = np.asarray(knots, float)
    padded = np.concatenate([2 * k[:1] - k[1:2], k, 2 * k[-1:] - k[-2:-1]])
    path = _spline(padded[:-3], padded[1:-2], padded[2:-1], padded[3:], points_per_knot)
    return np.concatenate([path, k[-1:]])


def _spline(a: Points, b: Points, c: Points, d: Points, points_per_knot: int) -> Points:
    """Catmull-Rom segments from each of `b` to `c`, with `a` and `d` the knots before and after."""
    t = (np.arange(points_per_knot) / points_per_knot)[None, :, None]
    a, b, c, d = (p[:, None] for p in (a, b, c, d))
    path = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return path.reshape(-1, 2)
