"""Pictures of which something is known that a formula can restore: what `enlarge` and `colorize` have in common."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from impasto.config import Field, config
from impasto.contract import Denoises
from impasto.editing.work import GuidedWay, Work
from impasto.sampling.level import Denoise, Level
from impasto.sampling.part_way import levels_from, noised, resampled

__all__ = ["RestoringSettings", "calls_of", "consistent", "fitted", "restored"]

Project = Callable[[Tensor], Tensor]
"""Gives the pictures nearest to given ones, shape (N, 3, H, W), that agree with what is known."""


@config
class RestoringSettings(GuidedWay):
    """The way from what is known, under noise, to a picture.

    Attributes:
        resampling: How often each step is taken, with noise added again between, so that what is painted comes to fit
            what is known; the time grows with it.
        eta: Share of fresh noise in each step: 0 for none, 1 for as much as ancestral sampling adds.
        strength: Share of the way at which it begins: 1 is noise alone, less is what is known under noise. More invents
            more.
    """

    steps: int = Field(default=20, ge=1, le=1000)
    resampling: int = Field(default=1, ge=1, le=50)
    eta: float = Field(default=0.3, ge=0, le=1)
    strength: float = Field(default=0.5, ge=0.05, le=1)


def calls_of(painter: Denoises, settings: RestoringSettings) -> int:
    """How often one picture asks the denoiser."""
    steps = len(levels_from(painter.levels, settings.steps, settings.strength)) - 1
    return settings.resampling * (steps - 1) + 1


def restored(
    painter: Denoises, denoise: Denoise, start: Tensor, project: Project, *, work: Work, settings: RestoringSettings
) -> Tensor:
    """Pictures that agree with what is known of them, but for what decoding changes.

    Args:
        painter: One that denoises.
        denoise: Its denoiser.
        start: A guess that agrees, shape (N, 3, H, W), in [-1, 1].
        project: Makes pictures agree.
        work: Gives the noise.
        settings: The way.

    Returns:
        Of the shape of `start`, in [-1, 1].
    """
    s = settings
    levels = levels_from(painter.levels, s.steps, s.strength)
    mixture = noised(painter.encode(start), levels[0], work.noise)
    agreeing = consistent(painter, denoise, project)
    latents = resampled(agreeing, mixture, levels, work.noise, times=s.resampling, eta=s.eta)
    return painter.decode(latents.float()).float().clamp(-1, 1)


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
    """A denoiser whose estimates agree with what is known.

    Estimates in latents are decoded to be made to agree; what that changes is encoded again, and not the whole picture,
    so that what encoding loses is not lost in each step.

    Args:
        painter: Encodes and decodes.
        denoise: Estimates what it encodes.
        project: Makes pictures agree; for a linear A, x - A⁺(Ax - y).

    Source: Wang et al. 2023, Zero-shot image restoration using denoising diffusion null-space model, equation 13.
    """

    def estimate(noisy: Tensor, level: Level) -> Tensor:
        answer = denoise(noisy, level)
        pictures = painter.decode(answer.float()).clamp(-1, 1)
        change = painter.encode(project(pictures)) - painter.encode(pictures)
        return answer + change.to(answer.dtype)

    return estimate
