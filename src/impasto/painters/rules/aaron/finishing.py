"""A sheet on which everything is drawn becomes the record of a drawing: its forms are coloured, its lines inked."""

from __future__ import annotations

import numpy as np

from impasto.painters.rules.aaron.colour import colour_forms
from impasto.painters.rules.aaron.drawing import Colour, Drawing, Region, Stroke
from impasto.painters.rules.aaron.oklab import mix
from impasto.painters.rules.aaron.scheme import Scheme
from impasto.painters.rules.aaron.sheet import Sheet

__all__ = ["PAPER", "WIDTH", "finished"]

WIDTH = 0.0042
"""Width of an ordinary line, as a share of the sheet."""
PAPER: Colour = (250, 247, 239)
INK: Colour = (24, 22, 26)
UNCOLOURED = ("paper", "wall")
"""Materials that are never coloured in the period of shapes."""


def finished(sheet: Sheet, period: str, colour: bool = True) -> Drawing:
    """The record of a drawing whose lines and forms are all on a sheet.

    Args:
        sheet: The sheet.
        period: A key of `PERIODS`, which decides how it is coloured.
        colour: Whether it is coloured.
    """
    random = sheet.random
    neighbours = sheet.neighbours()
    colours = _colours(sheet, period, neighbours, random) if colour else [PAPER] * len(sheet.forms)
    ink = mix(INK, colours[-1], 0.06) if colour else INK
    return Drawing(
        PAPER,
        tuple(Stroke(stroke.points, stroke.width, ink) for stroke in sheet.lines),
        tuple(
            Region(form.outline, form.material, colour_of_form, form.strokes_before)
            for form, colour_of_form in zip(sheet.forms, colours, strict=True)
        ),
        tuple(neighbours),
        int(random.integers(2**31)),
        tuple(sheet.hands),
    )


def _colours(sheet: Sheet, period: str, neighbours: list[tuple[int, int]], random: np.random.Generator) -> list[Colour]:
    """The colour of each form; in the period of shapes many forms are left uncoloured, as Cohen did."""
    scheme = Scheme.choose(random, period)
    colours = colour_forms(sheet.forms, neighbours, scheme, random)
    if period != "shapes":
        return colours
    share = float(random.choice([0.35, 0.7, 1.0]))
    return [
        form_colour if form.material not in UNCOLOURED and random.random() < share else PAPER
        for form, form_colour in zip(sheet.forms, colours, strict=True)
    ]
