"""Samplers: functions that turn noise into pictures by calling a denoiser at a sequence of noise levels.

Levels fall from noise to the picture itself, where sigma is 0; any sampler runs over any of them. A network that tells
the velocity of a straight flow is a denoiser too: clean = x + sigma · velocity.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Literal

from torch import Tensor

from impasto.sampling.level import Denoise, Level, NoiseSource

__all__ = ["SamplerName", "ddim", "dpmpp", "heun", "invert", "sample"]

SamplerName = Literal["dpmpp", "ddim", "euler", "ancestral", "heun"]

FAINT = 200.0
"""Noise over signal above which `heun` takes plain steps: there estimates hardly differ, and it would multiply their
differences by thousands."""


def sample(
    sampler: SamplerName,
    denoise: Denoise,
    start: Tensor,
    levels: list[Level],
    *,
    eta: float = 0.0,
    noise: NoiseSource | None = None,
) -> Tensor:
    """Pictures by a sampler, chosen by its name.

    Args:
        sampler: 'dpmpp', 'heun', 'ddim', 'euler' (the same as 'ddim') or 'ancestral' ('ddim' with eta = 1).
        denoise: Estimates pictures.
        start: Standard normal noise times the first sigma, shape (N, C, H, W).
        levels: Noise levels to visit, ending with the picture itself.
        eta: See `ddim`; used by 'ddim' and 'euler' only.
        noise: See `ddim`.

    Returns:
        Shape (N, C, H, W).
    """
    if sampler == "dpmpp":
        return dpmpp(denoise, start, levels)
    if sampler == "heun":
        return heun(denoise, start, levels)
    return ddim(denoise, start, levels, eta=1.0 if sampler == "ancestral" else eta, noise=noise)


def ddim(
    denoise: Denoise, start: Tensor, levels: list[Level], *, eta: float = 0.0, noise: NoiseSource | None = None
) -> Tensor:
    """Pictures by implicit sampling; of first order, the denoiser is called once in each step.

    With eta = 0 it is Euler's method on the probability-flow ODE, in sigma / signal as well as along
    a straight flow; with eta = 1 it draws from the posterior of each level, as ancestral sampling does.

    Args:
        denoise: Estimates pictures.
        start: Standard normal noise times the first sigma, shape (N, C, H, W).
        levels: Noise levels to visit, ending with the picture itself.
        eta: Share of the noise that is drawn anew, in [0, 1].
        noise: Source of what is drawn anew; needed when eta is above 0.

    Returns:
        Shape (N, C, H, W).

    Source: Song et al. 2021, equations 12 and 16; ancestral: Ho et al. 2020, algorithm 2.
    """
    x = start
    for now, then in pairwise(levels):
        fresh = eta * _posterior_sigma(now, then)
        x = _step(x, denoise(x, now), now, then, fresh)
        if fresh > 0:
            assert noise is not None, "fresh noise needs a source"
            x = x + fresh * noise.normal(*start.shape[1:])
    return x


def heun(denoise: Denoise, start: Tensor, levels: list[Level]) -> Tensor:
    """Pictures by Heun's method on the probability-flow ODE; of second order, with two calls of the denoiser a step.

    It follows the time of a straight flow where levels lie on one, else sigma / signal.

    Args:
        denoise: Estimates pictures.
        start: Standard normal noise times the first sigma, shape (N, C, H, W).
        levels: Noise levels to visit; the last step, to the picture itself, calls the denoiser once.

    Returns:
        Shape (N, C, H, W).

    Source: Karras et al. 2022, algorithm 1.
    """
    x = start
    for now, then in pairwise(levels):
        clean = denoise(x, now)
        guess = _step(x, clean, now, then)
        if then.sigma > 0 and (_straight(now, then) or now.sigma < FAINT * now.signal):
            # Along the mean of the slopes at both ends of the step.
            clean_at_guess = denoise(guess, then)
            if _straight(now, then):
                velocity = 0.5 * (_velocity(x, clean, now) + _velocity(guess, clean_at_guess, then))
                guess = x + (then.signal - now.signal) * velocity
            else:
                slope = (x - now.signal * clean) / now.sigma
                slope_at_guess = (guess - then.signal * clean_at_guess) / then.sigma
                way = then.sigma / then.signal - now.sigma / now.signal
                guess = (then.signal * (x / now.signal + 0.5 * way * (slope + slope_at_guess))).to(x.dtype)
        x = guess
    return x


def dpmpp(denoise: Denoise, start: Tensor, levels: list[Level]) -> Tensor:
    """Pictures by DPM-Solver++(2M); of second order, the denoiser is called once in each step.

    A step is that of `ddim` towards an estimate extrapolated linearly from the last two, in
    λ = log(signal / sigma).

    Args:
        denoise: Estimates pictures.
        start: Standard normal noise times the first sigma, shape (N, C, H, W).
        levels: Noise levels to visit; the first and the last step are of first order.

    Returns:
        Shape (N, C, H, W).

    Source: Lu et al. 2022, arXiv:2211.01095, algorithm 2.
    """
    x = start
    last_clean = start
    last_step = 0.0
    for now, then in pairwise(levels):
        clean = denoise(x, now)
        step = _log_snr(then) - _log_snr(now)
        ahead = step / (2 * last_step) if last_step > 0 and then.sigma > 0 else 0.0
        x = _step(x, clean + ahead * (clean - last_clean) if ahead else clean, now, then)
        last_clean = clean
        last_step = step
    return x


def invert(denoise: Denoise, pictures: Tensor, levels: list[Level], *, refinements: int = 1) -> Tensor:
    """The noise from which `ddim` over the same levels paints given pictures.

    A step of `ddim` asks the denoiser about its noisier end, which is not known yet on the way back;
    it is guessed, then refined as a fixed point.

    Args:
        denoise: Estimates pictures; not clipped, since clipping cannot be undone.
        pictures: Shape (N, C, H, W).
        levels: Noise levels that the sampler would visit.
        refinements: How often each step's guess is improved; 0 calls the denoiser once in each step.

    Returns:
        Shape (N, C, H, W), near standard normal times the first sigma.

    Source: Song et al. 2021, section 4.3; the fixed point: Pan et al. 2023.
    """
    x = pictures
    for then, now in pairwise(levels[::-1]):
        # The first guess has the standard deviation of mixtures at that level, if pictures have one of 1.
        guess = math.hypot(now.signal, now.sigma) / math.hypot(then.signal, then.sigma) * x
        for _ in range(refinements + 1):
            guess = _step_back(x, guess, denoise(guess, now), now, then)
        x = guess
    return x


def _step(x: Tensor, clean: Tensor, now: Level, then: Level, fresh: float = 0.0) -> Tensor:
    """The mixture at the next level, of the same estimate and noise; without the part of the noise to be drawn anew."""
    if _straight(now, then) and not fresh:
        # Equal to the formula below, but rounded as when following velocities, so that older pictures repeat exactly.
        return x + (then.signal - now.signal) * _velocity(x, clean, now)
    kept = math.sqrt(max(0.0, then.sigma**2 - fresh**2)) / now.sigma
    return (then.signal * clean + kept * (x - now.signal * clean)).to(x.dtype)


def _step_back(x: Tensor, guess: Tensor, clean: Tensor, now: Level, then: Level) -> Tensor:
    """A better guess of the mixture at `now` from which `_step` leads to `x` at `then`."""
    if _straight(now, then):
        return x - (then.signal - now.signal) * _velocity(guess, clean, now)
    noise = (guess - now.signal * clean) / now.sigma
    return (now.signal / then.signal * (x - then.sigma * noise) + now.sigma * noise).to(x.dtype)


def _straight(now: Level, then: Level) -> bool:
    """Whether a step lies on the straight path of rectified flow."""
    return now.straight and then.straight


def _velocity(x: Tensor, clean: Tensor, level: Level) -> Tensor:
    """Velocity dx/dt = clean - noise of a mixture on the straight flow, in the precision of `x`."""
    return ((clean - x) / level.sigma).to(x.dtype)


def _posterior_sigma(now: Level, then: Level) -> float:
    """Standard deviation of a level, given the noisier one and the picture."""
    added = now.sigma**2 - (now.signal / then.signal * then.sigma) ** 2
    return then.sigma / now.sigma * math.sqrt(max(0.0, added))


def _log_snr(level: Level) -> float:
    """λ; infinite for the noise and the picture themselves."""
    if not level.sigma:
        return math.inf
    return math.log(level.signal / level.sigma) if level.signal else -math.inf
