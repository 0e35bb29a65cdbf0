"""What AARON remembers of a drawing it has made: strokes and coloured regions, in order of making."""

from __future__ import annotations

from dataclasses import dataclass

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

    What was drawn earlier is in front: a region is seen where no earlier region covers it.

    Attributes:
        outline: Column and row as shares of the sheet, shape (P, 2); the last point joins the first.
            It may reach beyond the sheet.
        matter: What it is: 'skin', 'leaf', 'wall' …
        colour: Colour of the wash.
        after: Number of strokes that had been drawn when the form was closed; no later one enters it.
    """

    outline: Points
    matter: str
    colour: Colour
    after: int


@dataclass(frozen=True)
class Drawing:
    """A whole drawing; it knows no resolution.

    Attributes:
        paper: Colour of the bare sheet.
        strokes: In order of drawing.
        regions: In order of closing, from front to back.
        neighbours: Pairs of regions, by index, that are seen to touch each other.
        grain: Seed of the unevenness of the washes.
    """

    paper: Colour
    strokes: tuple[Stroke, ...]
    regions: tuple[Region, ...]
    neighbours: tuple[tuple[int, int], ...]
    grain: int
