"""Variations of a given picture, near to it or far from it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Denoises, Painted
from impasto.editing.work import GuidedWay, Work
from impasto.sampling.part_way import levels_from, noised
from impasto.sampling.samplers import ddim

__all__ = ["VarySettings", "vary"]


@config
class VarySettings(GuidedWay):
    """The way from noise to a picture, and where on it the given picture comes in.

    Attributes:
        strength: Share of the way from picture to noise that the given picture is taken back, and then painted again:
            0.1 changes little, 0.5 keeps the composition, 1 is a new picture.
    """

    strength: float = Field(default=0.5, ge=0.005, le=1)


@listed(
    name="vary",
    summary="a variation of a picture, as far from it as you like",
    year=2022,
    source="Meng et al. 2022, SDEdit: guided image synthesis and editing with stochastic differential equations",
)
def vary(
    painter: Denoises, framed: npt.NDArray[np.uint8], *, work: Work, settings: VarySettings | None = None
) -> Painted:
    """Add noise to a picture, and let a painter remove it.

    Args:
        painter: One that denoises; it was not trained for this.
        framed: The picture at the painter's size, shape (H, W, 3), uint8.
        work: What the painter is asked for, and its random numbers.
        settings: Strength, steps and guidance.

    Returns:
        One picture of the painter's size.

    Raises:
        ConfigError: When the painter's schedule has fewer levels than the steps ask for.
    """
    s = settings or VarySettings()
    pictures = work.pictures(framed)
    clean = painter.encode(pictures)
    levels = levels_from(painter.levels, s.steps, s.strength)
    # What little of the picture the first level of some schedules leaves would keep a new picture from being new.
    known = clean if s.strength < 1 else clean * 0
    in_pixels = clean.shape == pictures.shape
    denoise = work.denoiser(painter, len(levels) - 1, guidance=s.guidance, in_pixels=in_pixels)
    return work.painted(painter, ddim(denoise, noised(known, levels[0], work.noise), levels))
