"""Plants that grow by rules of branching, thickness and leaves."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from impasto.painters.rules.aaron.closure import Core, closure
from impasto.painters.rules.aaron.herbs import draw_fern, draw_flowers, draw_leaves_along, draw_rosette, draw_stalks
from impasto.painters.rules.aaron.leaf import BROAD, axis
from impasto.painters.rules.aaron.pen import Points
from impasto.painters.rules.aaron.sheet import Sheet
from impasto.painters.rules.aaron.trees import draw_cactus, draw_palm, draw_tree

__all__ = ["LOW_KINDS", "PLANTS", "TALL_KINDS", "grow", "hang"]


def grow(sheet: Sheet, kind: str, root: tuple[float, float], height: float, lean: float = 0.0) -> None:
    """Grow a plant.

    Args:
        sheet: The sheet to draw on.
        kind: A key of `PLANTS`.
        root: Column and row of where it grows out of the ground.
        height: Approximate height, as a share of the sheet.
        lean: Angle by which it leans to the right, in radians.
    """
    PLANTS[kind](sheet, np.array(root), height, lean)


def hang(sheet: Sheet, column: float, size: float) -> None:
    """Draw a spray of leaves that hangs into the picture from its upper edge.

    Args:
        sheet: The sheet to draw on.
        column: Column at which it hangs, as a share of the sheet.
        size: How far it reaches down, as a share of the sheet.
    """
    random = sheet.random
    object_id = sheet.new_object_id()
    shape = str(random.choice(BROAD))
    rib = axis(np.array([column, -0.06]), math.pi / 2 + random.normal(0, 0.25), size, random.normal(0, 0.5))
    draw_leaves_along(sheet, rib, object_id, shape, size * 0.5, random.uniform(0.35, 0.55), 0.8)
    sheet.enclose(closure([Core(rib, 0.008)]), "stem", object_id, min_visible=0.05)


PLANTS: dict[str, Callable[[Sheet, Points, float, float], None]] = {
    "stalks": draw_stalks,
    "rosette": draw_rosette,
    "palm": draw_palm,
    "tree": draw_tree,
    "fern": draw_fern,
    "flowers": draw_flowers,
    "cactus": draw_cactus,
}
"""Kind of plant → function of sheet, root, height and lean that draws it."""


LOW_KINDS = ("rosette", "fern", "flowers", "stalks")
"""Kinds for low plants."""


TALL_KINDS = ("stalks", "palm", "tree", "rosette", "stalks")
"""Kinds for tall plants; those listed twice are drawn twice as often."""
