"""Noise in training and sampling: what is mixed at a time, what the network is to estimate, and how much that counts.

One interface for networks that predict noise, velocity or the picture along a schedule of diffusion, and for those that
predict the velocity of a straight flow; the scheduler's config of a base says which it is.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from impasto.contract import Noise
from impasto.errors import ConfigError, NotCapable
from impasto.sampling.level import Level

__all__ = ["Flow", "Mixture", "Objective", "Schedule", "objective_of"]

LEAST_SIGNAL = 1e-3
"""A picture with less of it in the mixture is not computed from the noise alone."""


@dataclass(frozen=True)
class Mixture:
    """What a batch of N pictures is trained at.

    Attributes:
        time: On the scale of the schedule, shape (N,).
        signal: Factor on the picture, shape (N, 1, 1, 1).
        sigma: Factor on the noise, shape (N, 1, 1, 1).
        weight: How much the loss counts, shape (N,).
    """

    time: Tensor
    signal: Tensor
    sigma: Tensor
    weight: Tensor


class Objective(ABC):
    """What a network estimates."""

    @abstractmethod
    def mixture(self, noise: Noise) -> Mixture:
        """Levels of noise to learn from, drawn at random."""

    @abstractmethod
    def target(self, clean: Tensor, noise: Tensor, mixture: Mixture) -> Tensor:
        """What the network shall give, of pictures and noise of one shape."""

    @abstractmethod
    def clean(self, noisy: Tensor, prediction: Tensor, level: Level) -> Tensor:
        """The picture that a prediction means at a level."""

    @abstractmethod
    def levels(self, steps: int, places: int) -> list[Level]:
        """Levels to sample at; see `contract.Denoises`.

        Args:
            steps: Number of steps.
            places: Number of tokens of a picture, which some schedules are shifted by.
        """


class Schedule(Objective):
    """A schedule of diffusion, along which noise, velocity or the picture is predicted.

    Source: Ho et al. 2020; the velocity: Salimans & Ho 2022, appendix D; the weights: Hang et al. 2023, section 3.4.
    """

    def __init__(self, scheduler: Any, snr_gamma: float) -> None:
        """Read a scheduler's config.

        Args:
            scheduler: One of diffusers with `alphas_cumprod`.
            snr_gamma: Ratio of signal to noise from which on a time counts less; 0 lets all count alike.
        """
        self.kind = str(scheduler.config.prediction_type)
        self.alphas = scheduler.alphas_cumprod.double().cpu()
        self.gamma = snr_gamma

    def mixture(self, noise: Noise) -> Mixture:
        """Times are uniform."""
        steps = noise.integers(len(self.alphas))
        share = self.alphas.to(steps.device)[steps].float()
        ratio = share / (1 - share)
        weight = torch.ones_like(ratio)
        if self.gamma:
            most = ratio.clamp(max=self.gamma)
            weight = {"epsilon": most / ratio, "v_prediction": most / (ratio + 1)}.get(self.kind, most)
        view = (-1, 1, 1, 1)
        return Mixture(steps, share.sqrt().view(view), (1 - share).sqrt().view(view), weight)

    def target(self, clean: Tensor, noise: Tensor, mixture: Mixture) -> Tensor:
        """Noise, velocity or picture."""
        if self.kind == "epsilon":
            return noise
        return mixture.signal * noise - mixture.sigma * clean if self.kind == "v_prediction" else clean

    def clean(self, noisy: Tensor, prediction: Tensor, level: Level) -> Tensor:
        """The picture."""
        if self.kind == "epsilon":
            return (noisy - level.sigma * prediction) / max(level.signal, LEAST_SIGNAL)
        return level.signal * noisy - level.sigma * prediction if self.kind == "v_prediction" else prediction

    def levels(self, steps: int, places: int) -> list[Level]:
        """Evenly spaced times, from the last one on."""
        count = len(self.alphas)
        if steps > count:
            raise ConfigError(
                f"steps = {steps:,}: the base was trained with {count:,} levels of noise, and has no more."
            )
        times = torch.linspace(count - 1, 0, steps + 1).round().long().tolist()[:-1]
        shares = self.alphas[times].tolist()
        rows = zip(times, shares, strict=True)
        return [*(Level(float(time), share**0.5, (1 - share) ** 0.5) for time, share in rows), Level(0.0, 1.0, 0.0)]


class Flow(Objective):
    """A straight flow from pictures to noise, whose velocity is predicted.

    Source: Liu et al. 2022, equation 1; times: Esser et al. 2024, section 3.1; the shift: equation 23 there.
    """

    def __init__(self, scheduler: Any, *, mean: float, std: float) -> None:
        """Read a scheduler's config.

        Args:
            scheduler: One of diffusers for flow matching.
            mean: Of the normal distribution whose logistic gives the times in training.
            std: Its standard deviation.
        """
        self.config = scheduler.config
        self.mean = mean
        self.std = std

    def mixture(self, noise: Noise) -> Mixture:
        """Times are logit-normal, and shifted where the base has a constant shift."""
        share = torch.sigmoid(self.mean + self.std * noise.normal())
        sigma = _shifted(share, 1.0 if self.config.use_dynamic_shifting else float(self.config.shift))
        spread = sigma.view(-1, 1, 1, 1)
        return Mixture(1000 * sigma, 1 - spread, spread, torch.ones_like(sigma))

    def target(self, clean: Tensor, noise: Tensor, mixture: Mixture) -> Tensor:
        """The velocity towards the noise."""
        return noise - clean

    def clean(self, noisy: Tensor, prediction: Tensor, level: Level) -> Tensor:
        """The picture."""
        return noisy - level.sigma * prediction

    def levels(self, steps: int, places: int) -> list[Level]:
        """Evenly spaced times, shifted as the base's own schedule is."""
        shift = math.exp(self._shift_of(places)) if self.config.use_dynamic_shifting else float(self.config.shift)
        sigmas = _shifted(torch.linspace(1, 0, steps + 1, dtype=torch.float64), shift).tolist()
        return [Level(1000 * sigma, 1 - sigma, sigma) for sigma in sigmas]

    def _shift_of(self, places: int) -> float:
        """Logarithm of the shift for a number of tokens: on the line through two of them."""
        config = self.config
        slope = (config.max_shift - config.base_shift) / (config.max_image_seq_len - config.base_image_seq_len)
        return float(config.base_shift + slope * (places - config.base_image_seq_len))


def objective_of(scheduler: Any, *, snr_gamma: float = 5.0, mean: float = 0.0, std: float = 1.0) -> Objective:
    """What the network of a base estimates, by its scheduler; arguments as of `Schedule` and `Flow`.

    Raises:
        NotCapable: When it is neither.
    """
    if hasattr(scheduler, "alphas_cumprod"):
        return Schedule(scheduler, snr_gamma)
    if "use_dynamic_shifting" in scheduler.config and hasattr(scheduler, "sigmas"):
        return Flow(scheduler, mean=mean, std=std)
    raise NotCapable(
        f"The scheduler of the base, {type(scheduler).__name__}, is one that edits and training do not know."
    )


def _shifted(share: Tensor, shift: float) -> Tensor:
    """Shares of noise with more of them near 1."""
    return shift * share / (1 + (shift - 1) * share)
