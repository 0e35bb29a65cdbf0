"""How a picture drowns in noise: its share of signal and of noise at every time, and the levels of a sampler."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from impasto.contract.noise import Noise
from impasto.errors import ConfigError

__all__ = [
    "Level",
    "LogNormalNoise",
    "NoiseSchedule",
    "ScheduleName",
    "Spacing",
    "cosine_noise",
    "evenly",
    "karras",
    "linear_noise",
    "shifted",
    "sigmoid_noise",
]

ScheduleName = Literal["linear", "cosine", "sigmoid"]
Spacing = Literal["even", "karras"]

LEAST, MOST = 0.002, 80.0
"""Noise over signal between which pictures appear: under less nothing is seen of it, under more nothing but it."""


class Level(NamedTuple):
    """A mixture signal · picture + sigma · noise, and the time by which its painter knows it."""

    time: float
    signal: float
    sigma: float

    @property
    def share(self) -> float:
        """Of the picture, from 0 (noise) to 1 (picture): the time at which a straight flow has this mixture."""
        return self.signal / (self.signal + self.sigma)


class NoiseSchedule(nn.Module):
    """The variances of x_t = signal_t · picture + sigma_t · noise, with signal_t² + sigma_t² = 1.

    Times are integers from 0, almost the picture, to T - 1, almost noise; -1 stands for the picture itself.
    It is a module only so that it moves between devices with its painter: it has no state to save.

    Args:
        alpha_bar: Squares of the signal, falling, in (0, 1), float64, shape (T,).
    """

    signal: Tensor
    sigma: Tensor

    def __init__(self, alpha_bar: Tensor) -> None:
        super().__init__()
        one = torch.ones(1, dtype=torch.float64)
        # The picture itself comes last, so that time -1 finds it.
        self.register_buffer("signal", torch.cat([alpha_bar, one]).sqrt().float(), persistent=False)
        self.register_buffer("sigma", (1 - torch.cat([alpha_bar, one])).sqrt().float(), persistent=False)

    @property
    def steps(self) -> int:
        """Number of times T."""
        return len(self.signal) - 1

    def at(self, times: Tensor) -> tuple[Tensor, Tensor]:
        """Signal and sigma at times of shape (N,), each of shape (N, 1, 1, 1), float32."""
        return self.signal[times].view(-1, 1, 1, 1), self.sigma[times].view(-1, 1, 1, 1)

    def diffuse(self, pictures: Tensor, noise: Tensor, times: Tensor) -> Tensor:
        """Pictures with the noise of their times.

        Args:
            pictures: Shape (N, 3, H, W).
            noise: Standard normal, of that shape.
            times: In [-1, T), int64, shape (N,).

        Returns:
            Shape (N, 3, H, W).

        Source: Ho et al. 2020, equation 4.
        """
        signal, sigma = self.at(times)
        return signal * pictures + sigma * noise

    def draw(self, noise: Noise) -> Tensor:
        """Random times to train at, int64, shape (N,)."""
        return noise.integers(self.steps)

    def told(self, times: Tensor) -> Tensor:
        """Times as a network reads them, in [0, 1000), shape (N,)."""
        return times * (1000 / self.steps)

    def level(self, time: float) -> Level:
        """The level at a time in [-1, T); between whole ones, log(sigma / signal) is linear."""
        if time == int(time):
            return Level(time, float(self.signal[int(time)]), float(self.sigma[int(time)]))
        return Level(time, *_unit(math.exp(np.interp(time, range(self.steps), self._logs()))))

    def near(self, ratio: float) -> Level:
        """The level whose sigma is `ratio` times its signal; 0 for the picture itself."""
        if ratio == 0:
            return self.level(-1)
        return Level(float(np.interp(math.log(ratio), self._logs(), range(self.steps))), *_unit(ratio))

    @property
    def span(self) -> tuple[float, float]:
        """Least and most noise over signal of the levels worth visiting."""
        least, most = (math.exp(self._logs()[time]) for time in (0, -1))
        return max(LEAST, least), min(MOST, most)

    def _logs(self) -> list[float]:
        """Of sigma / signal at each time, rising."""
        logs: list[float] = (self.sigma[:-1] / self.signal[:-1]).log().tolist()
        return logs


class LogNormalNoise:
    """The noise of x = picture + sigma · noise, where times are the sigmas, and their logarithms normal in training.

    Args:
        mean: Of the logarithms.
        spread: Their standard deviation.

    Source: Karras et al. 2022, table 1.
    """

    span = LEAST, MOST

    def __init__(self, mean: float = -1.2, spread: float = 1.2) -> None:
        self.mean, self.spread = mean, spread

    def draw(self, noise: Noise) -> Tensor:
        """Random sigmas to train at, shape (N,)."""
        return (self.mean + self.spread * noise.normal()).exp()

    def at(self, times: Tensor) -> tuple[Tensor, Tensor]:
        """Signal and sigma at times of shape (N,), each of shape (N, 1, 1, 1)."""
        sigma = times.view(-1, 1, 1, 1)
        return torch.ones_like(sigma), sigma

    def told(self, times: Tensor) -> Tensor:
        """Sigmas as a network reads them: their logarithm, as c_noise, on the scale of its times, about [0, 1000]."""
        return 1000 / math.log(MOST / LEAST) * (times / LEAST).log()

    def near(self, ratio: float) -> Level:
        """The level of that sigma."""
        return Level(ratio, 1.0, ratio)


def evenly(schedule: NoiseSchedule, count: int, shift: float = 1.0) -> list[Level]:
    """Levels of a sampler, evenly spaced in time from T - 1 down, with the picture itself as the last.

    Args:
        schedule: That the denoiser was trained with.
        count: Steps from level to level, in [1, T].
        shift: 1 keeps them even; more lingers near the noise.

    Returns:
        count + 1 levels.

    Raises:
        ConfigError: When count or shift is out of range.

    Source: Lin et al. 2024, section 3.3 ("trailing"); the shift: Esser et al. 2024, equation 23.
    """
    total = schedule.steps
    if not 1 <= count <= total:
        raise ConfigError(f"steps = {count}: this painter's schedule allows 1 to {total} sampling steps.")
    if not shift > 0:
        raise ConfigError(f"shift = {shift:g} must be above 0; 1 changes nothing.")
    if shift == 1:
        times: list[float] = [round(total * (count - i) / count) - 1 for i in range(count)]
    else:
        left = [(count - i) / count for i in range(count)]
        times = [max(0.0, total * shift * t / (1 + (shift - 1) * t) - 1) for t in left]
    return [schedule.level(time) for time in [*times, -1]]


def karras(
    schedule: NoiseSchedule | LogNormalNoise, count: int, span: tuple[float, float] | None = None, rho: float = 7.0
) -> list[Level]:
    """Levels of a sampler that take smaller steps the less noise is left, with the picture itself as the last.

    Args:
        schedule: That the denoiser was trained with.
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
    return [schedule.near(ratio) for ratio in [*ratios, 0.0]]


def _unit(ratio: float) -> tuple[float, float]:
    """Signal and sigma of that ratio whose squares sum to 1."""
    return 1 / math.hypot(1, ratio), ratio / math.hypot(1, ratio)


def linear_noise(steps: int) -> Tensor:
    """Squares of the signal where the variance added per time rises linearly, float64, shape (steps,).

    Source: Ho et al. 2020, section 4; scaled to any number of times: Nichol & Dhariwal 2021.
    """
    scale = 1000 / steps
    betas = torch.linspace(1e-4 * scale, 0.02 * scale, steps, dtype=torch.float64).clamp(max=0.999)
    return (1 - betas).cumprod(0)


def cosine_noise(steps: int) -> Tensor:
    """Squares of the signal that fall as a squared cosine, float64, shape (steps,).

    Source: Nichol & Dhariwal 2021, equation 17.
    """
    edges = torch.arange(steps + 1, dtype=torch.float64) / steps
    level = torch.cos((edges + 0.008) / 1.008 * math.pi / 2).square()
    betas = (1 - level[1:] / level[:-1]).clamp(max=0.999)
    return (1 - betas).cumprod(0)


def sigmoid_noise(steps: int, start: float = -3.0, end: float = 3.0) -> Tensor:
    """Squares of the signal that fall as a logistic curve, float64, shape (steps,).

    Source: Jabri et al. 2023, algorithm 5.
    """
    edges = torch.arange(steps + 1, dtype=torch.float64) / steps
    level = torch.sigmoid(-(start + (end - start) * edges))
    level = (level - level[-1]) / (level[0] - level[-1])
    betas = (1 - level[1:] / level[:-1]).clamp(1e-6, 0.999)
    return (1 - betas).cumprod(0)


def shifted(alpha_bar: Tensor, factor: float) -> Tensor:
    """The same schedule with its ratio of signal to noise multiplied by a factor.

    Large pictures keep their outlines under noise that erases small ones; a factor of 64 over the
    rows of a picture gives each the same amount.

    Args:
        alpha_bar: Squares of the signal, in (0, 1), shape (T,).
        factor: On signal over sigma, above 0.

    Source: Hoogeboom et al. 2023, equation 4.
    """
    return torch.sigmoid(torch.logit(alpha_bar) + 2 * math.log(factor))
