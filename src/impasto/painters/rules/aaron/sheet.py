"""The sheet while it is drawn on, with a raster of which form occupies which place.

A closed form occupies the free places inside it. Later lines are interrupted there, so that forms drawn
first stand in front.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from impasto.hands.drawn import DrawnHand
from impasto.painters.rules.aaron.pen import Points, length, resample, trace

__all__ = ["RASTER_SIDE", "Form", "Line", "Sheet"]

RASTER_SIDE = 1024
"""Height and width of the raster, unless another one is asked for."""
MIN_LENGTH = 0.005
"""Least length of a visible piece of a line, as a share of the sheet; shorter ones are left out."""
CONTACT = 10
"""Raster cells along which two forms must touch to be neighbours."""


@dataclass(frozen=True)
class Line:
    """A stroke that has no colour yet: points, shape (P, 2), and width as a share of the sheet."""

    points: Points
    width: float


@dataclass(frozen=True)
class Form:
    """A closed form that has no colour yet.

    Attributes:
        outline: As in `Region`.
        material: As in `Region`.
        object_id: Number of the object of which it is a part; forms of one object share their hues.
        strokes_before: As in `Region`.
    """

    outline: Points
    material: str
    object_id: int
    strokes_before: int


class Sheet:
    """The lines and forms drawn so far, and the free places.

    Attributes:
        random: The random generator of the whole drawing.
        lines: Visible lines, in order of drawing.
        forms: Closed forms, in order of closing.
        side: Rows and columns of the raster.
        jointed_hands: Whether people get hands with joints, or simple ones.
        hands: What is true of the hands that were drawn.
        form_numbers: For each raster cell 1 + the index of the form that occupies it, or 0 where it is free.
    """

    def __init__(
        self,
        random: np.random.Generator,
        width: float = 0.0042,
        looseness: float = 1.0,
        side: int = RASTER_SIDE,
        *,
        jointed_hands: bool = True,
    ) -> None:
        """Lay out an empty sheet.

        Args:
            random: Decides how the hand drifts.
            width: Width of an ordinary line, as a share of the sheet.
            looseness: How far the hand drifts.
            side: Rows and columns of the raster; the drawings of another one differ in where lines are cut.
            jointed_hands: Whether people get hands with joints, or simple ones.
        """
        self.random = random
        self.side = side
        self.jointed_hands = jointed_hands
        self.width = width
        self.looseness = looseness
        self.lines: list[Line] = []
        self.forms: list[Form] = []
        self.hands: list[DrawnHand] = []
        self.form_numbers: npt.NDArray[np.int32] = np.zeros((side, side), np.int32)
        self._object_count = 0

    def new_object_id(self) -> int:
        """The number of a new object, whose forms share their hues."""
        self._object_count += 1
        return self._object_count

    def free_share(self, path: Points) -> float:
        """Share of the inside of a closed path that is on the sheet and free, in [0, 1]."""
        inside, (rows, columns), area = self._rasterize(path)
        return float((inside & (self.form_numbers[rows, columns] == 0)).sum()) / max(1.0, area)

    def draw(self, path: Points, *, width: float = 1.0, looseness: float = 1.0) -> None:
        """Draw an open line freehand, where the sheet is free.

        Args:
            path: The line to follow, shape (P, 2).
            width: Factor on the ordinary width.
            looseness: Factor on the looseness of the hand.
        """
        self._draw_visible(trace(path, self.random, self.looseness * looseness), self.width * width)

    def enclose(
        self,
        path: Points,
        material: str,
        object_id: int,
        *,
        details: Iterable[Points] = (),
        min_visible: float = 0.12,
        width: float = 1.0,
        looseness: float = 1.0,
        outlined: bool = True,
    ) -> bool:
        """Draw a closed form with lines inside it, and occupy its free places.

        Args:
            path: The outline to follow, shape (P, 2).
            material: What it is made of, for the rules of colour.
            object_id: Number of the object of which it is a part.
            details: Lines drawn inside it.
            min_visible: Least visible share, in [0, 1]; a form of which no more would be visible is left out.
            width: Factor on the ordinary width.
            looseness: Factor on the looseness of the hand.
            outlined: Whether its outline is drawn.

        Returns:
            Whether it was drawn.
        """
        if self.free_share(path) <= min_visible:
            return False
        loop = np.concatenate([path, path[:1]])
        outline = trace(loop, self.random, self.looseness * looseness) if outlined else loop
        inside, (rows, columns), _ = self._rasterize(outline)
        for detail in details:
            line = trace(detail, self.random, self.looseness * looseness)
            self._draw_visible(line, self.width * width * 0.75, (inside, rows, columns))
        if outlined:
            self._draw_visible(outline, self.width * width)
        self.forms.append(Form(outline[:-1], material, object_id, len(self.lines)))
        patch = self.form_numbers[rows, columns]
        patch[inside & (patch == 0)] = len(self.forms)
        return True

    def neighbours(self) -> list[tuple[int, int]]:
        """Pairs of forms that touch on the sheet, by index, the earlier one first."""
        pairs = []
        for a, b in (
            (self.form_numbers[1:], self.form_numbers[:-1]),
            (self.form_numbers[:, 1:], self.form_numbers[:, :-1]),
        ):
            edge = (a != b) & (a > 0) & (b > 0)
            low = np.minimum(a[edge], b[edge])
            high = np.maximum(a[edge], b[edge])
            pairs.append(low.astype(np.int64) * (len(self.forms) + 1) + high)
        code, count = np.unique(np.concatenate(pairs), return_counts=True)
        low, high = np.divmod(code[count >= CONTACT], len(self.forms) + 1)
        return list(zip((low - 1).tolist(), (high - 1).tolist(), strict=True))

    def largest_free_circle(self, shrink: int = 8) -> tuple[float, float, float]:
        """Column, row and radius of the largest free circle, as shares of the sheet.

        Args:
            shrink: Factor by which the raster is made coarser for the search.
        """
        free = (self.form_numbers[::shrink, ::shrink] == 0).astype(np.uint8)
        depth = cv2.distanceTransform(cv2.copyMakeBorder(free, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 5)
        _, deepest, _, (x, y) = cv2.minMaxLoc(depth)
        side = self.side / shrink
        return (x - 0.5) / side, (y - 0.5) / side, deepest / side

    def _rasterize(self, path: Points) -> tuple[npt.NDArray[np.bool_], tuple[slice, slice], float]:
        """Raster cells inside a closed path.

        Returns:
            A mask over the path's bounding box on the sheet, the rows and columns of that box, and the area of
            the path in cells, parts outside the sheet included.
        """
        corners = np.rint(path * self.side * 16 - 8).astype(np.int32)
        low = np.clip(np.floor(path.min(axis=0) * self.side).astype(int) - 1, 0, self.side)
        high = np.clip(np.ceil(path.max(axis=0) * self.side).astype(int) + 1, 0, self.side)
        columns = slice(low[0], max(low[0], high[0]))
        rows = slice(low[1], max(low[1], high[1]))
        area = abs(cv2.contourArea(path.astype(np.float32))) * self.side * self.side
        shape = (rows.stop - rows.start, columns.stop - columns.start)
        inside = np.zeros(shape, np.uint8)
        if min(shape) > 0:
            cv2.fillPoly(inside, [corners - np.array(low, np.int32) * 16], 1, shift=4)
        return inside.astype(bool), (rows, columns), area

    def _draw_visible(
        self, line: Points, width: float, within: tuple[npt.NDArray[np.bool_], slice, slice] | None = None
    ) -> None:
        """Add the pieces of a line that lie on free places.

        Args:
            line: Shape (P, 2).
            width: As a share of the sheet.
            within: Mask, rows and columns of a form, as `_rasterize` gives them, to which the line is confined.
        """
        dense = resample(line, 0.75 / self.side)
        column, row = np.floor(dense * self.side).astype(int).T
        visible = ((column >= 0) & (row >= 0) & (column < self.side) & (row < self.side)).copy()
        visible[visible] = self.form_numbers[row[visible], column[visible]] == 0
        if within is not None:
            inside, rows, columns = within
            in_box = (row >= rows.start) & (row < rows.stop) & (column >= columns.start) & (column < columns.stop)
            visible &= in_box
            visible[visible] = inside[row[visible] - rows.start, column[visible] - columns.start]
        edges = np.flatnonzero(np.diff(np.concatenate([[False], visible, [False]]).astype(np.int8)))
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            piece = dense[start:stop]
            if len(piece) > 2 and length(piece) > min(MIN_LENGTH, 0.5 * length(line)):
                indices = np.unique(np.concatenate([np.arange(0, len(piece), 3), [len(piece) - 1]]))
                self.lines.append(Line(np.clip(piece[indices], 0, 1), width))
