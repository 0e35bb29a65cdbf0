"""A painter that follows a straight flow from noise to pictures, with a transformer over patches.

The network tells either the velocity or, as patches of many pixels need, the picture itself; the
loss is that of the velocity in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Noise, Painter, PainterConfig, PaintSettings, Player, Turn, cosine
from impasto.errors import ConfigError
from impasto.nn.frozen import Frozen, LookedThrough
from impasto.nn.perceptual import lpips_network
from impasto.nn.transformer import DiT
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
from impasto.painters.likelihood.latent_space import Latents, SpaceConfig, space_of

__all__ = ["FlowMatching", "FlowMatchingConfig", "FlowMatchingSettings"]

NEAREST = 0.05
"""Least distance to the picture, in time, over which a told picture is divided into a velocity."""


@config
class FlowMatchingConfig(SpaceConfig):
    """Size and training of a flow painter.

    Attributes:
        grid: Most rows of patches in a picture, or in its latents.
        width: Channels of a token.
        depth: Blocks of the transformer.
        heads: Of its attention.
        condition: Length of the vector that stands for time and category, even.
        prediction: What the network tells: the 'velocity', or the 'clean' picture.
        time_mean: Mean of the logit of the times in training; below 0 they are noisier.
        time_spread: Its standard deviation.
        label_dropout: Share of the training pictures shown without their category.
        lr: Largest learning rate.
        weight_decay: Per unit of learning rate.
        clip: Largest gradient norm.
    """

    grid: int = Field(default=8, ge=2, le=128)
    width: int = Field(default=256, ge=16, le=4096)
    depth: int = Field(default=8, ge=1, le=64)
    heads: int = Field(default=4, ge=1, le=64)
    condition: int = Field(default=128, ge=8, le=4096, multiple_of=2)
    prediction: Literal["velocity", "clean"] = "clean"
    time_mean: float = Field(default=-0.4, ge=-5, le=5)
    time_spread: float = Field(default=1.0, gt=0, le=5)
    label_dropout: float = Field(default=0.1, ge=0.01, le=0.9)
    lr: float = Field(default=1e-3, gt=0, le=1)
    weight_decay: float = Field(default=0.01, ge=0, le=1)
    clip: float = Field(default=1.0, gt=0)


@config
class FlowMatchingSettings(PaintSettings):
    """How the flow is followed.

    Attributes:
        steps: Intervals of time.
        sampler: 'euler' and 'dpmpp' (DPM-Solver++(2M)) look once an interval, 'heun' twice.
        guidance: 1 follows the category, more exaggerates it, 0 ignores it.
        guided_from: Time, from 0 (noise) to 1 (picture), from which on guidance counts.
        guided_to: Time up to which it counts.
        shift: More than 1 lingers near the noise.
        precision: Of the network's products; 'bf16' takes less time and paints nearly the same.
    """

    steps: int = Field(default=30, ge=1, le=MOST_STEPS)
    sampler: Literal["euler", "heun", "dpmpp"] = "euler"
    guidance: float = Field(default=1.0, ge=0, le=20)
    guided_from: float = Field(default=0.0, ge=0, le=1)
    guided_to: float = Field(default=1.0, ge=0, le=1)
    shift: float = Field(default=1.0, gt=0, le=100)
    precision: Literal["fp32", "bf16"] = "fp32"


@listed(
    name="flow_matching",
    summary="Rectified flow with a transformer over patches (DiT), classifier-free guidance",
    year=2023,
    source="Liu et al. 2023, arXiv:2209.03003; Peebles & Xie 2023, arXiv:2212.09748",
)
class FlowMatching(Painter):
    """Rectified flow (Liu et al. 2023) whose network may tell the picture (Li & He 2025, arXiv:2511.13720)."""

    Config: ClassVar[type[PainterConfig]] = FlowMatchingConfig
    Settings = FlowMatchingSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"width": 32, "depth": 2, "heads": 2, "condition": 16, "grid": 4},
        "small": {},
        "base": {"width": 512, "depth": 12, "heads": 8, "condition": 512, "grid": 16, "lr": 3e-4},
    }
    capabilities = frozenset({"category", "reconstruct", "guidance"})
    config: FlowMatchingConfig

    def __init__(self, config: FlowMatchingConfig) -> None:
        """Build the transformer.

        Raises:
            ConfigError: When patches or heads do not come out even, or the space does not fit.
            CheckpointError: When there is no autoencoder where the config says.
        """
        space, config = space_of(config)
        super().__init__(config)
        self.space = space
        c, side = self.config, space.side
        rows = min(c.grid, side)
        if side % rows:
            what = "rows of latents" if self.front else "pixels"
            raise ConfigError(
                f"grid = {c.grid}: {side} {what} cannot be cut into {c.grid} equal patches; "
                f"take a grid that divides {side}."
            )
        if c.width % (4 * c.heads):
            raise ConfigError(f"width = {c.width} must be a multiple of 4 × heads = {4 * c.heads}.")
        self.net = DiT(
            channels=space.channels,
            patch=side // rows,
            width=c.width,
            depth=c.depth,
            heads=c.heads,
            labels=self.classes + 1 if c.categories else 0,
            condition=c.condition,
        )
        self.looked_through = LookedThrough(files=2) if c.perceptual else None

    @property
    def front(self) -> Latents | None:
        """The autoencoder's way into its latents; None where pixels are painted."""
        return self.space if isinstance(self.space, Latents) else None

    def players(self) -> dict[str, Player]:
        """One player: the transformer."""
        c = self.config
        net = Player((self.net,), c.lr, (0.9, 0.99), c.weight_decay, c.clip, schedule=cosine(0.03, 0.01))
        return {"painter": net}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the squared error of the velocity at one random time a picture.

        Source: Liu et al. 2023, equation 1; times: Esser et al. 2024, equation 19.
        """
        c, pictures = self.config, self.space(batch.pictures)
        noise = batch.noise.normal(*pictures.shape[1:])
        times = torch.sigmoid(c.time_mean + c.time_spread * batch.noise.normal())
        labels = torch.where(batch.noise.uniform() < c.label_dropout, self.classes, batch.labels)
        share = times.view(-1, 1, 1, 1)
        mixed = torch.lerp(noise, pictures, share)
        velocity = self._velocity(mixed, times, labels)
        terms = (velocity - self._slope(pictures, mixed, noise, share)).square().mean(dim=(1, 2, 3))
        logs: dict[str, Tensor | float] = {"error": terms.detach().mean()}
        if self._look is not None:
            seen = self._look(mixed + (1 - share) * velocity, pictures) * times
            terms, logs["perceptual"] = terms + c.perceptual * seen, seen.detach().mean()
        yield Turn("painter", terms.mean(), logs)

    def velocity(self, labels: Tensor | None) -> Velocity:
        """Where mixtures flow.

        Args:
            labels: Category of each picture, int64, shape (N,); None where it is not known.
        """

        def flow(mixed: Tensor, times: Tensor) -> Tensor:
            known = torch.full((len(mixed),), self.classes, device=mixed.device) if labels is None else labels
            return self._velocity(mixed, times, known)

        return flow

    def render(self, labels: Tensor, noise: Noise, settings: FlowMatchingSettings) -> Tensor:
        """Paint one batch.

        Raises:
            NotCapable: When guidance is asked of a painter trained without categories.
        """
        s = settings
        check_guidance(self, s.guidance)
        flow = guided_within(self.velocity(labels), self.velocity(None), s.guidance, s.guided_from, s.guided_to)
        start = noise.normal(self.space.channels, self.space.side, self.space.side)
        follow = {"euler": euler, "heun": heun, "dpmpp": dpmpp}[s.sampler]
        with in_precision(s.precision, start.device):
            return self.space.decode(follow(flow, start, times_of(s.steps, s.shift)))

    @torch.inference_mode()
    def reconstruct(self, pictures: Tensor, *, steps: int = 25) -> Tensor:
        """Pictures painted again from the noise that the flow, followed backwards without category, finds for them.

        Args:
            pictures: Shape (N, 3, R, R), in [-1, 1].
            steps: Of the way to the noise, and of the way back.

        Returns:
            Pictures of the same shape and range.
        """
        flow, times = self.velocity(None), times_of(steps)
        again = heun(flow, invert_flow(flow, self.space(pictures), times), times)
        return self.space.decode(again).clamp(-1, 1)

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Note what was looked through."""
        if self.looked_through is not None and self._look is not None:
            self.looked_through.note(self._look)

    def describe(self) -> dict[str, Any]:
        """Name and config, and, once it was used, the hash of the network that looked at pictures."""
        seen = self.looked_through.told() if self.looked_through else ""
        return super().describe() | ({"frozen": {"lpips-squeeze": seen}} if seen else {})

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

    @cached_property
    def _look(self) -> Frozen | None:
        """The perceptual distance, brought in when training first asks for it."""
        return Frozen(lpips_network("squeeze")) if self.config.perceptual else None
