"""Variations of a given picture, near to it or far from it."""

from __future__ import annotations

from typing import ClassVar

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Denoises, Painted
from impasto.editing.canvas import DETAIL, Canvas, resized, scales, shape_of, with_detail
from impasto.editing.window import Pixels
from impasto.editing.work import GuidedWay, Work
from impasto.images.pictures import to_float
from impasto.sampling.part_way import levels_from, noised
from impasto.sampling.samplers import sample

__all__ = ["VarySettings", "vary"]


@config
class VarySettings(GuidedWay):
    """The way from noise to a picture, and where on it the given picture comes in.

    Attributes:
        strength: Share of noise that is added to the given picture, and removed again: 0.1 changes little, 0.5 keeps
            the composition, 1 is a new picture.
    """

    strength: float = Field(default=0.5, ge=0.005, le=1)

    prominent: ClassVar[frozenset[str]] = frozenset({"strength"})

    pair_words: ClassVar[str] = "description"
    unread: ClassVar[frozenset[str]] = frozenset({"precision"})


@listed(
    name="vary",
    summary="a variation of a picture, as far from it as you like",
    year=2022,
    source="Meng et al. 2022, SDEdit: guided image synthesis and editing with stochastic differential equations",
)
def vary(painter: Denoises, pixels: Pixels, *, work: Work, settings: VarySettings | None = None) -> Painted:
    """Add noise to a picture, and let a painter remove it; with strength 1 it paints just what it would without one.

    A picture larger than the painter's is varied small, then enlarged step by step, with as much of the given detail as
    the strength leaves; each time what is fine is painted again in windows.

    Args:
        painter: One that denoises; it was not trained for this.
        pixels: The picture, of any size, shape (H, W, 3), uint8.
        work: What the painter is asked for, and its random numbers.
        settings: Strength and steps.

    Returns:
        One picture of the given size.

    Raises:
        ConfigError: When the painter's schedule has fewer levels than the steps ask for.
    """
    s = settings or VarySettings()
    first, *larger = scales(shape_of(pixels), work.size)
    painted = _varied(Canvas(painter, resized(pixels, first), work), s.steps, s.strength)
    for shape in larger:
        rough = with_detail(painted, resized(pixels, shape), 1 - s.strength)
        painted = _varied(Canvas(painter, rough, work), s.steps, min(DETAIL, s.strength))
    return Painted(to_float(resized(painted, shape_of(pixels))[None]))


def _varied(canvas: Canvas, steps: int, strength: float) -> Pixels:
    """The picture of a canvas with noise added and removed."""
    work = canvas.work
    levels = levels_from(work.levels(canvas.painter), steps, strength)
    # What little of the picture the first level of some schedules leaves would keep a new picture from being new.
    known = canvas.clean if strength < 1 else canvas.clean * 0
    denoise = canvas.denoiser(len(levels) - 1)
    start = noised(known, levels[0], work.noise)
    eta = getattr(work.settings, "eta", 0.0)
    return canvas.painted(sample(work.settings.sampler, denoise, start, levels, eta=eta, noise=work.noise))
