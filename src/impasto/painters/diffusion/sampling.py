"""Ways from noise to a picture, as functions of a denoiser and of the levels of noise that it is led through.

A denoiser takes mixtures (N, C, H, W) and their level, and returns its estimate of the pictures
behind them. Levels fall from noise to the picture itself, where sigma is 0; any sampler runs over
any of them (`noise_schedule.evenly`, `noise_schedule.karras`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar

import torch
from torch import Tensor

from impasto.contract.noise import Noise
from impasto.errors import ConfigError
from impasto.painters.diffusion.noise_schedule import Level

__all__ = ["Denoise", "clipped", "ddim", "dpmpp", "guided", "heun", "in_precision", "invert"]

Denoise = Callable[[Tensor, Level], Tensor]

Time = TypeVar("Time")

FAINT = 200.0
"""Noise over signal above which `heun` takes plain steps: there estimates hardly differ, and it would multiply their
differences by thousands."""


def guided(
    conditional: Callable[[Tensor, Time], Tensor],
    unconditional: Callable[[Tensor, Time], Tensor],
    scale: float,
    *,
    low: float = 0.0,
    high: float = 1.0,
    share: Callable[[Time], float],
) -> Callable[[Tensor, Time], Tensor]:
    """A denoiser, or a velocity, that is led towards a condition at some times.

    Args:
        conditional: Knows the condition.
        unconditional: Does not.
        scale: 0 ignores the condition, 1 follows it, more exaggerates it.
        low: First share of the picture in the mixture at which `scale` counts; outside it is 1.
        high: Last such share.
        share: Of the picture at a time, from 0 (noise) to 1 (picture).

    Raises:
        ConfigError: When low is above high.

    Source: Ho & Salimans 2022, equation 6, where w = scale − 1; the same for pictures and velocities as for noise,
        since each is a linear function of the other. The interval: Kynkäänniemi et al. 2024, equation 5.
    """
    if low > high:
        raise ConfigError(
            f"guided_from = {low:g} lies after guided_to = {high:g}, so guidance would never count; "
            "let guided_from be the smaller of the two."
        )

    def led(x: Tensor, time: Time) -> Tensor:
        if scale == 1 or not low <= share(time) <= high:
            return conditional(x, time)
        without = unconditional(x, time)
        return without if scale == 0 else without + scale * (conditional(x, time) - without)

    return led


def clipped(denoise: Denoise) -> Denoise:
    """A denoiser whose estimates stay in the range of pictures, [-1, 1]."""
    return lambda noisy, level: denoise(noisy, level).clamp(-1, 1)


def ddim(
    denoise: Denoise, start: Tensor, levels: list[Level], *, eta: float = 0.0, noise: Noise | None = None
) -> Tensor:
    """Pictures by implicit sampling; of first order, one look a step.

    With eta = 0 it is Euler's method on the probability-flow ODE, in sigma / signal as well as along
    a straight flow; with eta = 1 it draws from the posterior of each level, as ancestral sampling does.

    Args:
        denoise: Estimates pictures.
        start: Standard normal noise times the first sigma, shape (N, C, H, W).
        levels: To lead through, the picture itself last.
        eta: Share of the noise that is drawn anew, in [0, 1].
        noise: Source of what is drawn anew; needed when eta is above 0.

    Returns:
        Shape (N, C, H, W).

    Source: Song et al. 2021, equations 12 and 16; ancestral: Ho et al. 2020, algorithm 2.
    """
    x = start
    for now, then in pairwise(levels):
        fresh = eta * _posterior(now, then)
        x = _step(x, denoise(x, now), now, then, fresh)
        if fresh > 0:
            assert noise is not None
            x = x + fresh * noise.normal(*start.shape[1:])
    return x


def heun(denoise: Denoise, start: Tensor, levels: list[Level]) -> Tensor:
    """Pictures by Heun's method on the probability-flow ODE in sigma / signal; of second order, two looks a step.

    Args:
        denoise: Estimates pictures.
        start: Standard normal noise times the first sigma, shape (N, C, H, W).
        levels: To lead through; the last step, to the picture itself, takes one look.

    Returns:
        Shape (N, C, H, W).

    Source: Karras et al. 2022, algorithm 1.
    """
    x = start
    for now, then in pairwise(levels):
        clean = denoise(x, now)
        guess = _step(x, clean, now, then)
        if then.sigma > 0 and now.sigma < FAINT * now.signal:
            slope = (x - now.signal * clean) / now.sigma
            other = (guess - then.signal * denoise(guess, then)) / then.sigma
            way = then.sigma / then.signal - now.sigma / now.signal
            guess = then.signal * (x / now.signal + 0.5 * way * (slope + other))
        x = guess
    return x


def dpmpp(denoise: Denoise, start: Tensor, levels: list[Level]) -> Tensor:
    """Pictures by DPM-Solver++(2M); of second order, one look a step.

    A step is that of `ddim` towards an estimate carried on in a straight line from the last two, in
    λ = log(signal / sigma).

    Args:
        denoise: Estimates pictures.
        start: Standard normal noise times the first sigma, shape (N, C, H, W).
        levels: To lead through; the first and the last step are of first order.

    Returns:
        Shape (N, C, H, W).

    Source: Lu et al. 2022, arXiv:2211.01095, algorithm 2.
    """
    x, last, before = start, start, 0.0
    for now, then in pairwise(levels):
        clean = denoise(x, now)
        step = _log_snr(then) - _log_snr(now)
        ahead = step / (2 * before) if before > 0 and then.sigma > 0 else 0.0
        x = _step(x, clean + ahead * (clean - last) if ahead else clean, now, then)
        last, before = clean, step
    return x


def invert(denoise: Denoise, pictures: Tensor, levels: list[Level], *, refinements: int = 1) -> Tensor:
    """The noise from which `ddim` over the same levels paints given pictures.

    A step of `ddim` asks the denoiser about its noisier end, which the way back does not know yet;
    it is guessed, then refined as a fixed point.

    Args:
        denoise: Estimates pictures; not clipped, since clipping cannot be undone.
        pictures: Shape (N, C, H, W).
        levels: Of the sampler to be undone.
        refinements: How often each step's guess is improved; 0 asks the denoiser once a step.

    Returns:
        Shape (N, C, H, W), near standard normal times the first sigma.

    Source: Song et al. 2021, section 4.3; the fixed point: Pan et al. 2023.
    """
    x = pictures
    for then, now in pairwise(levels[::-1]):
        # Of the spread that mixtures have there, if pictures have one of 1.
        guess = math.hypot(now.signal, now.sigma) / math.hypot(then.signal, then.sigma) * x
        for _ in range(refinements + 1):
            clean = denoise(guess, now)
            noise = (guess - now.signal * clean) / now.sigma
            guess = now.signal / then.signal * (x - then.sigma * noise) + now.sigma * noise
        x = guess
    return x


def _step(x: Tensor, clean: Tensor, now: Level, then: Level, fresh: float = 0.0) -> Tensor:
    """A mixture at the next level, of the same estimate and noise; without the part of the noise to be drawn anew."""
    kept = math.sqrt(max(0.0, then.sigma**2 - fresh**2)) / now.sigma
    return then.signal * clean + kept * (x - now.signal * clean)


def _posterior(now: Level, then: Level) -> float:
    """Standard deviation of a level, given the noisier one and the picture."""
    added = now.sigma**2 - (now.signal / then.signal * then.sigma) ** 2
    return then.sigma / now.sigma * math.sqrt(max(0.0, added))


def _log_snr(level: Level) -> float:
    """λ; infinite for the noise and the picture themselves."""
    if not level.sigma:
        return math.inf
    return math.log(level.signal / level.sigma) if level.signal else -math.inf


def in_precision(precision: str, device: torch.device) -> torch.autocast:
    """Where networks compute in 16 bit when `precision` is 'bf16'; the steps between their looks stay in 32 bit."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")
