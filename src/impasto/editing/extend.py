"""A given picture continued beyond its borders."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Completes, Denoises, Painted
from impasto.editing.completion import CompletionSettings, completed
from impasto.editing.trial import Trial
from impasto.editing.window import Pixels
from impasto.editing.work import Work
from impasto.errors import ConfigError

__all__ = ["ExtendSettings", "extend"]

MOST = 4096
"""Largest side of the new picture, in pixels."""


@config
class ExtendSettings(CompletionSettings):
    """The new picture's borders, and the way from noise to them.

    Attributes:
        left: Columns to add on the left, in pixels.
        right: Columns to add on the right.
        top: Rows to add at the top.
        bottom: Rows to add at the bottom.
        width: Columns of the new picture, the given one in the middle; in the place of left and right.
        height: Rows of the new picture, the given one in the middle; in the place of top and bottom.
    """

    left: int = Field(default=0, ge=0, le=MOST)
    right: int = Field(default=0, ge=0, le=MOST)
    top: int = Field(default=0, ge=0, le=MOST)
    bottom: int = Field(default=0, ge=0, le=MOST)
    width: int | None = Field(default=None, ge=16, le=MOST)
    height: int | None = Field(default=None, ge=16, le=MOST)

    prominent: ClassVar[frozenset[str]] = frozenset({"left", "right", "top", "bottom"})

    def trial(self, truth: Pixels) -> Trial:
        """The picture without its borders; a quarter of the width on the left and right where no borders are named.

        Raises:
            ConfigError: When the borders leave nothing of the picture.
        """
        height, width = truth.shape[:2]
        named = self.left or self.right or self.top or self.bottom
        sides = self if named else replace(self, left=width // 4, right=width // 4)
        inner = np.s_[sides.top : height - sides.bottom, sides.left : width - sides.right]
        painted = np.ones((height, width), bool)
        painted[inner] = False
        if painted.all():
            raise ConfigError(f"extend: the borders are as wide as the pictures of {width} × {height} px; name less.")
        settings = replace(sides, width=None, height=None)

        def kept(edited: Pixels) -> npt.NDArray[np.float64]:
            return edited[inner].astype(np.float64)

        return Trial(truth[inner], settings, painted=painted, known=kept(truth), kept=kept)


@listed(
    name="extend",
    summary="a picture continued beyond its borders, every byte of it untouched",
    year=2022,
    source="Saharia et al. 2022, Palette (uncropping); by resampling: Lugmayr et al. 2022, RePaint",
)
def extend(
    painter: Denoises | Completes, pixels: Pixels, *, work: Work, settings: ExtendSettings | None = None
) -> Painted:
    """Let a painter continue a picture.

    The new picture is painted as a whole at the painter's size, reduced where it is larger, and only its borders are
    enlarged again; what lies in the middle are the given pixels.

    Args:
        painter: One that denoises, which need not be trained for this, or one that completes pictures.
        pixels: The picture, of any size, shape (H, W, 3), uint8.
        work: What the painter is asked for, and its random numbers.
        settings: The borders and the way.

    Returns:
        One picture of the new size, with a statement on the seam.

    Raises:
        ConfigError: When nothing is to be added, or the new size is smaller than the given or too large; and as of
            `completed`.
    """
    s = settings or ExtendSettings()
    rows = _added("height", pixels.shape[0], s.height, s.top, s.bottom)
    columns = _added("width", pixels.shape[1], s.width, s.left, s.right)
    if not sum(rows) + sum(columns):
        raise ConfigError(
            "extend: nothing is to be added. Say how many pixels on which side, such as left=64, or the new width or "
            "height."
        )
    mask = np.pad(np.zeros(pixels.shape[:2], bool), (rows, columns), constant_values=True)
    return completed(painter, np.pad(pixels, (rows, columns, (0, 0))), mask, work=work, settings=s)


def _added(word: str, side: int, new: int | None, before: int, after: int) -> tuple[int, int]:
    """Pixels to add before and after a side of the picture.

    Raises:
        ConfigError: When the new size is smaller than the picture, too large, or asked for in two ways.
    """
    if new is None:
        if side + before + after > MOST:
            raise ConfigError(
                f"extend: the new {word} would be {side + before + after} px; at most {MOST} are painted."
            )
        return before, after
    if before or after:
        raise ConfigError(f"extend: give the new {word} or what to add on its sides, not both.")
    if new < side:
        raise ConfigError(f"extend: {word} = {new} is less than the {side} px of the picture; give that or more.")
    return (new - side) // 2, new - side - (new - side) // 2
