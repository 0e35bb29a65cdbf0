"""The levels of noise that a sampler visits, from noise to the picture itself."""

from __future__ import annotations

from typing import Literal

from impasto.errors import ConfigError
from impasto.sampling.level import Level
from impasto.sampling.schedule import LogNormalNoise, NoiseSchedule

__all__ = ["MOST_STEPS", "Spacing", "even_levels", "karras_levels", "straight_levels"]

Spacing = Literal["even", "karras"]

MOST_STEPS = 1000
"""Largest number of steps along a straight path."""


def even_levels(schedule: NoiseSchedule, count: int, shift: float = 1.0) -> list[Level]:
    """Levels evenly spaced in time from T - 1 down, with the picture itself as the last.

    Args:
        schedule: Noise schedule that the denoiser was trained with.
        count: Steps from level to level, in [1, T].
        shift: 1 keeps them even; larger values put more of them near the noise.

    Returns:
        count + 1 levels.

    Raises:
        ConfigError: When count or shift is out of range.

    Source: Lin et al. 2024, section 3.3 ("trailing"); the shift: Esser et al. 2024, equation 23.
    """
    total = schedule.steps
    if not 1 <= count <= total:
        raise ConfigError(f"steps = {count}: this painter's schedule allows 1 to {total} sampling steps.")
    _check_shift(shift)
    if shift == 1:
        times: list[float] = [round(total * (count - i) / count) - 1 for i in range(count)]
    else:
        remaining = [(count - i) / count for i in range(count)]
        times = [max(0.0, total * shift * t / (1 + (shift - 1) * t) - 1) for t in remaining]
    return [schedule.level(time) for time in [*times, -1]]


def karras_levels(
    schedule: NoiseSchedule | LogNormalNoise, count: int, span: tuple[float, float] | None = None, rho: float = 7.0
) -> list[Level]:
    """Levels whose steps become smaller the less noise remains, with the picture itself as the last.

    Args:
        schedule: Noise schedule that the denoiser was trained with.
        count: Steps from level to level, 1 or more.
        span: Noise over signal of the last level before the picture, and of the first; those of the schedule
            if not given.
        rho: How much smaller the steps become; 1 spaces noise over signal evenly.

    Returns:
        count + 1 levels.

    Raises:
        ConfigError: When count is less than 1.

    Source: Karras et al. 2022, equation 5.
    """
    if count < 1:
        raise ConfigError(f"steps = {count} must be 1 or more.")
    least, most = (end ** (1 / rho) for end in span or schedule.span)
    ratios = [(most + i / max(1, count - 1) * (least - most)) ** rho for i in range(count)]
    return [schedule.level_of_ratio(ratio) for ratio in [*ratios, 0.0]]


def straight_levels(count: int, shift: float = 1.0) -> list[Level]:
    """Levels t · picture + (1 - t) · noise of a straight flow, from t = 0, noise, to t = 1, the picture itself.

    Args:
        count: Steps from level to level, in [1, 1000].
        shift: 1 spaces times evenly; larger values put more of them near the noise, as larger pictures need.

    Returns:
        count + 1 levels, whose times are t.

    Raises:
        ConfigError: When count or shift is out of range.

    Source: Esser et al. 2024, equation 23.
    """
    if not 1 <= count <= MOST_STEPS:
        raise ConfigError(f"steps = {count}: this painter takes 1 to {MOST_STEPS} sampling steps.")
    _check_shift(shift)
    even = [k / count for k in range(count + 1)]
    times = [t / (t + shift * (1 - t)) for t in even]
    return [Level(time, time, 1 - time) for time in times]


def _check_shift(shift: float) -> None:
    """Refuse a shift that is not positive.

    Raises:
        ConfigError: With the shift.
    """
    if not shift > 0:
        raise ConfigError(f"shift = {shift:g} must be above 0; 1 changes nothing.")
