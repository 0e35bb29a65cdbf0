"""A given picture enlarged, with detail that a painter invents."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
import torch.nn.functional as F
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import config
from impasto.contract import Denoises, Enlarges, Painted
from impasto.editing.at_once import check_unread, enlarged_at_once
from impasto.editing.canvas import Canvas
from impasto.editing.consistency import RestoringSettings, consistent, fitted, restored
from impasto.editing.trial import Trial
from impasto.editing.window import Pixels
from impasto.editing.work import Work
from impasto.errors import ConfigError
from impasto.images.pictures import to_float, to_uint8
from impasto.sampling.level import Denoise

__all__ = ["EnlargeSettings", "enlarge", "with_means"]

MOST = 4096
"""Largest side of the new picture, in pixels."""


@config
class EnlargeSettings(RestoringSettings):
    """By how much, and the way from the given picture under noise to the enlarged one.

    Attributes:
        factor: The new picture has so many times the rows and columns.
        consistent: Whether the new picture made small again is the given one. Without it, a painter that enlarges in
            one pass may leave out what it takes for noise or for traces of JPEG; one that denoises needs it.
    """

    factor: Literal[2, 4, 8] = 2
    consistent: bool = True

    prominent: ClassVar[frozenset[str]] = frozenset({"factor"})

    def trial(self, truth: Pixels) -> Trial:
        """The picture made small; made small again the edited one has to be that.

        Raises:
            ConfigError: When the picture cannot be divided by the factor.
        """
        height, width = truth.shape[:2]
        if height % self.factor or width % self.factor:
            raise ConfigError(
                f"enlarge: factor = {self.factor} does not divide the {width} × {height} px of a picture."
            )

        def small(pixels: Pixels) -> npt.NDArray[np.float64]:
            return pixels.reshape(height // self.factor, self.factor, width // self.factor, self.factor, 3).mean((1, 3))

        given = np.rint(small(truth)).astype(np.uint8)
        return Trial(given, self, known=given.astype(np.float64), kept=small)


@listed(
    name="enlarge",
    summary="a larger picture, which made small again is the given one",
    year=2023,
    source="Wang et al. 2023, Zero-shot image restoration using denoising diffusion null-space model (DDNM)",
)
def enlarge(
    painter: Denoises | Enlarges, pixels: Pixels, *, work: Work, settings: EnlargeSettings | None = None
) -> Painted:
    """Let a painter invent the detail of a larger picture.

    Args:
        painter: One that denoises, which need not be trained for this, or one that enlarges pictures.
        pixels: The picture, of any size, shape (H, W, 3), uint8.
        work: What the painter is asked for, and its random numbers.
        settings: The factor and the way.

    Returns:
        One picture of the new size. The mean of each square of factor × factor pixels is the given pixel, up to
        rounding, unless the settings say otherwise.

    Raises:
        ConfigError: When the new picture would be too large, or a setting is one that the painter cannot follow.
    """
    s = settings or EnlargeSettings()
    height, width = pixels.shape[:2]
    if max(height, width) * s.factor > MOST:
        raise ConfigError(
            f"enlarge: {width} × {height} px would become {width * s.factor} × {height * s.factor} px, and at most "
            f"{MOST} px a side can be painted; bring the picture to a smaller size first."
        )
    small = to_float(pixels[None])
    if isinstance(painter, Enlarges):
        check_unread(s)
        large = enlarged_at_once(painter, small, s.factor, work=work)
        return Painted(with_means(large, small, s.factor) if s.consistent else large)
    if not s.consistent:
        raise ConfigError("consistent = False is for painters that enlarge in one pass, and this one denoises.")
    start = F.interpolate(small, scale_factor=float(s.factor), mode="bicubic").clamp(-1, 1)
    canvas = Canvas(painter, to_uint8(start)[0], work)
    agreeing = _agreeing(small.to(canvas.pictures), s.factor)

    def constrained(denoise: Denoise) -> Denoise:
        return consistent(painter, denoise, agreeing)

    large = restored(canvas, constrained, s, strength=work.strength(s.strength), resampling=s.resampling)
    return Painted(with_means(large.cpu()[..., : height * s.factor, : width * s.factor], small, s.factor))


def _agreeing(small: Tensor, factor: int) -> Callable[[Tensor], Tensor]:
    """The projection on pictures whose squares have the means of a small picture's pixels, as far as that reaches."""
    height, width = (side * factor for side in small.shape[-2:])

    def project(pictures: Tensor) -> Tensor:
        error = small - F.avg_pool2d(pictures[..., :height, :width], factor)
        change = F.interpolate(error, scale_factor=float(factor), mode="nearest")
        return pictures + F.pad(change, (0, pictures.shape[-1] - width, 0, pictures.shape[-2] - height))

    return project


def with_means(large: Tensor, small: Tensor, factor: int) -> Tensor:
    """A large picture whose squares have a small one's pixels as means, without anything cut off at black and white.

    Args:
        large: Shape (1, 3, factor · H, factor · W), in [-1, 1].
        small: Shape (1, 3, H, W), in [-1, 1].
        factor: Rows and columns of a square.
    """

    def enlarged(values: Tensor) -> Tensor:
        return F.interpolate(values, scale_factor=float(factor), mode="nearest")

    detail = large - enlarged(F.avg_pool2d(large, factor))
    most = enlarged(F.max_pool2d(detail, factor))
    least = -enlarged(F.max_pool2d(-detail, factor))
    return fitted(enlarged(small), detail, most, least)
