"""A given picture changed as an instruction says, by a painter that has learned to follow instructions."""

from __future__ import annotations

from typing import Any, ClassVar

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Instructs, Painted
from impasto.editing.canvas import DETAIL, Canvas, resized, scales, shape_of, with_detail
from impasto.editing.window import Pixels
from impasto.editing.work import GuidedWay, Work
from impasto.images.pictures import to_float
from impasto.sampling.part_way import levels_from, noised
from impasto.sampling.samplers import sample
from impasto.sources import SHIPPED_OF_INSTRUCTIONS

__all__ = ["InstructedSettings", "instruct"]


@config
class InstructedSettings(GuidedWay):
    """The way from noise to the changed picture.

    Attributes:
        detail: Share of what is fine in a picture larger than the painter's that is laid over the enlarged one, before
            that is painted again: 1 keeps textures that the instruction may be about, 0 leaves all to the painter.
    """

    detail: float = Field(default=0.5, ge=0, le=1)

    default_painter: ClassVar[str] = SHIPPED_OF_INSTRUCTIONS
    needs_prompt: ClassVar[bool] = True
    pair_words: ClassVar[str] = "text"
    unread: ClassVar[frozenset[str]] = frozenset({"precision"})


@listed(
    name="instruct",
    summary="a picture changed as an instruction says, such as 'make it winter'",
    year=2023,
    source="Brooks et al. 2023, InstructPix2Pix: learning to follow image editing instructions",
)
def instruct(painter: Instructs, pixels: Pixels, *, work: Work, settings: InstructedSettings | None = None) -> Painted:
    """Let a painter follow an instruction, which is the prompt of the work.

    A picture larger than the painter's is changed small, then enlarged step by step, with a share of its fine detail;
    each time what is fine is painted again in windows, with the given picture at that size before the painter's eyes.

    Args:
        painter: One that has learned to follow instructions.
        pixels: The picture, of any size, shape (H, W, 3), uint8.
        work: What the painter is asked for, and its random numbers.
        settings: Steps and detail.

    Returns:
        One picture of the given size.

    Raises:
        ConfigError: When the painter's schedule has fewer levels than the steps ask for.
    """
    s = settings or InstructedSettings()
    first, *larger = scales(shape_of(pixels), work.size)
    painted = _changed(Canvas(painter, resized(pixels, first), work), None, s.steps)
    for shape in larger:
        given = resized(pixels, shape)
        painted = _changed(Canvas(painter, given, work), with_detail(painted, given, s.detail), s.steps)
    return Painted(to_float(resized(painted, shape_of(pixels))[None]))


def _changed(given: Canvas, rough: Pixels | None, steps: int) -> Pixels:
    """The picture of a canvas, changed: from noise alone, or from a rough one of which only what is fine is new."""
    work = given.work
    painter = given.painter
    levels = levels_from(work.levels(painter), steps, 1.0 if rough is None else DETAIL)
    start: Any = given.clean * 0 if rough is None else Canvas(painter, rough, work).clean
    noisy = noised(start, levels[0], work.noise)
    eta = getattr(work.settings, "eta", 0.0)
    denoise = given.denoiser(len(levels) - 1)
    return given.painted(sample(work.settings.sampler, denoise, noisy, levels, eta=eta, noise=work.noise))
