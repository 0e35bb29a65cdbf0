"""Closure: an outline is traced around a core that was there first, at some distance from it.

So children draw, says Cohen, and so AARON gives body to its figures: the core is an open or closed
scribble, a skeleton, a tangle of branches; the closed form is what goes around it.
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
"""Cells along the longer side of what is enclosed."""


@dataclass(frozen=True)
class Core:
    """A polyline with the distance that the outline keeps from it.

    Attributes:
        points: Shape (P, 2).
        reach: Distance at each point, shape (P,), or one for all.
    """

    points: Points
    reach: Points | float

    def reaches(self) -> Points:
        """Distance at each point, shape (P,)."""
        return np.broadcast_to(np.asarray(self.reach, float), (len(self.points),))


def closure(cores: Sequence[Core], smooth: float = 2.0) -> Points:
    """The outline around cores that touch or nearly touch.

    Args:
        cores: What is enclosed; where they fall apart, the largest piece is.
        smooth: How far the outline rounds its corners, in cells of 1/460 of the longer side.

    Returns:
        A closed path, shape (P, 2); its last point is not its first.
    """
    low = np.min([(c.points - c.reaches()[:, None]).min(axis=0) for c in cores], axis=0)
    high = np.max([(c.points + c.reaches()[:, None]).max(axis=0) for c in cores], axis=0)
    cells = GRID / max(1e-6, float((high - low).max()))
    shape = np.ceil((high - low) * cells).astype(int) + 8
    body = np.zeros((shape[1], shape[0]), np.uint8)
    for core in cores:
        _embody(body, (core.points - low) * cells + 4, core.reaches() * cells)
    found, _ = cv2.findContours(body, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(found, key=cv2.contourArea).reshape(-1, 2).astype(float)
    return _rounded(outline, smooth) / cells + low - 4 / cells


def _embody(body: cv2.typing.MatLike, points: Points, reach: Points) -> None:
    """Fill the places within reach of a polyline."""
    for (x, y), r in zip(points, reach, strict=True):
        centre = (round(float(x) * 16), round(float(y) * 16))
        cv2.circle(body, centre, max(1, round(float(r) * 16)), 1, -1, cv2.LINE_8, 4)
    for a, b, r, s in zip(points[:-1], points[1:], reach[:-1], reach[1:], strict=True):
        along = b - a
        size = float(np.hypot(*along))
        if size > 1e-6:
            side = np.array([-along[1], along[0]]) / size
            corners = np.array([a + side * r, b + side * s, b - side * s, a - side * r])
            cv2.fillConvexPoly(body, np.rint(corners * 16).astype(np.int32), 1, cv2.LINE_8, 4)


def _rounded(outline: Points, smooth: float) -> Points:
    """A closed path at a spacing of two cells, without the steps of the grid."""
    path = resample(np.concatenate([outline, outline[:1]]), 2.0)[:-1]
    sigma = smooth / 2 + 0.6
    wing = min(len(path) // 2, int(3 * sigma) + 1)
    weight = np.exp(-0.5 * (np.arange(-wing, wing + 1) / sigma) ** 2)
    weight /= weight.sum()
    padded = np.concatenate([path[-wing:], path, path[:wing]]) if wing else path
    return np.stack([np.convolve(padded[:, axis], weight, mode="valid") for axis in (0, 1)], axis=1)


def loop_through(knots: npt.ArrayLike, per: int = 8) -> Points:
    """A smooth closed path through knots (Catmull-Rom), `per` points from one to the next."""
    k = np.asarray(knots, float)
    return _spline(np.roll(k, 1, axis=0), k, np.roll(k, -1, axis=0), np.roll(k, -2, axis=0), per)


def bend(knots: npt.ArrayLike, per: int = 8) -> Points:
    """A smooth open path through knots (Catmull-Rom), `per` points from one to the next."""
    k = np.asarray(knots, float)
    padded = np.concatenate([2 * k[:1] - k[1:2], k, 2 * k[-1:] - k[-2:-1]])
    path = _spline(padded[:-3], padded[1:-2], padded[2:-1], padded[3:], per)
    return np.concatenate([path, k[-1:]])


def _spline(a: Points, b: Points, c: Points, d: Points, per: int) -> Points:
    t = (np.arange(per) / per)[None, :, None]
    a, b, c, d = (p[:, None] for p in (a, b, c, d))
    path = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
    return path.reshape(-1, 2)
