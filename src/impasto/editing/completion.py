"""A part of a picture painted anew, so that it fits the rest: what `inpaint` and `extend` have in common."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch.nn.functional as F

from impasto.config import Field, config
from impasto.contract import Completes, Denoises, Painted
from impasto.editing.at_once import check_unread, completed_at_once
from impasto.editing.canvas import DETAIL, Canvas, resized, scales, shape_of
from impasto.editing.consistency import RestoringSettings, keeping, restored
from impasto.editing.seam import joined, seam_stated
from impasto.editing.trial import Trial, middle
from impasto.editing.window import Mask, Pixels, mirrored, region_around, shrunk
from impasto.editing.work import Work
from impasto.images.pictures import to_float
from impasto.sampling.level import Denoise

__all__ = ["CompletionSettings", "completed", "refined"]


@config
class CompletionSettings(RestoringSettings):
    """The way from noise to the part that is painted anew."""

    steps: int = Field(default=30, ge=1, le=1000)
    resampling: int = Field(default=2, ge=1, le=50)
    # With less, noise that the known part does not share is carried on, and what is painted becomes blank.
    eta: float = Field(default=1.0, ge=0, le=1)
    strength: float = Field(default=0.7, ge=0.1, le=1)

    def trial(self, truth: Pixels) -> Trial:
        """The picture without its middle quarter; every byte outside has to stay."""
        mask = middle(shape_of(truth))
        given = np.where(mask[..., None], 128, truth).astype(np.uint8)

        def kept(edited: Pixels) -> npt.NDArray[np.float64]:
            return edited[~mask].astype(np.float64)

        return Trial(given, self, mask, painted=mask, known=kept(truth), kept=kept)


def completed(
    painter: Denoises | Completes, pixels: Pixels, mask: Mask, *, work: Work, settings: CompletionSettings
) -> Painted:
    """A picture of any size with the part under a mask painted anew; every byte outside stays.

    A painter that completes pictures does so in one pass, as `at_once` says. By one that denoises it goes on like this.

    A first guess mirrors what is around the mask; what is coarse of it stays, the more, the less the strength.

    What is painted is seen with as much again around it. Where that is larger than the painter's pictures it is painted
    small, then enlarged step by step. Each time, and at least once, what is fine is painted again in windows, together
    with the nearest surroundings, so that the border disappears.

    Args:
        painter: One that denoises or completes pictures.
        pixels: Shape (H, W, 3).
        mask: True where is to be painted, somewhere and not everywhere, shape (H, W).
        work: What the painter is asked for, and its random numbers.
        settings: The way.

    Returns:
        One picture of the given size, with a statement on the seam.

    Raises:
        ConfigError: When settings say how noise is removed, and the painter removes none.
    """
    if isinstance(painter, Completes):
        check_unread(settings)
        return completed_at_once(painter, pixels, mask, work=work)
    region = region_around(mask, work.size)
    given = pixels[region]
    hole = mask[region]
    painted = guess = mirrored(given, hole)
    first, *larger = scales(shape_of(given), work.size)
    for index, shape in enumerate([first, *(larger or [first])]):
        there = shrunk(hole, shape)
        rough = np.where(there[..., None], resized(painted, shape), resized(guess, shape))
        painted = (refined if index else _invented)(Canvas(painter, rough, work), there, settings)
    result = pixels.copy()
    result[region] = joined(given, resized(painted, shape_of(given)), hole)
    return Painted(to_float(result[None]), statements=(seam_stated(result, mask),))


def _invented(canvas: Canvas, hole: Mask, settings: CompletionSettings) -> Pixels:
    """The picture of a canvas with what lies under a mask painted anew."""
    mask = canvas.mask(hole)

    def constrained(denoise: Denoise) -> Denoise:
        return keeping(denoise, canvas.clean, canvas.in_space(mask))

    strength = canvas.work.strength(settings.strength)
    painted = restored(canvas, constrained, settings, mask=mask, strength=strength, resampling=settings.resampling)
    return canvas.cropped(painted)


def refined(canvas: Canvas, hole: Mask, settings: CompletionSettings) -> Pixels:
    """The picture of a canvas with what is fine under a mask painted anew; the places next to it may change too.

    Args:
        canvas: The picture, painted before at a smaller size.
        hole: True where it may change, of the picture's shape.
        settings: The way.
    """
    mask = canvas.mask(hole)
    free = F.max_pool2d(canvas.in_space(mask).float(), 3, stride=1, padding=1) > 0

    def constrained(denoise: Denoise) -> Denoise:
        return keeping(denoise, canvas.clean, free)

    strength = min(DETAIL, settings.strength)
    way: dict[str, Any] = {"mask": mask, "is_whole": True, "strength": strength, "resampling": 1}
    return canvas.cropped(restored(canvas, constrained, settings, **way))
