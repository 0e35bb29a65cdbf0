"""A painter that removes noise: denoising diffusion with a UNet, guided by categories."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Noise, Painter, PainterConfig, PaintSettings, Player, Turn, cosine
from impasto.errors import ConfigError, NotCapable
from impasto.nn.frozen import Frozen, LookedThrough
from impasto.nn.perceptual import lpips_network
from impasto.nn.unet import UNet
from impasto.painters.diffusion.noise_schedule import (
    NoiseSchedule,
    ScheduleName,
    cosine_noise,
    linear_noise,
    shifted,
    sigmoid_noise,
)
from impasto.painters.diffusion.prediction import Prediction, clean_from, loss_weight, target_of
from impasto.painters.diffusion.sampling import Denoise, ancestral, clipped, ddim, guided, invert

__all__ = ["DDPM", "DDPMConfig", "DDPMSettings"]


@config
class DDPMConfig(PainterConfig):
    """Size, schedule and training of a diffusion painter.

    Attributes:
        channels: Channels of each level of the UNet, finest first, in multiples of 16.
        blocks: Residual blocks on each level, each way.
        attention: Rows of the feature maps that get self-attention.
        grid: Most rows of the finest feature map; larger pictures are folded into patches.
        times: Number T of noise levels in training.
        schedule: How the signal falls over time.
        prediction: What the network is trained to tell.
        min_snr: Largest weight on the error of the implied picture; 0 weighs all times alike.
        perceptual: Weight of how different the implied picture looks from the true one (LPIPS on SqueezeNet), times
            the share of signal; 0 leaves it out. Sharpens what minutes of squared errors leave blurred.
        label_dropout: Share of the training pictures shown without their category.
        lr: Largest learning rate.
        weight_decay: Per unit of learning rate.
        clip: Largest gradient norm.
    """

    channels: tuple[int, ...] = Field(default=(64, 128, 128), min_length=1, max_length=6)
    blocks: int = Field(default=1, ge=1, le=8)
    attention: tuple[int, ...] = (8,)
    grid: int = Field(default=32, ge=8, le=128)
    times: int = Field(default=1000, ge=10, le=4000)
    schedule: ScheduleName = "cosine"
    prediction: Prediction = "velocity"
    min_snr: float = Field(default=0.0, ge=0, le=1000)
    perceptual: float = Field(default=0.0, ge=0, le=100)
    label_dropout: float = Field(default=0.1, ge=0.01, le=0.9)
    lr: float = Field(default=1e-3, gt=0, le=1)
    weight_decay: float = Field(default=0.01, ge=0, le=1)
    clip: float = Field(default=1.0, gt=0)


@config
class DDPMSettings(PaintSettings):
    """How a picture is drawn out of noise.

    Attributes:
        steps: How often the network is asked.
        sampler: 'ddim' or 'ancestral'.
        guidance: 1 follows the category, more exaggerates it, 0 ignores it.
        eta: Share of fresh noise on the way, of 'ddim' only.
    """

    steps: int = Field(default=50, ge=1, le=4000)
    sampler: Literal["ddim", "ancestral"] = "ddim"
    guidance: float = Field(default=1.0, ge=0, le=20)
    eta: float = Field(default=0.0, ge=0, le=1)


@listed(
    name="ddpm",
    summary="Denoising diffusion with a UNet: noise or velocity prediction, classifier-free guidance",
    year=2020,
    source="Ho, Jain & Abbeel, Denoising Diffusion Probabilistic Models",
)
class DDPM(Painter):
    """Denoising diffusion (Ho et al. 2020), guided by categories without a classifier (Ho & Salimans 2022)."""

    Config = DDPMConfig
    Settings = DDPMSettings
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": (16, 16), "grid": 16, "attention": (8,)},
        "small": {},
        "base": {"channels": (128, 256, 256), "blocks": 2, "attention": (16, 8), "grid": 64, "lr": 3e-4},
    }
    capabilities = frozenset({"category", "reconstruct", "guidance", "denoise"})
    config: DDPMConfig

    def __init__(self, config: DDPMConfig) -> None:
        super().__init__(config)
        patch = max(1, config.resolution // config.grid)
        grid = config.resolution // patch
        _check(config, grid)
        # The last label stands for "no category"; without categories there is nothing to embed.
        labels = self.classes + 1 if config.categories else 0
        self.net = UNet(
            grid=grid,
            channels=config.channels,
            blocks=config.blocks,
            attention=config.attention,
            labels=labels,
            patch=patch,
        )
        self.looked_through = LookedThrough(files=2) if config.perceptual else None
        levels = {"linear": linear_noise, "cosine": cosine_noise, "sigmoid": sigmoid_noise}[config.schedule]
        self.schedule = NoiseSchedule(shifted(levels(config.times), min(1.0, 64 / config.resolution)))

    def players(self) -> dict[str, Player]:
        """One player: the UNet."""
        c = self.config
        net = Player((self.net,), c.lr, (0.9, 0.99), c.weight_decay, c.clip, schedule=cosine(0.03, 0.01))
        return {"painter": net}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the squared error at one random time a picture (Ho et al. 2020, algorithm 1)."""
        c, pictures = self.config, batch.pictures
        noise = batch.noise.normal(*pictures.shape[1:])
        times = batch.noise.integers(c.times)
        dropped = batch.noise.uniform() < c.label_dropout
        labels = torch.where(dropped, self.classes, batch.labels)
        signal, sigma = self.schedule.at(times)
        noisy = signal * pictures + sigma * noise
        answer = self.net(noisy, times * (1000 / c.times), labels).float()
        error = (answer - target_of(c.prediction, pictures, noise, signal, sigma)).square().mean(dim=(1, 2, 3))
        terms = loss_weight(c.prediction, signal, sigma, c.min_snr) * error
        logs: dict[str, Tensor | float] = {"error": error.detach().mean()}
        if self._look is not None:
            implied = clean_from(c.prediction, answer, noisy, signal, sigma)
            seen = self._look(implied, pictures) * signal.square().flatten()
            terms, logs["perceptual"] = terms + c.perceptual * seen, seen.detach().mean()
        yield Turn("painter", terms.mean(), logs)

    @cached_property
    def _look(self) -> Frozen | None:
        """The perceptual distance, brought in when training first asks for it."""
        return Frozen(lpips_network("squeeze")) if self.config.perceptual else None

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Note what was looked through."""
        if self.looked_through is not None and self._look is not None:
            self.looked_through.note(self._look)

    def describe(self) -> dict[str, Any]:
        """Name and config, and, once it was used, the hash of the network that looked at pictures."""
        seen = self.looked_through.told() if self.looked_through else ""
        return super().describe() | ({"frozen": {"lpips-squeeze": seen}} if seen else {})

    def denoiser(self, labels: Tensor | None) -> Denoise:
        """The estimate of the pictures behind noisy ones.

        Args:
            labels: Category of each picture, int64, shape (N,); None where it is not known.

        Returns:
            A function of noisy pictures (N, 3, R, R) and times (N,) in [0, T).
        """

        def denoise(noisy: Tensor, times: Tensor) -> Tensor:
            known = torch.full_like(times, self.classes) if labels is None else labels
            answer = self.net(noisy, times * (1000 / self.config.times), known).float()
            return clean_from(self.config.prediction, answer, noisy, *self.schedule.at(times))

        return denoise

    def render(self, labels: Tensor, noise: Noise, settings: DDPMSettings) -> Tensor:
        """Paint one batch.

        Raises:
            NotCapable: When guidance is asked of a painter trained without categories.
            ConfigError: When there are more steps than times, or eta is asked of the ancestral sampler.
        """
        if settings.guidance != 1 and not self.config.categories:
            raise NotCapable(
                f"guidance = {settings.guidance:g}, but this {self.name} was trained without categories and has "
                "nothing to be guided by; leave guidance at 1."
            )
        if settings.eta > 0 and settings.sampler == "ancestral":
            raise ConfigError(
                f"eta = {settings.eta:g} is a setting of the sampler 'ddim'; 'ancestral' always adds all its noise. "
                "Leave eta at 0 or choose sampler=ddim."
            )
        denoise = clipped(guided(self.denoiser(labels), self.denoiser(None), settings.guidance))
        start = noise.normal(3, self.config.resolution, self.config.resolution)
        if settings.sampler == "ancestral":
            return ancestral(denoise, self.schedule, start, steps=settings.steps, noise=noise)
        return ddim(denoise, self.schedule, start, steps=settings.steps, noise=noise, eta=settings.eta)

    @torch.inference_mode()
    def reconstruct(self, pictures: Tensor, *, steps: int = 25) -> Tensor:
        """Pictures painted again from the noise that DDIM inversion finds for them, without their category.

        Args:
            pictures: Shape (N, 3, R, R), in [-1, 1].
            steps: Of the way to the noise, and of the way back.

        Returns:
            Pictures of the same shape and range.
        """
        denoise = self.denoiser(None)
        start = invert(denoise, self.schedule, pictures, steps=steps)
        return ddim(denoise, self.schedule, start, steps=steps, noise=_Silence()).clamp(-1, 1)


class _Silence(Noise):
    """No noise, for samplers that read none."""

    def _rows(self, draw: Any, shape: tuple[int, ...]) -> Tensor:
        raise NotImplementedError


def _check(config: DDPMConfig, grid: int) -> None:
    """Refuse a UNet that cannot be built.

    Raises:
        ConfigError: When channels do not fit groups or attention heads, or there are too many levels.
    """
    for width in config.channels:
        if width % 16 or not 16 <= width <= 2048:
            raise ConfigError(f"channels = {config.channels}: each must be a multiple of 16 from 16 to 2048.")
    if grid >> (len(config.channels) - 1) < 2:
        raise ConfigError(
            f"channels = {config.channels}: {len(config.channels)} levels halve a grid of {grid} rows to less than 2; "
            "name fewer channels."
        )
