"""What painters that follow a straight flow from noise to pictures share, whatever their networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.config import Field, config
from impasto.contract import Batch, Condition, PainterConfig, Turn
from impasto.nn.text import TextEncoder, Words
from impasto.painters.diffusion.denoiser import Denoiser, DenoiserConfig, DenoiserSettings
from impasto.sampling.level import Denoise, Level
from impasto.sampling.samplers import SamplerName
from impasto.sampling.spacing import MOST_STEPS, straight_levels

__all__ = ["StraightFlow", "StraightFlowConfig", "StraightFlowSettings"]

STEM = "net.stem.weight"
"""Name of the weights by which a UNet reads mixtures, and after their channels what stands beside them."""
NEAREST = 0.05
"""Smallest time to the picture by which a predicted picture is divided to give a velocity."""


@config
class StraightFlowConfig(DenoiserConfig):
    """What the network predicts, and at which times it is trained.

    Attributes:
        prediction: What the network predicts: the 'velocity' from noise to picture, or the 'clean' picture.
        time_mean: Mean of the logit of the training times, which are logit-normal (Esser et al. 2024); below 0 the
            network sees more noise.
        time_spread: Standard deviation of the logit of the training times.
    """

    prediction: Literal["velocity", "clean"] = "clean"
    time_mean: float = Field(default=-0.4, ge=-5, le=5)
    time_spread: float = Field(default=1.0, gt=0, le=5)


@config
class StraightFlowSettings(DenoiserSettings):
    """The way from noise to a picture; other defaults than those of `DenoiserSettings`."""

    steps: int = Field(default=30, ge=1, le=MOST_STEPS)
    sampler: SamplerName = "euler"


class StraightFlow(Denoiser):
    """Rectified flow (Liu et al. 2023). Subclasses provide `net`, which maps a mixture, its time, a label and words.

    Times run from 0, pure noise, to 1, the picture; the network is given them times 1000. The loss is that of the
    velocity, whatever the network predicts.
    """

    Config: ClassVar[type[PainterConfig]] = StraightFlowConfig
    Settings = StraightFlowSettings
    config: StraightFlowConfig

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the squared error of the velocity at one random time for each picture.

        Source: Liu et al. 2023, equation 1; times: Esser et al. 2024, equation 19.
        """
        c = self.config
        clean = self.clean(batch)
        noise = batch.noise.normal(*clean.shape[1:])
        times = torch.sigmoid(c.time_mean + c.time_spread * batch.noise.normal())
        condition = self.training_condition(batch)
        inputs = self.network_inputs(condition, self.words)
        share = times.view(-1, 1, 1, 1)
        noisy = torch.lerp(noise, clean, share)
        velocity = self._velocity(self.net, noisy, times, *inputs, beside=self.beside(condition, noisy))
        target = clean - noise if c.prediction == "velocity" else _velocity_to(clean, noisy, times)
        error = self.squared(velocity - target)
        loss = error
        logs: dict[str, Tensor | float] = {"error": error.detach().mean()}
        if self.perceptual_distance is not None:
            implied = noisy + (1 - share) * velocity
            loss, logs["perceptual"] = self.with_perceptual(loss, implied, clean, times)
        yield Turn("painter", loss.mean(), logs)

    def denoiser(self, condition: Condition) -> Denoise:
        """The estimate of the pictures behind noisy ones: x + sigma · velocity; see `contract.Denoises`."""
        return self.denoiser_of(self.net, condition, self.words)

    def denoiser_of(self, net: nn.Module, condition: Condition, words: TextEncoder | None) -> Denoise:
        """The same estimate by another network than `net`, and by another encoder of words than `words`."""
        inputs = self.network_inputs(condition, words)
        shown: list[Tensor | None] = []

        def denoise(noisy: Tensor, level: Level) -> Tensor:
            times = torch.full((noisy.shape[0],), level.time, device=noisy.device)
            if not shown:
                # Encoded once, and not in every step.
                shown.append(self.beside(condition, noisy))
            velocity = self._velocity(net, noisy, times, *inputs, beside=shown[0])
            # In double precision, in which samplers recover just this velocity from the estimate.
            return noisy.double() + level.sigma * velocity.double()

        return denoise

    def levels(self, steps: int, shift: float = 1.0) -> list[Level]:
        """Levels of the straight flow for a sampler; see `contract.Denoises`."""
        return straight_levels(steps, shift)

    def inherited(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """Weights of a network that reads less beside mixtures: what this one reads more counts for nothing at first.

        Source: Brooks et al. 2023, section 3.2.
        """
        stem = weights.get(STEM)
        expected = self.state_dict().get(STEM)
        if stem is None or expected is None:
            return weights
        further = expected.shape[1] - stem.shape[1]
        return {**weights, STEM: F.pad(stem, (0, 0, 0, 0, 0, further))} if further > 0 else weights

    def beside(self, condition: Condition, noisy: Tensor) -> Tensor | None:
        """What the network reads beside mixtures, as further channels (N, C', H, W); None for nothing.

        Args:
            condition: Condition of the pictures.
            noisy: The mixtures, shape (N, C, H, W).
        """
        return None

    def _velocity(
        self,
        net: nn.Module,
        noisy: Tensor,
        times: Tensor,
        labels: Tensor,
        words: Words | None,
        *,
        beside: Tensor | None = None,
    ) -> Tensor:
        """Velocity of mixtures (N, C, H, W) at times (N,), of that shape, by a network."""
        inputs = noisy if beside is None else torch.cat([noisy, beside.to(noisy.dtype)], dim=1)
        answer: Tensor = net(inputs, times * 1000, labels, words).float()
        return answer if self.config.prediction == "velocity" else _velocity_to(answer, noisy, times)


def _velocity_to(clean: Tensor, noisy: Tensor, times: Tensor) -> Tensor:
    """The velocity with which mixtures (N, C, H, W) at times (N,) reach given pictures at time 1."""
    return (clean - noisy) / (1 - times).clamp(min=NEAREST).view(-1, 1, 1, 1)
