"""How a picture drowns in noise: its share of signal and of noise at every time."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn

from impasto.errors import ConfigError

__all__ = ["NoiseSchedule", "ScheduleName", "cosine_noise", "linear_noise", "shifted", "sigmoid_noise"]

ScheduleName = Literal["linear", "cosine", "sigmoid"]


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

    def spaced(self, count: int) -> list[int]:
        """Times of a sampler, from T - 1 downwards, evenly spaced and ending above the picture itself.

        Raises:
            ConfigError: When count is not in [1, T].

        Source: Lin et al. 2024, section 3.3 ("trailing").
        """
        if not 1 <= count <= self.steps:
            raise ConfigError(f"steps = {count}: this painter's schedule allows 1 to {self.steps} sampling steps.")
        return [round(self.steps * (count - i) / count) - 1 for i in range(count)]


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
