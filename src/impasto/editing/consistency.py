"""Pictures of which something is known, which all edits that keep a part of the given one have in common."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from impasto.config import Field, config
from impasto.contract import Denoises
from impasto.editing.canvas import Canvas
from impasto.editing.work import GuidedWay
from impasto.sampling.level import Denoise, Level
from impasto.sampling.part_way import levels_from, noised, resampled

__all__ = ["RestoringSettings", "consistent", "fitted", "keeping", "restored"]

Project = Callable[[Tensor], Tensor]
"""Gives the pictures nearest to given ones, shape (N, 3, H, W), that agree with what is known."""


@config
class RestoringSettings(GuidedWay):
    """The way from what is known, under noise, to a picture.

    Attributes:
        resampling: How often each step is taken, with noise added again between, so that what is painted comes to fit
            what is known; the time grows with it. 1 takes each once.
        eta: Share of fresh noise in each step: 0 for none, 1 for as much as ancestral sampling adds.
        strength: Share of noise under which what is known is put at first: with 1 what is not known begins as noise
            alone, with less as a smooth continuation of what is. More invents more.
    """

    steps: int = Field(default=20, ge=1, le=1000)
    resampling: int = Field(default=1, ge=1, le=50)
    eta: float = Field(default=0.3, ge=0, le=1)
    strength: float = Field(default=0.5, ge=0.05, le=1)


def restored(
    canvas: Canvas,
    constrained: Callable[[Denoise], Denoise],
    settings: RestoringSettings,
    *,
    strength: float,
    resampling: int,
    mask: Tensor | None = None,
    is_whole: bool = False,
) -> Tensor:
    """Pictures that agree with what is known of them, but for what encoding and decoding change.

    Args:
        canvas: A guess that agrees.
        constrained: Makes the estimates of a denoiser agree.
        settings: The way.
        strength: In the place of that in the settings.
        resampling: In the place of that in the settings.
        mask: Pixels that are to be painted, bool, shape (1, 1, H', W'); all where there is none.
        is_whole: Whether the guess says something under the mask too.

    Returns:
        Shape (1, 3, H', W'), in [-1, 1].

    Source: Wang et al. 2023, Zero-shot image restoration using denoising diffusion null-space model (DDNM), algorithm
    2, with jumps of one level.
    """
    noise = canvas.work.noise
    levels = levels_from(canvas.work.levels(canvas.painter), settings.steps, strength)
    denoise = canvas.denoiser(resampling * (len(levels) - 2) + 1, mask, is_whole=is_whole)
    mixture = noised(canvas.clean, levels[0], noise)
    latents = resampled(constrained(denoise), mixture, levels, noise, times=resampling, eta=settings.eta)
    return canvas.painter.decode(latents.float()).float().clamp(-1, 1)


def fitted(known: Tensor, detail: Tensor, most: Tensor, least: Tensor) -> Tensor:
    """What is known, with detail that is made fainter where it would leave [-1, 1], and not cut off: so the mean stays.

    Args:
        known: In [-1, 1], of a shape that fits that of `detail`.
        detail: Of mean 0 over each group of values that `known` is the mean of.
        most: Largest value of the detail in its group.
        least: Smallest value.

    Returns:
        Of the shape of `detail`, in [-1, 1].
    """
    above = (1 - known) / most.clamp(min=1e-6)
    below = (1 + known) / (-least).clamp(min=1e-6)
    return known + torch.minimum(above, below).clamp(0, 1) * detail


def consistent(painter: Denoises, denoise: Denoise, project: Project) -> Denoise:
    """A denoiser whose estimates agree with what is known of the pictures.

    Estimates in latents are decoded to be made to agree; what that changes is encoded again, and not the whole picture,
    so that what encoding loses is not lost in each step.

    Args:
        painter: Encodes and decodes.
        denoise: Estimates what it encodes.
        project: Makes pictures agree; for a linear A, x - A⁺(Ax - y).

    Source: Wang et al. 2023, equation 13.
    """

    def estimate(noisy: Tensor, level: Level) -> Tensor:
        answer = denoise(noisy, level)
        pictures = painter.decode(answer.float()).clamp(-1, 1)
        change = painter.encode(project(pictures)) - painter.encode(pictures)
        return answer + change.to(answer.dtype)

    return estimate


def keeping(denoise: Denoise, clean: Tensor, mask: Tensor) -> Denoise:
    """A denoiser that knows some places of what it estimates; for masks, many times faster than `consistent`.

    With `ddim` and eta = 1 the known part of each mixture is in distribution that part of the picture with fresh noise,
    as Lugmayr et al. replace it.

    Args:
        denoise: Estimates pictures.
        clean: The picture, shape (N, C, H, W).
        mask: True where it is not known, shape (N, 1, H, W).

    Source: Wang et al. 2023, equation 12, for a mask; Lugmayr et al. 2022 (RePaint), equation 8.
    """

    def estimate(noisy: Tensor, level: Level) -> Tensor:
        answer = denoise(noisy, level)
        return torch.where(mask, answer, clean.to(answer.dtype))

    return estimate
