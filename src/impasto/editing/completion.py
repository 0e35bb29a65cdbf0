"""A part of a picture painted anew, so that it fits the rest: what `inpaint` and `extend` have in common."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.config import Field, config
from impasto.contract import Denoises, Painted
from impasto.editing.seam import joined, seam
from impasto.editing.window import Mask, Pixels, window_around
from impasto.editing.work import GuidedWay, Work
from impasto.images.pictures import to_float, to_uint8
from impasto.sampling.level import Denoise, Level
from impasto.sampling.part_way import levels_from, noised, resampled

__all__ = ["CompletionSettings", "completed", "keeping"]

BLENDED = 6
"""Pixels inside the mask over which tones are brought to those outside, in pixels of the painter."""


@config
class CompletionSettings(GuidedWay):
    """The way from noise to the part that is painted anew.

    Attributes:
        resampling: How often each step is taken, with noise added again between, so that the new part comes to fit the
            old one; the time grows with it. 1 takes each once.
        eta: Share of fresh noise in each step: 0 for none, 1 for as much as ancestral sampling adds.
        strength: Share of the way at which the new part begins: 1 is noise alone, less is the blurred colours of what
            lies around it under noise.
    """

    resampling: int = Field(default=4, ge=1, le=50)
    eta: float = Field(default=0.3, ge=0, le=1)
    strength: float = Field(default=0.8, ge=0.1, le=1)


def completed(
    painter: Denoises, pixels: Pixels, mask: Mask, *, work: Work, settings: CompletionSettings, whole: bool = False
) -> Painted:
    """A picture of any size with the part under a mask painted anew; every byte outside stays.

    The painter works at a window around the mask, reduced to its size where it is larger; what it painted is enlarged
    again and pasted in.

    Args:
        painter: One that denoises.
        pixels: Shape (H, W, 3).
        mask: True where is to be painted, somewhere and not everywhere, shape (H, W).
        work: What the painter is asked for, and its random numbers.
        settings: The way.
        whole: Whether the window is the whole picture.

    Returns:
        One picture of the given size, with a statement on the seam.
    """
    window = window_around(mask if not whole else mask | True, work.size)
    part, part_mask = window.cut(pixels, mask, work.size)
    latents = _latents(painter, part, part_mask, work, settings)
    painted = to_uint8(work.painted(painter, latents).pictures)[0]
    scale = window.height / work.size[0]
    result = joined(pixels, window.put(pixels, painted), mask, max(1, round(BLENDED * scale)))
    across, elsewhere = seam(result, mask)
    statements = [
        f"Across the border of the mask neighbouring pixels differ by {across:.1f} levels of 255, elsewhere by "
        f"{elsewhere:.1f}."
    ]
    if scale > 1:
        size = f"{work.size[1]} × {work.size[0]} px"
        statements.append(
            f"A part of {window.width} × {window.height} px was painted at {size} and enlarged {scale:.2g} times, so "
            "it is less sharp than the rest."
        )
    return Painted(to_float(result[None]), statements=(" ".join(statements),))


def _latents(painter: Denoises, part: Pixels, mask: Mask, work: Work, settings: CompletionSettings) -> Tensor:
    """What is painted, in the painter's space, shape (1, C, h, w)."""
    s = settings
    pictures = work.pictures(part)
    clean = painter.encode(pictures)
    to_paint = torch.from_numpy(mask).to(clean.device, torch.float32)[None, None]
    # A position of the latents that shows any pixel to be painted is painted.
    in_space = F.adaptive_max_pool2d(to_paint, clean.shape[-2:]) > 0
    levels = levels_from(painter.levels, s.steps, s.strength)
    in_pixels = clean.shape == pictures.shape
    calls = s.resampling * (len(levels) - 2) + 1
    denoise = work.denoiser(painter, calls, guidance=s.guidance, in_pixels=in_pixels)
    start = noised(clean, levels[0], work.noise)
    return resampled(keeping(denoise, clean, in_space), start, levels, work.noise, times=s.resampling, eta=s.eta)


def keeping(denoise: Denoise, clean: Tensor, mask: Tensor) -> Denoise:
    """A denoiser that knows a part of the picture.

    With `ddim` and eta = 1 the known part of each mixture is in distribution that part of the picture with fresh noise,
    as Lugmayr et al. replace it.

    Args:
        denoise: Estimates pictures.
        clean: The picture, shape (N, C, H, W).
        mask: True where it is not known, shape (N, 1, H, W).

    Source: Wang et al. 2023 (DDNM), equation 12, for a mask; Lugmayr et al. 2022, equation 8.
    """

    def estimate(noisy: Tensor, level: Level) -> Tensor:
        answer = denoise(noisy, level)
        return torch.where(mask, answer, clean.to(answer.dtype))

    return estimate
