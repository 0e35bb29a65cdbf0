"""A picture between two given ones."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Denoises, Painted
from impasto.editing.canvas import DETAIL, Canvas, resized, scales, shape_of, with_detail
from impasto.editing.trial import Trial
from impasto.editing.window import Pixels
from impasto.editing.work import Way, Work
from impasto.images.pictures import to_float
from impasto.sampling.part_way import levels_from, noised
from impasto.sampling.samplers import ddim, invert

__all__ = ["BlendSettings", "blend", "between"]


@config
class BlendSettings(Way):
    """The way to the noise and back, and where between the two pictures.

    Attributes:
        share: 0 is the first picture, 1 the second, 0.5 half of each.
    """

    share: float = Field(default=0.5, ge=0, le=1)

    prominent: ClassVar[frozenset[str]] = frozenset({"share"})

    def trial(self, truth: Pixels) -> Trial:
        """The picture, and its mirror image as the second one."""
        return Trial(truth, self, other=truth[:, ::-1])


@listed(
    name="blend",
    summary="a picture between two pictures",
    year=2021,
    source="Song et al. 2021, Denoising diffusion implicit models, section 5.3; slerp: Shoemake 1985",
)
def blend(
    painter: Denoises, pixels: Pixels, *, other: Pixels, work: Work, settings: BlendSettings | None = None
) -> Painted:
    """Find the noise of two pictures, and paint from noise between.

    Pictures larger than the painter's are blended small, then enlarged step by step, with the detail of both in their
    shares, and what is fine is painted again.

    Args:
        painter: One that denoises; it was not trained for this.
        pixels: The first picture, of any size, shape (H, W, 3), uint8.
        other: The second one, of that shape.
        work: What the painter is asked for.
        settings: Share and steps.

    Returns:
        One picture of that size.

    Raises:
        ConfigError: When the painter's schedule has fewer levels than the steps ask for.
    """
    s = settings or BlendSettings()
    first, *larger = scales(shape_of(pixels), work.size)
    canvas = Canvas(painter, resized(pixels, first), work)
    # Without guidance: with it, the way back would not lead where the way to the noise came from.
    levels = painter.levels(s.steps)
    noises = [
        invert(each.plain_denoiser(2 * s.steps), each.clean, levels)
        for each in (canvas, Canvas(painter, resized(other, first), work))
    ]
    mixed = between(noises[0], noises[1], s.share)
    painted = canvas.painted(ddim(canvas.plain_denoiser(s.steps), mixed, levels))
    for shape in larger:
        # Nothing is to be made new of either end.
        strength = max(0.005, DETAIL * (1 - abs(2 * s.share - 1)))
        rough = with_detail(painted, _mixed(resized(pixels, shape), resized(other, shape), s.share), 1.0)
        finer = Canvas(painter, rough, work)
        way = levels_from(painter.levels, s.steps, strength)
        noisy = noised(finer.clean, way[0], work.noise)
        painted = finer.painted(ddim(finer.plain_denoiser(len(way) - 1), noisy, way))
    return Painted(to_float(resized(painted, shape_of(pixels))[None]))


def _mixed(first: Pixels, second: Pixels, share: float) -> Pixels:
    """The mean of two pictures, the second with a share."""
    return np.rint((1 - share) * first.astype(np.float32) + share * second).astype(np.uint8)


def between(first: Tensor, second: Tensor, share: float) -> Tensor:
    """The point on the arc between two vectors; of vectors of one length, it has that length too.

    Args:
        first: Shape (1, …).
        second: Of that shape.
        share: 0 gives the first, 1 the second.

    Source: Shoemake 1985, "Animating rotation with quaternion curves".
    """
    a = first.double().flatten()
    b = second.double().flatten()
    angle = torch.arccos((a @ b / (a.norm() * b.norm()).clamp(min=1e-12)).clamp(-1, 1))
    if float(angle.sin()) < 1e-6:
        # On one line there is no arc.
        return torch.lerp(first, second, share)
    mixed = torch.sin((1 - share) * angle) / angle.sin() * a + torch.sin(share * angle) / angle.sin() * b
    return mixed.view_as(first).to(first.dtype)
