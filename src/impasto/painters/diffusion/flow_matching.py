"""A painter that follows a straight flow from noise to pictures, with a transformer over patches.

The network predicts either the velocity or, which works better for patches of many pixels, the picture itself; the
loss is that of the velocity in both cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, PainterConfig, Turn
from impasto.errors import ConfigError
from impasto.nn.transformer import DiT
from impasto.painters.diffusion.denoiser import Denoiser, DenoiserConfig, DenoiserSettings
from impasto.painters.patches import patch_side
from impasto.sampling.level import Denoise, Level
from impasto.sampling.samplers import SamplerName
from impasto.sampling.spacing import MOST_STEPS, straight_levels

__all__ = ["FlowMatching", "FlowMatchingConfig", "FlowMatchingSettings"]

NEAREST = 0.05
"""Smallest time to the picture by which a predicted picture is divided to give a velocity."""


@config
class FlowMatchingConfig(DenoiserConfig):
    """Size and training of a flow painter.

    Attributes:
        grid: Number of patches along the longer side of a picture, or of its latents; the nearest number that divides
            the side is taken. More patches show finer detail and take longer.
        width: Channels of a token of the transformer.
        depth: Number of blocks of the transformer.
        heads: Attention heads of each block; they must divide `width`.
        condition: Length of the vector that encodes time and category, even.
        prediction: What the network predicts: the 'velocity' from noise to picture, or the 'clean' picture.
        time_mean: Mean of the logit of the training times, which are logit-normal (Esser et al. 2024); below 0 the
            network sees more noise.
        time_spread: Standard deviation of the logit of the training times.
    """

    grid: int = Field(default=8, ge=2, le=128)
    width: int = Field(default=256, ge=16, le=4096)
    depth: int = Field(default=8, ge=1, le=64)
    heads: int = Field(default=4, ge=1, le=64)
    condition: int = Field(default=128, ge=8, le=4096, multiple_of=2)
    prediction: Literal["velocity", "clean"] = "clean"
    time_mean: float = Field(default=-0.4, ge=-5, le=5)
    time_spread: float = Field(default=1.0, gt=0, le=5)


@config
class FlowMatchingSettings(DenoiserSettings):
    """The way from noise to a picture; other defaults than those of `DenoiserSettings`."""

    steps: int = Field(default=30, ge=1, le=MOST_STEPS)
    sampler: SamplerName = "euler"


@listed(
    name="flow_matching",
    summary="Rectified flow with a transformer over patches (DiT), classifier-free guidance",
    year=2023,
    source="Liu et al. 2023, arXiv:2209.03003; Peebles & Xie 2023, arXiv:2212.09748",
)
class FlowMatching(Denoiser):
    """Rectified flow (Liu et al. 2023) whose network may predict the picture (Li & He 2025, arXiv:2511.13720).

    Pictures have a height and width of 32 to 512 px, in steps of 16.
    """

    Config: ClassVar[type[PainterConfig]] = FlowMatchingConfig
    Settings = FlowMatchingSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"width": 32, "depth": 2, "heads": 2, "condition": 16, "grid": 4},
        "small": {},
        "base": {"width": 512, "depth": 12, "heads": 8, "condition": 512, "grid": 16, "lr": 3e-4},
    }
    config: FlowMatchingConfig
    net: DiT

    def __init__(self, config: FlowMatchingConfig, data: Data) -> None:
        """Build the transformer.

        Raises:
            ConfigError: When `width` is not a multiple of 4 times `heads`, or the size of the pictures does not fit.
        """
        super().__init__(config, data)
        if config.width % (4 * config.heads):
            raise ConfigError(f"width = {config.width} must be a multiple of 4 × heads = {4 * config.heads}.")
        self.net = DiT(
            channels=self.space.channels,
            patch=patch_side(self.space.height, self.space.width, config.grid),
            width=config.width,
            depth=config.depth,
            heads=config.heads,
            labels=self.no_category + 1 if data.categories else 0,
            condition=config.condition,
        )

    def config_for(self, data: Data) -> FlowMatchingConfig:
        """The config for pictures of another size: patches stay as they are, and there are more or fewer of them."""
        grid = max(self.space.height, self.space.width) // self.net.patch * max(data.size) // max(self.data.size)
        return replace(self.config, grid=grid)

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the squared error of the velocity at one random time for each picture.

        Source: Liu et al. 2023, equation 1; times: Esser et al. 2024, equation 19.
        """
        c = self.config
        clean = self.clean(batch)
        noise = batch.noise.normal(*clean.shape[1:])
        times = torch.sigmoid(c.time_mean + c.time_spread * batch.noise.normal())
        labels = self.training_labels(batch)
        share = times.view(-1, 1, 1, 1)
        noisy = torch.lerp(noise, clean, share)
        velocity = self._velocity(noisy, times, labels)
        target = clean - noise if c.prediction == "velocity" else _velocity_to(clean, noisy, times)
        error = (velocity - target).square().mean(dim=(1, 2, 3))
        loss = error
        logs: dict[str, Tensor | float] = {"error": error.detach().mean()}
        if self.perceptual_distance is not None:
            implied = noisy + (1 - share) * velocity
            loss, logs["perceptual"] = self.with_perceptual(loss, implied, clean, times)
        yield Turn("painter", loss.mean(), logs)

    def denoiser(self, condition: Condition) -> Denoise:
        """The estimate of the pictures behind noisy ones: x + sigma · velocity; see `contract.Denoises`."""
        labels = self.labels_of(condition)

        def denoise(noisy: Tensor, level: Level) -> Tensor:
            times = torch.full((len(noisy),), level.time, device=noisy.device)
            velocity = self._velocity(noisy, times, labels)
            # In double precision, in which samplers recover just this velocity from the estimate.
            return noisy.double() + level.sigma * velocity.double()

        return denoise

    def levels(self, steps: int, shift: float = 1.0) -> list[Level]:
        """Levels of the straight flow for a sampler; see `contract.Denoises`."""
        return straight_levels(steps, shift)

    def _velocity(self, noisy: Tensor, times: Tensor, labels: Tensor) -> Tensor:
        """Velocity of mixtures (N, C, H, W) at times (N,), of that shape."""
        answer: Tensor = self.net(noisy, times * 1000, labels).float()
        return answer if self.config.prediction == "velocity" else _velocity_to(answer, noisy, times)


def _velocity_to(clean: Tensor, noisy: Tensor, times: Tensor) -> Tensor:
    """The velocity with which mixtures (N, C, H, W) at times (N,) reach given pictures at time 1."""
    return (clean - noisy) / (1 - times).clamp(min=NEAREST).view(-1, 1, 1, 1)
