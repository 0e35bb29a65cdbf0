"""Ways from noise to a picture, as functions of a denoiser and a schedule.

A denoiser takes noisy pictures (N, 3, H, W) and one time each, int64 (N,), and returns its
estimate of the pictures behind them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Literal

import torch
from torch import Tensor

from impasto.contract import Noise
from impasto.painters.diffusion.noise_schedule import NoiseSchedule

__all__ = ["Denoise", "ancestral", "clipped", "ddim", "guided", "invert"]

Denoise = Callable[[Tensor, Tensor], Tensor]


def guided(conditional: Denoise, unconditional: Denoise, scale: float) -> Denoise:
    """A denoiser that is led towards a condition.

    Args:
        conditional: Knows the condition.
        unconditional: Does not.
        scale: 0 ignores the condition, 1 follows it, more exaggerates it.

    Source: Ho & Salimans 2022, equation 6, where w = scale − 1; the same for pictures as for noise,
        since one is a linear function of the other.
    """
    if scale == 1:
        return conditional
    if scale == 0:
        return unconditional

    def denoise(noisy: Tensor, times: Tensor) -> Tensor:
        without = unconditional(noisy, times)
        return without + scale * (conditional(noisy, times) - without)

    return denoise


def clipped(denoise: Denoise) -> Denoise:
    """A denoiser whose estimates stay in the range of pictures, [-1, 1]."""
    return lambda noisy, times: denoise(noisy, times).clamp(-1, 1)


def ddim(
    denoise: Denoise, schedule: NoiseSchedule, start: Tensor, *, steps: int, noise: Noise, eta: float = 0.0
) -> Tensor:
    """Pictures by implicit sampling, along an ODE when eta is 0.

    Args:
        denoise: Estimates pictures.
        schedule: That the denoiser was trained with.
        start: Standard normal noise, shape (N, 3, H, W).
        steps: How often the denoiser is asked, in [1, T].
        noise: Source of what is added on the way; not read when eta is 0.
        eta: Share of the ancestral noise, in [0, 1].

    Returns:
        Shape (N, 3, H, W).

    Raises:
        ConfigError: When steps is out of range.

    Source: Song et al. 2021, equations 12 and 16.
    """
    x = start
    for now, then in _pairs(schedule, steps):
        clean, (a, s), (b, r) = _look(denoise, schedule, x, now, then)
        fresh = eta * r / s * (1 - (a / b).square()).clamp(min=0).sqrt()
        x = b * clean + (r.square() - fresh.square()).clamp(min=0).sqrt() / s * (x - a * clean)
        if eta > 0 and then >= 0:
            x = x + fresh * noise.normal(*start.shape[1:])
    return x


def ancestral(
    denoise: Denoise,
    schedule: NoiseSchedule,
    start: Tensor,
    *,
    steps: int,
    noise: Noise,
    variance: Literal["posterior", "beta"] = "posterior",
) -> Tensor:
    """Pictures by drawing from the posterior of each earlier time in turn.

    Args:
        denoise: Estimates pictures.
        schedule: That the denoiser was trained with.
        start: Standard normal noise, shape (N, 3, H, W).
        steps: How often the denoiser is asked, in [1, T].
        noise: Source of what is added on the way.
        variance: Of the reverse steps: 'posterior' is exact for a single picture, 'beta' for white noise.

    Returns:
        Shape (N, 3, H, W).

    Raises:
        ConfigError: When steps is out of range.

    Source: Ho et al. 2020, equations 6 and 7, algorithm 2; fewer steps: Nichol & Dhariwal 2021, section 4.
    """
    x = start
    for now, then in _pairs(schedule, steps):
        clean, (a, s), (b, r) = _look(denoise, schedule, x, now, then)
        alpha = (a / b).square()
        beta = 1 - alpha
        x = (b * beta * clean + alpha.sqrt() * r.square() * x) / s.square()
        if then >= 0:
            spread = beta.sqrt() if variance == "beta" else beta.sqrt() * r / s
            x = x + spread * noise.normal(*start.shape[1:])
    return x


def invert(denoise: Denoise, schedule: NoiseSchedule, pictures: Tensor, *, steps: int, refinements: int = 1) -> Tensor:
    """The noise from which `ddim` of as many steps paints given pictures.

    A step of `ddim` asks the denoiser about its noisier end, which the way back does not know yet;
    it is guessed, then refined as a fixed point.

    Args:
        denoise: Estimates pictures; not clipped, since clipping cannot be undone.
        schedule: That the denoiser was trained with.
        pictures: Shape (N, 3, H, W), in [-1, 1].
        steps: Of the sampler to be undone, in [1, T].
        refinements: How often each step's guess is improved; 0 asks the denoiser once a step.

    Returns:
        Shape (N, 3, H, W), near standard normal.

    Raises:
        ConfigError: When steps is out of range.

    Source: Song et al. 2021, section 4.3; the fixed point: Pan et al. 2023.
    """
    x = pictures
    for now, then in reversed(list(_pairs(schedule, steps))):
        guess = x
        for _ in range(refinements + 1):
            clean, (a, s), (b, r) = _look(denoise, schedule, guess, now, then)
            noise = (guess - a * clean) / s
            guess = a / b * (x - r * noise) + s * noise
        x = guess
    return x


def _pairs(schedule: NoiseSchedule, steps: int) -> Iterator[tuple[int, int]]:
    """The (noisier, cleaner) times of each step, ending at the picture itself."""
    return itertools.pairwise([*schedule.spaced(steps), -1])


def _look(
    denoise: Denoise, schedule: NoiseSchedule, x: Tensor, now: int, then: int
) -> tuple[Tensor, tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """The estimate at one time, with (signal, sigma) of that time and of the next."""
    times = torch.full((len(x),), now, device=x.device)
    clean = denoise(x, times)
    return clean, (schedule.signal[now], schedule.sigma[now]), (schedule.signal[then], schedule.sigma[then])
