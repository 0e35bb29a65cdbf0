"""Heads: their place, size and direction.

A head has coordinates of its own: the origin is its middle, crown and chin lie at rows -1 and 1, and it is
about 1.4 wide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from impasto.painters.rules.aaron.pen import Points

__all__ = ["HAIR", "Head"]

HAIR = ("short", "parted", "fringe", "long", "long", "bun", "curly", "curly", "short", "parted", "bald", "hat")
"""Kinds of hair, drawn with equal odds."""


@dataclass(frozen=True)
class Head:
    """Place, size and direction of a head.

    Attributes:
        middle: Its middle on the sheet, shape (2,).
        size: Half of its height, as a share of the sheet.
        tilt: Angle by which it leans to the right, in radians.
        turn: Direction of the face, from -1 (left) over 0 (towards us) to 1 (right).
        hair: One of `HAIR`.
        skin_id: Number of the object to which the skin belongs.
        top_id: Number of the object to which hair or hat belongs.
    """

    middle: Points
    size: float
    tilt: float
    turn: float
    hair: str
    skin_id: int
    top_id: int

    def place(self, points: Points) -> Points:
        """Points of the head on the sheet, shape (P, 2)."""
        cos = math.cos(self.tilt)
        sin = math.sin(self.tilt)
        return np.asarray(self.middle + self.size * (points @ np.array([[cos, sin], [-sin, cos]])))
