"""What of a hand is visible, and the lines where one part of it stands in front of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from impasto.hands.skeleton import PALM, Capsule

__all__ = ["HELD", "NOTHING", "Surface", "surface_of"]

Points = npt.NDArray[np.float64]
NOTHING = -3
HELD = -2
"""Parts of a surface beside the digits and `PALM`: nothing, and what the hand holds."""
CELLS = 200
"""Cells along the longer side of the raster, unless another number is asked for."""
STEP = 0.02
"""Least difference of nearness, as a share of the hand's length, that makes a line between finger and palm."""
SHORTEST = 9
"""Cells of the shortest line that is drawn."""
Labels = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Surface:
    """The nearest part at each place of a raster.

    Attributes:
        parts: Number of the digit, or `PALM`, `HELD` or `NOTHING`, shape (h, w).
        nearness: Of the surface, in shares of the picture, shape (h, w).
        hidden: For each digit the number of its cells that something else hides.
        corner: Column and row of the first cell, in shares of the picture.
        cell: Side of a cell, as such a share.
        length: Length of the hand.
    """

    parts: Labels
    nearness: npt.NDArray[np.float32]
    hidden: dict[int, int]
    corner: Points
    cell: float
    length: float

    def shown(self, digit: int) -> float:
        """Share of a digit that is visible, in [0, 1]."""
        visible = int((self.parts == digit).sum())
        return visible / max(1, visible + self.hidden.get(digit, 0))

    def visible(self, points: Points, slack: float) -> npt.NDArray[np.bool_]:
        """Whether no surface lies more than `slack` nearer than each of some points on the hand, (P, 3); shape (P,)."""
        places = np.floor((points[:, :2] - self.corner) / self.cell).astype(int)
        return np.asarray(self._read(self.nearness, places) <= points[:, 2] + slack)

    def outlines(self, part: int) -> list[Points]:
        """Closed paths, each of shape (P, 2), around the visible pieces of a part."""
        contours, _ = cv2.findContours((self.parts == part).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        return [self._placed(_smoothed(c.reshape(-1, 2).astype(float))) for c in contours if len(c) > SHORTEST]

    def lines(self, digits: Sequence[int]) -> list[Points]:
        """Lines inside the hand, each of shape (P, 2), along the nearer of two parts."""
        drawn = []
        for part in (*digits, PALM):
            contours, _ = cv2.findContours(
                (self.parts == part).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
            )
            for contour in contours:
                path = _smoothed(contour.reshape(-1, 2).astype(float))
                if len(path) > SHORTEST:
                    drawn += self._runs(path, self._is_edge(path, part))
        return drawn

    def _is_edge(self, path: Points, part: int) -> npt.NDArray[np.bool_]:
        """Where the contour of a part is a line inside the hand, bool, shape (P,)."""
        ahead = np.roll(path, -2, axis=0) - np.roll(path, 2, axis=0)
        normal = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1) / np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
        edge = np.zeros(len(path), bool)
        for sign in (1, -1):
            outside = np.rint(path + sign * 2.2 * normal).astype(int)
            inside = np.rint(path - sign * 1.2 * normal).astype(int)
            ok = self._within(outside) & self._within(inside)
            other = np.where(ok, self._read(self.parts, outside), NOTHING)
            same = ok & (self._read(self.parts, inside) == part)
            drop = self._read(self.nearness, inside) - self._read(self.nearness, outside)
            fingers = (other >= 0) & (part >= 0)
            # Of two fingers side by side, one draws the line; a finger grows out of the palm without a line.
            beside = fingers & ((drop > 0) | ((drop > -STEP * self.length) & (part < other)))
            before = (other >= PALM) & (other != part) & (drop > 2 * STEP * self.length)
            edge |= same & (other != part) & (beside | before)
        return edge

    def _runs(self, path: Points, edge: npt.NDArray[np.bool_]) -> list[Points]:
        """The pieces of a closed path where it is an edge; gaps of few cells are bridged."""
        if edge.all():
            return [self._placed(np.concatenate([path, path[:1]]))]
        start = int(np.flatnonzero(~edge)[0])
        path = np.roll(path, -start, axis=0)
        flags = np.roll(edge, -start).astype(np.uint8)[None]
        closed = cv2.morphologyEx(flags, cv2.MORPH_CLOSE, np.ones((1, 7), np.uint8))[0]
        marks = np.flatnonzero(np.diff(np.concatenate([[0], closed, [0]]).astype(np.int8)))
        pieces = [path[a:b] for a, b in zip(marks[::2], marks[1::2], strict=True)]
        return [self._placed(piece) for piece in pieces if len(piece) > SHORTEST]

    def _placed(self, path: Points) -> Points:
        return np.asarray(self.corner + (path + 0.5) * self.cell)

    def _within(self, places: npt.NDArray[np.int_]) -> npt.NDArray[np.bool_]:
        height, width = self.parts.shape
        return (places[:, 0] >= 0) & (places[:, 1] >= 0) & (places[:, 0] < width) & (places[:, 1] < height)

    def _read(self, values: npt.NDArray[np.generic], places: npt.NDArray[np.int_]) -> Points:
        rows = np.clip(places[:, 1], 0, values.shape[0] - 1)
        columns = np.clip(places[:, 0], 0, values.shape[1] - 1)
        return np.asarray(values[rows, columns], float)


def surface_of(flesh: Sequence[Capsule], length: float, held: Sequence[Capsule] = (), cells: int = CELLS) -> Surface:
    """The visible surface of a hand that was placed in a picture.

    Args:
        flesh: The hand as it is seen.
        length: Its length in the picture.
        held: What it holds, as it is seen.
        cells: Cells along the longer side of the raster.
    """
    everything = [*flesh, *held]
    reach = np.concatenate([capsule.ends[:, :2] for capsule in everything])
    radii = np.array([radius for capsule in everything for radius in capsule.radii])
    low = (reach - radii[:, None]).min(0)
    high = (reach + radii[:, None]).max(0)
    cell = float((high - low).max()) / (cells - 8)
    corner = low - 4 * cell
    width, height = (np.ceil((high - low) / cell).astype(int) + 8).tolist()
    parts = np.full((height, width), NOTHING, np.int8)
    nearness = np.full((height, width), -1e9, np.float32)
    covered: dict[int, npt.NDArray[np.bool_]] = {}
    for capsule in everything:
        box, near = _raised(capsule, corner, cell, (height, width))
        part = HELD if any(capsule is each for each in held) else capsule.part
        filled = np.isfinite(near)
        covered.setdefault(part, np.zeros((height, width), bool))[box] |= filled
        front = filled & (near > nearness[box])
        nearness[box][front] = near[front]
        parts[box][front] = part
    hidden = {part: int((cells & (parts != part)).sum()) for part, cells in covered.items()}
    return Surface(parts, nearness, hidden, corner, cell, length)


def _raised(
    capsule: Capsule, corner: Points, cell: float, shape: tuple[int, int]
) -> tuple[tuple[slice, slice], npt.NDArray[np.float32]]:
    """The rows and columns around a capsule, and how near its surface is there; minus infinity beside it."""
    largest = max(capsule.radii)
    low = np.floor((capsule.ends[:, :2].min(0) - largest - corner) / cell).astype(int).clip(0)
    high = np.ceil((capsule.ends[:, :2].max(0) + largest - corner) / cell).astype(int) + 1
    rows = slice(low[1], min(int(high[1]), shape[0]))
    columns = slice(low[0], min(int(high[0]), shape[1]))
    x = corner[0] + (np.arange(columns.start, columns.stop, dtype=np.float32) + 0.5) * cell
    y = corner[1] + (np.arange(rows.start, rows.stop, dtype=np.float32) + 0.5) * cell
    (ax, ay, az), (bx, by, bz) = capsule.ends
    span = max((bx - ax) ** 2 + (by - ay) ** 2, 1e-12)
    along = (((x - ax) * (bx - ax))[None] + ((y - ay) * (by - ay))[:, None]) / span
    along = np.clip(along, 0, 1)
    distance = (x[None] - ax - along * (bx - ax)) ** 2 + (y[:, None] - ay - along * (by - ay)) ** 2
    radius = capsule.radii[0] + along * (capsule.radii[1] - capsule.radii[0])
    height = radius**2 - distance
    near = az + along * (bz - az) + np.sqrt(np.maximum(height, 0))
    if bz != az and span < largest**2:
        # Seen nearly from its end, the nearer end is a ball.
        end = int(bz > az)
        ball = (
            capsule.radii[end] ** 2 - (x[None] - capsule.ends[end, 0]) ** 2 - (y[:, None] - capsule.ends[end, 1]) ** 2
        )
        near = np.where(ball > 0, np.maximum(near, capsule.ends[end, 2] + np.sqrt(np.maximum(ball, 0))), near)
        height = np.maximum(height, ball)
    return (rows, columns), np.where(height > 0, near, -np.inf).astype(np.float32)


def _smoothed(path: Points) -> Points:
    """A closed path without the steps of the raster."""
    if len(path) < 8:
        return path
    weight = np.array([1.0, 3.0, 5.0, 6.0, 5.0, 3.0, 1.0])
    weight /= weight.sum()
    padded = np.concatenate([path[-3:], path, path[:3]])
    return np.stack([np.convolve(padded[:, axis], weight, mode="valid") for axis in (0, 1)], axis=1)
