"""The sheet while it is drawn on, and AARON's knowledge of which places are taken already.

A closed form takes the places inside it that were free. Later lines stop at its outline and go on
behind it, so that what is drawn first stands in front. Places are kept on a raster of fixed size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from impasto.painters.rules.aaron.pen import Points, length, resample, trace

__all__ = ["SIDE", "Form", "Line", "Sheet"]

SIDE = 1024
"""Rows and columns of the raster of places."""
SHORTEST = 0.005
"""Shorter pieces of a cut line are left out, as a share of the sheet."""
CONTACT = 10
"""Places along which two forms must touch to be neighbours."""


@dataclass(frozen=True)
class Line:
    """A stroke before its ink has a colour: points, shape (P, 2), and width as a share of the sheet."""

    points: Points
    width: float


@dataclass(frozen=True)
class Form:
    """A closed form before it is coloured: as `Region`, with the thing of which it is a part."""

    outline: Points
    matter: str
    thing: int
    after: int


class Sheet:
    """What has been drawn so far, and what is still free."""

    def __init__(self, random: np.random.Generator, width: float = 0.0042, looseness: float = 1.0) -> None:
        """Lay out an empty sheet.

        Args:
            random: The only source of chance of the hand.
            width: Width of an ordinary line, as a share of the sheet.
            looseness: How far the hand drifts.
        """
        self.random = random
        self.width = width
        self.looseness = looseness
        self.lines: list[Line] = []
        self.forms: list[Form] = []
        self.owner: npt.NDArray[np.int32] = np.zeros((SIDE, SIDE), np.int32)
        """0 where a place is free, else 1 + the index of the form that has taken it."""
        self._things = 0

    def thing(self) -> int:
        """A number for a new thing, whose forms share their hues."""
        self._things += 1
        return self._things

    def room(self, path: Points) -> float:
        """Share of the inside of a closed path that is on the sheet and free, in [0, 1]."""
        inside, (rows, columns), area = self._inside(path)
        return float((inside & (self.owner[rows, columns] == 0)).sum()) / max(1.0, area)

    def draw(self, path: Points, *, width: float = 1.0, looseness: float = 1.0) -> None:
        """Draw an open line freehand, where the sheet is free.

        Args:
            path: What is meant, shape (P, 2).
            width: Factor on the ordinary width.
            looseness: Factor on the looseness of the hand.
        """
        self._ink(trace(path, self.random, self.looseness * looseness), self.width * width)

    def enclose(
        self,
        path: Points,
        matter: str,
        thing: int,
        *,
        details: Iterable[Points] = (),
        least: float = 0.12,
        width: float = 1.0,
        looseness: float = 1.0,
        outlined: bool = True,
    ) -> bool:
        """Draw a closed form with lines inside it, and take its place.

        Args:
            path: The outline meant, shape (P, 2).
            matter: What it is, for the rules of colour.
            thing: Number of the thing of which it is a part.
            details: Lines drawn inside it.
            least: Share that must be seen, in [0, 1]; a form of which less would be seen is left out.
            width: Factor on the ordinary width.
            looseness: Factor on the looseness of the hand.
            outlined: Whether its outline is drawn.

        Returns:
            Whether it was drawn.
        """
        if self.room(path) <= least:
            return False
        loop = np.concatenate([path, path[:1]])
        outline = trace(loop, self.random, self.looseness * looseness) if outlined else loop
        inside, (rows, columns), _ = self._inside(outline)
        for detail in details:
            line = trace(detail, self.random, self.looseness * looseness)
            self._ink(line, self.width * width * 0.75, (inside, rows, columns))
        if outlined:
            self._ink(outline, self.width * width)
        self.forms.append(Form(outline[:-1], matter, thing, len(self.lines)))
        patch = self.owner[rows, columns]
        patch[inside & (patch == 0)] = len(self.forms)
        return True

    def neighbours(self) -> list[tuple[int, int]]:
        """Pairs of forms that touch on the sheet, by index, the earlier one first."""
        pairs = []
        for a, b in ((self.owner[1:], self.owner[:-1]), (self.owner[:, 1:], self.owner[:, :-1])):
            edge = (a != b) & (a > 0) & (b > 0)
            low = np.minimum(a[edge], b[edge])
            high = np.maximum(a[edge], b[edge])
            pairs.append(low.astype(np.int64) * (len(self.forms) + 1) + high)
        code, count = np.unique(np.concatenate(pairs), return_counts=True)
        low, high = np.divmod(code[count >= CONTACT], len(self.forms) + 1)
        return list(zip((low - 1).tolist(), (high - 1).tolist(), strict=True))

    def widest(self, shrink: int = 8) -> tuple[float, float, float]:
        """Middle and radius of the largest free circle: column, row, radius as shares of the sheet."""
        free = (self.owner[::shrink, ::shrink] == 0).astype(np.uint8)
        depth = cv2.distanceTransform(cv2.copyMakeBorder(free, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 5)
        _, deepest, _, (x, y) = cv2.minMaxLoc(depth)
        side = SIDE / shrink
        return (x - 0.5) / side, (y - 0.5) / side, deepest / side

    def _inside(self, path: Points) -> tuple[npt.NDArray[np.bool_], tuple[slice, slice], float]:
        """Places inside a closed path, within the part of the sheet that they lie in, and the path's area."""
        corners = np.rint(path * SIDE * 16 - 8).astype(np.int32)
        low = np.clip(np.floor(path.min(axis=0) * SIDE).astype(int) - 1, 0, SIDE)
        high = np.clip(np.ceil(path.max(axis=0) * SIDE).astype(int) + 1, 0, SIDE)
        columns = slice(low[0], max(low[0], high[0]))
        rows = slice(low[1], max(low[1], high[1]))
        area = abs(cv2.contourArea(path.astype(np.float32))) * SIDE * SIDE
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        inside = np.zeros(shape, np.uint8)
        if min(shape) > 0:
            cv2.fillPoly(inside, [corners - np.array(low, np.int32) * 16], 1, shift=4)
        return inside.astype(bool), (rows, columns), area

    def _ink(
        self, line: Points, width: float, within: tuple[npt.NDArray[np.bool_], slice, slice] | None = None
    ) -> None:
        """Put down the parts of a line that lie on free places, inside a form where one is given."""
        dense = resample(line, 0.75 / SIDE)
        column, row = np.floor(dense * SIDE).astype(int).T
        seen = ((column >= 0) & (row >= 0) & (column < SIDE) & (row < SIDE)).copy()
        seen[seen] = self.owner[row[seen], column[seen]] == 0
        if within is not None:
            inside, rows, columns = within
            at = (row >= rows.start) & (row < rows.stop) & (column >= columns.start) & (column < columns.stop)
            seen &= at
            seen[seen] = inside[row[seen] - rows.start, column[seen] - columns.start]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], seen, [False]]).astype(np.int8)))
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            piece = dense[start:stop]
            if len(piece) > 2 and length(piece) > min(SHORTEST, 0.5 * length(line)):
                kept = np.unique(np.concatenate([np.arange(0, len(piece), 3), [len(piece) - 1]]))
                self.lines.append(Line(np.clip(piece[kept], 0, 1), width))
