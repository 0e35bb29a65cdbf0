"""Noise schedules: how much signal and noise there is at every time that a denoiser is trained at."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from impasto.sampling.level import Level, NoiseSource

__all__ = [
    "LogNormalNoise",
    "NoiseSchedule",
    "ScheduleName",
    "cosine_noise",
    "linear_noise",
    "shifted",
    "sigmoid_noise",
]

ScheduleName = Literal["linear", "cosine", "sigmoid"]

LEAST = 0.002
"""Ratio of noise to signal below which no noise is visible."""
MOST = 80.0
"""Ratio of noise to signal above which nothing but noise is visible."""


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
        # The picture itself comes last, so that the index -1 finds it.
        squares = torch.cat([alpha_bar, torch.ones(1, dtype=torch.float64)])
        self.register_buffer("signal", squares.sqrt().float(), persistent=False)
        self.register_buffer("sigma", (1 - squares).sqrt().float(), persistent=False)

    @property
    def steps(self) -> int:
        """Number of times T."""
        return len(self.signal) - 1

    @property
    def span(self) -> tuple[float, float]:
        """Lowest and highest ratio of noise to signal worth visiting."""
        logs = self._log_ratios()
        return max(LEAST, math.exp(logs[0])), min(MOST, math.exp(logs[-1]))

    def training_times(self, noise: NoiseSource) -> Tensor:
        """Random times to train at, int64, shape (N,)."""
        return noise.integers(self.steps)

    def network_times(self, times: Tensor) -> Tensor:
        """Times on the scale that networks read them on, [0, 1000), shape (N,)."""
        return times * (1000 / self.steps)

    def at(self, times: Tensor) -> tuple[Tensor, Tensor]:
        """Signal and sigma at times of shape (N,), each of shape (N, 1, 1, 1), float32."""
        return self.signal[times].view(-1, 1, 1, 1), self.sigma[times].view(-1, 1, 1, 1)

    def level(self, time: float) -> Level:
        """The level at a time in [-1, T); between whole ones, log(sigma / signal) is linear."""
        if time == int(time):
            return Level(time, float(self.signal[int(time)]), float(self.sigma[int(time)]))
        ratio = math.exp(np.interp(time, range(self.steps), self._log_ratios()))
        return Level(time, *_unit_variance(ratio))

    def level_of_ratio(self, ratio: float) -> Level:
        """The level whose sigma is `ratio` times its signal; 0 for the picture itself."""
        if ratio == 0:
            return self.level(-1)
        time = float(np.interp(math.log(ratio), self._log_ratios(), range(self.steps)))
        return Level(time, *_unit_variance(ratio))

    def _log_ratios(self) -> list[float]:
        """Logarithm of sigma / signal at each time, rising."""
        logs: list[float] = (self.sigma[:-1] / self.signal[:-1]).log().tolist()
        return logs


class LogNormalNoise:
    """Noise levels x = picture + sigma · noise: times are the sigmas, whose logarithms are normal in training.

    Args:
        mean: Mean of the logarithms.
        spread: Their standard deviation.

    Source: Karras et al. 2022, table 1.
    """

    span = LEAST, MOST
    """Lowest and highest ratio of noise to signal worth visiting."""

    def __init__(self, mean: float = -1.2, spread: float = 1.2) -> None:
        self.mean = mean
        self.spread = spread

    def training_times(self, noise: NoiseSource) -> Tensor:
        """Random sigmas to train at, shape (N,)."""
        return (self.mean + self.spread * noise.normal()).exp()

    def network_times(self, times: Tensor) -> Tensor:
        """Sigmas as networks read them: their logarithm, as c_noise, on the scale of other times, about [0, 1000]."""
        return 1000 / math.log(MOST / LEAST) * (times / LEAST).log()

    def at(self, times: Tensor) -> tuple[Tensor, Tensor]:
        """Signal and sigma at times of shape (N,), each of shape (N, 1, 1, 1)."""
        sigma = times.view(-1, 1, 1, 1)
        return torch.ones_like(sigma), sigma

    def level_of_ratio(self, ratio: float) -> Level:
        """The level of that sigma."""
        return Level(ratio, 1.0, ratio)


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


def _unit_variance(ratio: float) -> tuple[float, float]:
    """Signal and sigma whose quotient sigma / signal is `ratio` and whose squares sum to 1."""
    return 1 / math.hypot(1, ratio), ratio / math.hypot(1, ratio)
