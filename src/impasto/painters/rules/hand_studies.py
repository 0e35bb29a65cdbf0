"""Studies of single hands as pictures of any size, with what is true of them: labelled pictures without end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from impasto.hands.drawn import DrawnHand
from impasto.hands.scene import HandScene
from impasto.painters.rules import aaron
from impasto.painters.rules.aaron.finishing import WIDTH, finished
from impasto.painters.rules.aaron.hands import draw_study
from impasto.painters.rules.aaron.render import render
from impasto.painters.rules.aaron.sheet import Sheet

if TYPE_CHECKING:
    from impasto.images.pictures import Pixels

__all__ = ["HandStudy", "code", "hand_study"]

RASTER = 256
"""Rows and columns of the raster on which small pictures are drawn; they take a fraction of the time of large ones."""
THICK = 1.6
"""Width of lines as a factor on the usual one, since there is one object on the sheet."""
LEAST_WIDTH = 0.45
"""Least width of lines in pixels, so that those inside a hand remain visible."""


@dataclass(frozen=True)
class HandStudy:
    """A picture of one hand.

    Attributes:
        pixels: Shape (side, side, 3).
        hand: What is true of the hand.
        scene: Its pose and from where it is seen.
    """

    pixels: Pixels
    hand: DrawnHand
    scene: HandScene


def hand_study(seed: int, side: int, kind: str | None = None, fault: str = "none") -> HandStudy:
    """A study of one hand, drawn and coloured by rules.

    Args:
        seed: Any integer of 0 or more, which decides everything that is left to chance.
        side: Rows and columns of the picture.
        kind: How the hand is held, a key of `hands.kinds.KINDS`; random by default.
        fault: What is wrong with it on purpose, one of `hands.faults.FAULTS`.
    """
    raster = max(RASTER, side)
    sheet = Sheet(np.random.default_rng(seed), max(THICK * WIDTH, LEAST_WIDTH / side), side=raster)
    scene = draw_study(sheet, kind, fault)
    drawing = finished(sheet, "hands")
    return HandStudy(render(drawing, side, raster), drawing.hands[0], scene)


def code() -> list[Path]:
    """The files of the program that draws studies, but for those of the hands themselves."""
    return [Path(__file__), *sorted(Path(str(aaron.__file__)).parent.glob("*.py"))]
