"""A painter that follows a straight flow from noise to pictures, with a transformer over patches.

The network tells either the velocity or, as patches of many pixels need, the picture itself; the
loss is that of the velocity in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, PainterConfig, Turn
from impasto.errors import ConfigError
from impasto.nn.transformer import DiT
from impasto.painters.diffusion.denoiser import Denoiser, DenoiserConfig, DenoiserSettings
from impasto.painters.diffusion.flow import (
    MOST_STEPS,
    Velocity,
    dpmpp,
    euler,
    guided_within,
    heun,
    invert_flow,
    times_of,
)
from impasto.painters.diffusion.sampling import in_precision
from impasto.painters.guidance import check_guidance

__all__ = ["FlowMatching", "FlowMatchingConfig", "FlowMatchingSettings"]

NEAREST = 0.05
"""Least distance to the picture, in time, over which a told picture is divided into a velocity."""


@config
class FlowMatchingConfig(DenoiserConfig):
    """Size and times of a flow painter.

    Attributes:
        grid: Most rows of patches in a picture, or in its latents.
        width: Channels of a token.
        depth: Blocks of the transformer.
        heads: Of its attention.
        condition: Length of the vector that stands for time and category, even.
        prediction: What the network tells: the 'velocity', or the 'clean' picture.
        time_mean: Mean of the logit of the times in training; below 0 they are noisier.
        time_spread: Its standard deviation.
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
    """How the flow is followed.

    Attributes:
        steps: Intervals of time.
        sampler: 'euler' and 'dpmpp' (DPM-Solver++(2M)) look once an interval, 'heun' twice.
    """

    steps: int = Field(default=30, ge=1, le=MOST_STEPS)
    sampler: Literal["euler", "heun", "dpmpp"] = "euler"


@listed(
    name="flow_matching",
    summary="Rectified flow with a transformer over patches (DiT), classifier-free guidance",
    year=2023,
    source="Liu et al. 2023, arXiv:2209.03003; Peebles & Xie 2023, arXiv:2212.09748",
)
class FlowMatching(Denoiser):
    """Rectified flow (Liu et al. 2023) whose network may tell the picture (Li & He 2025, arXiv:2511.13720)."""

    Config: ClassVar[type[PainterConfig]] = FlowMatchingConfig
    Settings = FlowMatchingSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"width": 32, "depth": 2, "heads": 2, "condition": 16, "grid": 4},
        "small": {},
        "base": {"width": 512, "depth": 12, "heads": 8, "condition": 512, "grid": 16, "lr": 3e-4},
    }
    config: FlowMatchingConfig

    def __init__(self, config: FlowMatchingConfig, data: Data) -> None:
        """Build the transformer.

        Raises:
            ConfigError: When patches or heads do not come out even, or the space does not fit.
        """
        super().__init__(config, data)
        c, side = self.config, self.space.side
        rows = min(c.grid, side)
        if side % rows:
            what = "rows of latents" if self.encoders else "pixels"
            raise ConfigError(
                f"grid = {c.grid}: {side} {what} cannot be cut into {c.grid} equal patches; "
                f"take a grid that divides {side}."
            )
        if c.width % (4 * c.heads):
            raise ConfigError(f"width = {c.width} must be a multiple of 4 × heads = {4 * c.heads}.")
        self.net = DiT(
            channels=self.space.channels,
            patch=side // rows,
            width=c.width,
            depth=c.depth,
            heads=c.heads,
            labels=self.labels_told,
            condition=c.condition,
        )

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the squared error of the velocity at one random time a picture.

        Source: Liu et al. 2023, equation 1; times: Esser et al. 2024, equation 19.
        """
        c, pictures = self.config, self._clean(batch)
        noise = batch.noise.normal(*pictures.shape[1:])
        times = torch.sigmoid(c.time_mean + c.time_spread * batch.noise.normal())
        labels = self._labels_shown(batch)
        share = times.view(-1, 1, 1, 1)
        mixed = torch.lerp(noise, pictures, share)
        velocity = self._velocity(mixed, times, labels)
        error = (velocity - self._slope(pictures, mixed, noise, share)).square().mean(dim=(1, 2, 3))
        yield self._turn(error, 1.0, times, lambda: mixed + (1 - share) * velocity, pictures)

    def velocity(self, condition: Condition) -> Velocity:
        """Where mixtures of pictures of a condition flow."""
        labels = self._labels_of(condition)

        def flow(mixed: Tensor, times: Tensor) -> Tensor:
            return self._velocity(mixed, times, labels)

        return flow

    def render(self, condition: Condition, noise: Noise, settings: FlowMatchingSettings) -> Painted:
        """Paint one batch.

        Raises:
            NotCapable: When guidance is asked of a painter trained without categories.
        """
        s = settings
        check_guidance(self, s.guidance)
        led, plain = self.velocity(condition), self.velocity(condition.emptied())
        flow = guided_within(led, plain, s.guidance, s.guided_from, s.guided_to)
        start = noise.normal(self.space.channels, self.space.side, self.space.side)
        follow = {"euler": euler, "heun": heun, "dpmpp": dpmpp}[s.sampler]
        with in_precision(s.precision, start.device):
            return Painted(self.space.decode(follow(flow, start, times_of(s.steps, s.shift))))

    @torch.inference_mode()
    def reconstruct(self, pictures: Tensor, *, steps: int = 25) -> Tensor:
        """Pictures painted again from the noise that the flow, followed backwards without category, finds for them.

        Args:
            pictures: Shape (N, 3, R, R), in [-1, 1].
            steps: Of the way to the noise, and of the way back.

        Returns:
            Pictures of the same shape and range.
        """
        flow, times = self.velocity(Condition(len(pictures))), times_of(steps)
        again = heun(flow, invert_flow(flow, self.space(pictures), times), times)
        return self.space.decode(again).clamp(-1, 1)

    def _velocity(self, mixed: Tensor, times: Tensor, labels: Tensor) -> Tensor:
        told = self.net(mixed, times * 1000, labels).float()
        if self.config.prediction == "velocity":
            return told
        return (told - mixed) / (1 - times).clamp(min=NEAREST).view(-1, 1, 1, 1)

    def _slope(self, pictures: Tensor, mixed: Tensor, noise: Tensor, share: Tensor) -> Tensor:
        """What `_velocity` would say if the network knew the picture."""
        if self.config.prediction == "velocity":
            return pictures - noise
        return (pictures - mixed) / (1 - share).clamp(min=NEAREST)
