"""The record of a drawing: its strokes and coloured regions, in order of drawing."""

from __future__ import annotations

from dataclasses import dataclass

from impasto.hands.drawn import DrawnHand
from impasto.painters.rules.aaron.pen import Points

__all__ = ["Colour", "Drawing", "Region", "Stroke"]

Colour = tuple[int, int, int]
"""Red, green and blue, in 0..255."""


@dataclass(frozen=True)
class Stroke:
    """One movement of the pen while it is down.

    Attributes:
        points: Column and row as shares of the sheet, shape (P, 2), in [0, 1].
        width: Width of the line, as a share of the sheet.
        colour: Colour of the ink.
    """

    points: Points
    width: float
    colour: Colour


@dataclass(frozen=True)
class Region:
    """A closed form and its colour.

    Earlier regions are in front: a region is visible where no earlier one covers it.

    Attributes:
        outline: Column and row as shares of the sheet, shape (P, 2); the last point joins the first.
            It may reach beyond the sheet.
        material: What it is made of: 'skin', 'leaf', 'wall' and so on; see `colour.LIGHTNESS_RANGES`.
        colour: Colour of the wash.
        strokes_before: Number of strokes drawn before the form was closed; no later stroke enters it.
    """

    outline: Points
    material: str
    colour: Colour
    strokes_before: int


@dataclass(frozen=True)
class Drawing:
    """A whole drawing, independent of resolution.

    Attributes:
        paper: Colour of the bare sheet.
        strokes: In order of drawing.
        regions: In order of closing, from front to back.
        neighbours: Pairs of indices of regions whose visible parts touch.
        grain: Seed of the unevenness of the washes.
        hands: What is true of the hands in it: fingers, joints, bounding boxes.
    """

    paper: Colour
    strokes: tuple[Stroke, ...]
    regions: tuple[Region, ...]
    neighbours: tuple[tuple[int, int], ...]
    grain: int
    hands: tuple[DrawnHand, ...] = ()
