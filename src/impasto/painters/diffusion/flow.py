"""Straight ways from noise to a picture: x_t = t · picture + (1 − t) · noise, t in [0, 1].

A velocity takes mixtures (N, C, H, W) and one time each, (N,), and returns dx/dt of that shape.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor

from impasto.errors import ConfigError
from impasto.painters.diffusion import sampling
from impasto.painters.diffusion.noise_schedule import Level

__all__ = ["MOST_STEPS", "Velocity", "dpmpp", "euler", "guided_within", "heun", "invert_flow", "times_of"]

Velocity = Callable[[Tensor, Tensor], Tensor]

MOST_STEPS = 1000


def times_of(steps: int, shift: float = 1.0) -> list[float]:
    """Times of a sampler, from 0, noise, to 1, the picture.

    Args:
        steps: Intervals, in [1, 1000].
        shift: 1 spaces them evenly; more lingers near the noise, as larger pictures need.

    Returns:
        steps + 1 rising numbers.

    Raises:
        ConfigError: When steps or shift is out of range.

    Source: Esser et al. 2024, equation 23.
    """
    if not 1 <= steps <= MOST_STEPS:
        raise ConfigError(f"steps = {steps}: a flow is followed in 1 to {MOST_STEPS} steps.")
    if not shift > 0:
        raise ConfigError(f"shift = {shift:g} must be above 0; 1 changes nothing.")
    even = (k / steps for k in range(steps + 1))
    return [t / (t + shift * (1 - t)) for t in even]


def euler(velocity: Velocity, start: Tensor, times: list[float]) -> Tensor:
    """Follow a velocity by Euler's method, of first order; one look a step."""
    x = start
    for now, then in pairwise(times):
        x = x + (then - now) * velocity(x, _at(now, x))
    return x


def heun(velocity: Velocity, start: Tensor, times: list[float]) -> Tensor:
    """Follow a velocity by Heun's method, of second order; two looks a step, one in the last.

    Source: Karras et al. 2022, algorithm 1.
    """
    x = start
    for now, then in pairwise(times):
        slope = velocity(x, _at(now, x))
        guess = x + (then - now) * slope
        if then < 1:
            slope = 0.5 * (slope + velocity(guess, _at(then, x)))
        x = x + (then - now) * slope
    return x


def dpmpp(velocity: Velocity, start: Tensor, times: list[float]) -> Tensor:
    """Follow a velocity by DPM-Solver++(2M), of second order; one look a step. See `sampling.dpmpp`."""

    def clean(x: Tensor, level: Level) -> Tensor:
        return x + level.sigma * velocity(x, _at(level.time, x))

    return sampling.dpmpp(clean, start, [Level(time, time, 1 - time) for time in times])


def invert_flow(velocity: Velocity, pictures: Tensor, times: list[float]) -> Tensor:
    """The noise from which `euler` comes near to given pictures: Euler's method backwards, by the midpoint.

    Args:
        velocity: As in `euler`.
        pictures: Shape (N, C, H, W).
        times: As in `euler`, rising.
    """
    x = pictures
    for then, now in pairwise(times[::-1]):
        middle = x + 0.5 * (now - then) * velocity(x, _at(then, x))
        x = x + (now - then) * velocity(middle, _at(0.5 * (now + then), x))
    return x


def guided_within(conditional: Velocity, unconditional: Velocity, scale: float, low: float, high: float) -> Velocity:
    """A velocity that is led towards a condition at some times.

    Args:
        conditional: Knows the condition.
        unconditional: Does not.
        scale: 0 ignores the condition, 1 follows it, more exaggerates it.
        low: First time at which `scale` counts; outside it is 1.
        high: Last such time.

    Raises:
        ConfigError: When low is above high.

    Source: See `sampling.guided`.
    """
    return sampling.guided(conditional, unconditional, scale, low=low, high=high, share=lambda t: float(t[0]))


def _at(time: float, like: Tensor) -> Tensor:
    return torch.full((len(like),), time, device=like.device)
