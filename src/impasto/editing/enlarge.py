"""A given picture enlarged, with detail that a painter invents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import config
from impasto.contract import Denoises, Painted
from impasto.editing.consistency import RestoringSettings, calls_of, fitted, restored
from impasto.editing.window import Pixels
from impasto.editing.work import Work
from impasto.errors import ConfigError

__all__ = ["EnlargeSettings", "enlarge"]

MOST = 4096
"""Largest side of the new picture, in pixels."""
OVERLAP = 4
"""Tiles share this part of their side with their neighbours."""


@config
class EnlargeSettings(RestoringSettings):
    """By how much, and the way from the given picture under noise to the enlarged one.

    Attributes:
        factor: The new picture has so many times the rows and columns.
    """

    factor: Literal[2, 4, 8] = 2


@listed(
    name="enlarge",
    summary="a larger picture, which made small again is the given one",
    year=2023,
    source="Wang et al. 2023, Zero-shot image restoration using denoising diffusion null-space model (DDNM)",
)
def enlarge(painter: Denoises, pixels: Pixels, *, work: Work, settings: EnlargeSettings | None = None) -> Painted:
    """Let a painter invent the detail of a larger picture, in tiles that overlap.

    Args:
        painter: One that denoises; it was not trained for this.
        pixels: The picture, of any size, shape (H, W, 3), uint8.
        work: What the painter is asked for, and its random numbers.
        settings: The factor and the way.

    Returns:
        One picture of the new size. The mean of each square of factor × factor pixels is the given pixel, up to
        rounding.

    Raises:
        ConfigError: When the new picture would be too large, or the factor does not divide the painter's size.
    """
    s = settings or EnlargeSettings()
    height, width = pixels.shape[:2]
    side = (work.size[0] // s.factor, work.size[1] // s.factor)
    if (side[0] * s.factor, side[1] * s.factor) != work.size:
        raise ConfigError(f"enlarge: factor = {s.factor} does not divide the {work.size} px of the painter.")
    if max(height, width) * s.factor > MOST:
        raise ConfigError(
            f"enlarge: {width} × {height} px would become {width * s.factor} × {height * s.factor} px, and at most "
            f"{MOST} px a side can be painted; bring the picture to a smaller size first."
        )
    # A picture smaller than a tile is continued by its last rows and columns.
    beyond = ((0, max(0, side[0] - height)), (0, max(0, side[1] - width)), (0, 0))
    small = work.pictures(np.pad(pixels, beyond, mode="edge"))
    large = _tiled(painter, small, side, work, s)[..., : height * s.factor, : width * s.factor]
    return Painted(large.cpu().contiguous())


def _tiled(painter: Denoises, small: Tensor, side: tuple[int, int], work: Work, s: EnlargeSettings) -> Tensor:
    """The enlarged picture, shape (1, 3, f · h, f · w), of a small one, where each tile shows `side` of its pixels."""
    tops, lefts = (_starts(total, tile) for total, tile in zip(small.shape[-2:], side, strict=True))
    calls = calls_of(painter, s) * len(tops) * len(lefts)
    in_pixels = painter.encode(work.pictures(np.zeros((*work.size, 3), np.uint8))).shape[-2:] == work.size
    denoise = work.denoiser(painter, calls, guidance=s.guidance, in_pixels=in_pixels)
    weight = torch.from_numpy(np.minimum.outer(_ramp(work.size[0]), _ramp(work.size[1]))).to(small)
    total = small.new_zeros(1, 3, small.shape[-2] * s.factor, small.shape[-1] * s.factor)
    weights = torch.zeros_like(total)
    for top in tops:
        for left in lefts:
            part = small[..., top : top + side[0], left : left + side[1]]
            start = F.interpolate(part, size=work.size, mode="bicubic").clamp(-1, 1)
            tile = restored(painter, denoise, start, _agreeing(part, s.factor), work=work, settings=s)
            place = np.s_[
                ...,
                top * s.factor : top * s.factor + work.size[0],
                left * s.factor : left * s.factor + work.size[1],
            ]
            total[place] += weight * tile
            weights[place] += weight
    return _exact(total / weights, small, s.factor)


def _agreeing(small: Tensor, factor: int) -> Callable[[Tensor], Tensor]:
    """The projection on pictures whose squares have the means of a small picture's pixels."""

    def project(pictures: Tensor) -> Tensor:
        error = small - F.avg_pool2d(pictures, factor)
        return pictures + F.interpolate(error, scale_factor=float(factor), mode="nearest")

    return project


def _exact(large: Tensor, small: Tensor, factor: int) -> Tensor:
    """The large picture with the means of the small one, without anything cut off at black and white."""

    def enlarged(values: Tensor) -> Tensor:
        return F.interpolate(values, scale_factor=float(factor), mode="nearest")

    detail = large - enlarged(F.avg_pool2d(large, factor))
    most = enlarged(F.max_pool2d(detail, factor))
    least = -enlarged(F.max_pool2d(-detail, factor))
    return fitted(enlarged(small), detail, most, least)


def _starts(total: int, tile: int) -> list[int]:
    """Where tiles begin that cover a length with overlaps."""
    step = max(1, tile - tile // OVERLAP)
    count = max(1, -(-(total - tile) // step) + 1)
    return [round(i * (total - tile) / max(1, count - 1)) for i in range(count)]


def _ramp(side: int) -> npt.NDArray[np.float32]:
    """Weights of a tile's rows, rising from its ends over the overlap."""
    ends = np.minimum(np.arange(1, side + 1), np.arange(side, 0, -1))
    return np.minimum(1.0, ends / (side / OVERLAP)).astype(np.float32)
