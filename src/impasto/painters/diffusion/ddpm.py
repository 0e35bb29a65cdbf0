"""A painter that removes noise: denoising diffusion with a UNet, guided by categories."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, Turn
from impasto.errors import ConfigError
from impasto.nn.unet import UNet
from impasto.painters.diffusion.denoiser import Denoiser, DenoiserConfig, DenoiserSettings
from impasto.painters.diffusion.noise_schedule import (
    Level,
    LogNormalNoise,
    NoiseSchedule,
    ScheduleName,
    Spacing,
    cosine_noise,
    evenly,
    karras,
    linear_noise,
    shifted,
    sigmoid_noise,
)
from impasto.painters.diffusion.prediction import SPREAD, Prediction, clean_from, loss_weight, shown, target_of
from impasto.painters.diffusion.sampling import Denoise, clipped, ddim, dpmpp, guided, heun, in_precision, invert
from impasto.painters.guidance import check_guidance

__all__ = ["DDPM", "DDPMConfig", "DDPMSettings"]


@config
class DDPMConfig(DenoiserConfig):
    """Size and schedule of a diffusion painter.

    Attributes:
        channels: Channels of each level of the UNet, finest first, in multiples of 16.
        blocks: Residual blocks on each level, each way.
        attention: Rows of the feature maps that get self-attention.
        grid: Most rows of the finest feature map; larger pictures or latents are folded into patches.
        times: Number T of noise levels in training; not read by 'edm'.
        schedule: How the signal falls over time; 'cosine' if not given. None for 'edm', whose levels are log-normal.
        prediction: What the network is trained to tell: the 'noise', the 'velocity', or what Karras et al. (2022) mix
            of picture and noise ('edm').
        min_snr: Largest weight on the error of the implied picture; 0 weighs all times alike.
    """

    channels: tuple[int, ...] = Field(default=(64, 128, 128), min_length=1, max_length=6)
    blocks: int = Field(default=1, ge=1, le=8)
    attention: tuple[int, ...] = (8,)
    grid: int = Field(default=32, ge=8, le=128)
    times: int = Field(default=1000, ge=10, le=4000)
    schedule: ScheduleName | None = None
    prediction: Prediction = "velocity"
    min_snr: float = Field(default=0.0, ge=0, le=1000)


@config
class DDPMSettings(DenoiserSettings):
    """The way from noise to a picture.

    Attributes:
        steps: From level to level of noise.
        sampler: 'dpmpp' (DPM-Solver++(2M)), 'ddim' (Euler's method), 'ancestral' (with fresh noise on the way) or
            'heun', which alone asks the network twice a step.
        spacing: Of the levels: 'even' in time, or as Karras et al. (2022) ('karras'); if not given, 'even', and
            'karras' for a painter of prediction 'edm'. A `shift` moves even ones only.
        eta: Share of fresh noise on the way, of 'ddim' only.
    """

    steps: int = Field(default=20, ge=1, le=4000)
    sampler: Literal["dpmpp", "ddim", "ancestral", "heun"] = "dpmpp"
    spacing: Spacing | None = None
    eta: float = Field(default=0.0, ge=0, le=1)


@listed(
    name="ddpm",
    summary="Denoising diffusion with a UNet: noise, velocity or EDM prediction, classifier-free guidance",
    year=2020,
    source="Ho, Jain & Abbeel, Denoising Diffusion Probabilistic Models",
)
class DDPM(Denoiser):
    """Denoising diffusion (Ho et al. 2020)."""

    Config = DDPMConfig
    Settings = DDPMSettings
    former_defaults: ClassVar[dict[str, Any]] = {"steps": 50, "sampler": "ddim"}
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": (16, 16), "grid": 16, "attention": (8,)},
        "small": {},
        "base": {"channels": (128, 256, 256), "blocks": 2, "attention": (16, 8), "grid": 64, "lr": 3e-4},
        "edm": {"prediction": "edm"},
    }
    config: DDPMConfig

    def __init__(self, config: DDPMConfig, data: Data) -> None:
        super().__init__(config, data)
        patch = max(1, self.space.side // config.grid)
        grid = self.space.side // patch
        _check(config, grid)
        self.net = UNet(
            grid=grid,
            channels=config.channels,
            blocks=config.blocks,
            attention=config.attention,
            labels=self.labels_told,
            patch=patch,
            in_channels=self.space.channels,
        )
        self.schedule = _schedule(config, self.space.side)

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the squared error at one random time a picture (Ho et al. 2020, algorithm 1)."""
        c, pictures = self.config, self._scale * self._clean(batch)
        noise = batch.noise.normal(*pictures.shape[1:])
        times = self.schedule.draw(batch.noise)
        labels = self._labels_shown(batch)
        signal, sigma = self.schedule.at(times)
        noisy = signal * pictures + sigma * noise
        answer = self.net(shown(c.prediction, noisy, sigma), self.schedule.told(times), labels).float()
        error = (answer - target_of(c.prediction, pictures, noise, signal, sigma)).square().mean(dim=(1, 2, 3))
        weight = loss_weight(c.prediction, signal, sigma, c.min_snr)
        share = (signal.square() / (signal.square() + sigma.square())).flatten()
        yield self._turn(error, weight, share, lambda: clean_from(c.prediction, answer, noisy, signal, sigma), pictures)

    def denoiser(self, condition: Condition) -> Denoise:
        """The estimate of the pictures behind noisy ones.

        Args:
            condition: Of the pictures.

        Returns:
            A function of noisy pictures, or of their noisy latents, and their level.
        """
        labels = self._labels_of(condition)

        def denoise(noisy: Tensor, level: Level) -> Tensor:
            times = torch.full((len(noisy),), level.time, device=noisy.device)
            seen = shown(self.config.prediction, noisy, level.sigma)
            answer = self.net(seen, self.schedule.told(times), labels).float()
            return clean_from(self.config.prediction, answer, noisy, level.signal, level.sigma)

        return denoise

    def render(self, condition: Condition, noise: Noise, settings: DDPMSettings) -> Painted:
        """Paint one batch.

        Raises:
            NotCapable: When guidance is asked of a painter trained without categories.
            ConfigError: When there are more steps than times, or settings do not fit one another or the painter.
        """
        s = settings
        check_guidance(self, s.guidance)
        if s.eta > 0 and s.sampler != "ddim":
            raise ConfigError(
                f"eta = {s.eta:g} is a setting of the sampler 'ddim'; 'ancestral' always adds all its noise, and "
                f"'dpmpp' and 'heun' add none. Leave eta at 0 or choose sampler=ddim, not {s.sampler}."
            )
        denoise = self._bounded(
            guided(
                self.denoiser(condition),
                self.denoiser(condition.emptied()),
                s.guidance,
                low=s.guided_from,
                high=s.guided_to,
                share=lambda level: level.share,
            )
        )
        levels = self._levels(s.steps, s.spacing, s.shift)
        start = levels[0].sigma * noise.normal(self.space.channels, self.space.side, self.space.side)
        with in_precision(s.precision, start.device):
            if s.sampler == "dpmpp":
                return Painted(self._leave(dpmpp(denoise, start, levels)))
            if s.sampler == "heun":
                return Painted(self._leave(heun(denoise, start, levels)))
            eta = 1.0 if s.sampler == "ancestral" else s.eta
            return Painted(self._leave(ddim(denoise, start, levels, eta=eta, noise=noise)))

    @torch.inference_mode()
    def reconstruct(self, pictures: Tensor, *, steps: int = 25) -> Tensor:
        """Pictures painted again from the noise that DDIM inversion finds for them, without their category.

        Args:
            pictures: Shape (N, 3, R, R), in [-1, 1].
            steps: Of the way to the noise, and of the way back.

        Returns:
            Pictures of the same shape and range.
        """
        denoise, levels = self.denoiser(Condition(len(pictures))), self._levels(steps)
        start = invert(denoise, self._scale * self.space(pictures), levels)
        return self._leave(ddim(denoise, start, levels)).clamp(-1, 1)

    @property
    def _scale(self) -> float:
        """Of latents, whose spread is 1, where the spread of pictures is expected."""
        return SPREAD if self.encoders and self.config.prediction == "edm" else 1.0

    def _leave(self, painted: Tensor) -> Tensor:
        return self.space.decode(painted / self._scale)

    def _bounded(self, denoise: Denoise) -> Denoise:
        """Estimates in the range of pictures; latents have none."""
        return denoise if self.encoders else clipped(denoise)

    def _levels(self, steps: int, spacing: Spacing | None = None, shift: float = 1.0) -> list[Level]:
        """Levels of a sampler.

        Raises:
            ConfigError: When this painter's schedule has no such levels.
        """
        if isinstance(self.schedule, NoiseSchedule) and spacing != "karras":
            return evenly(self.schedule, steps, shift)
        if spacing == "even":
            raise ConfigError(
                "spacing = 'even', but a painter of prediction 'edm' has no times to space evenly; "
                "leave spacing out or choose spacing=karras."
            )
        if shift != 1:
            raise ConfigError(
                f"shift = {shift:g} moves levels that are even in time, and these are spaced as 'karras'; "
                "leave shift at 1."
            )
        return karras(self.schedule, steps)


def _schedule(config: DDPMConfig, side: int) -> NoiseSchedule | LogNormalNoise:
    """The noise that a painter learns to remove."""
    if config.prediction == "edm":
        return LogNormalNoise()
    levels = {"linear": linear_noise, "cosine": cosine_noise, "sigmoid": sigmoid_noise}[config.schedule or "cosine"]
    return NoiseSchedule(shifted(levels(config.times), min(1.0, 64 / side)))


def _check(config: DDPMConfig, grid: int) -> None:
    """Refuse a painter that cannot be built.

    Raises:
        ConfigError: When channels do not fit groups or attention heads, there are too many levels, or 'edm' is told
            what it brings along.
    """
    if config.prediction == "edm" and config.schedule:
        raise ConfigError(
            f"schedule = {config.schedule!r}, but prediction 'edm' draws its own levels of noise; leave schedule out."
        )
    if config.prediction == "edm" and config.min_snr:
        raise ConfigError(
            f"min_snr = {config.min_snr:g}, but prediction 'edm' has its own weights; leave min_snr at 0."
        )
    for width in config.channels:
        if width % 16 or not 16 <= width <= 2048:
            raise ConfigError(f"channels = {config.channels}: each must be a multiple of 16 from 16 to 2048.")
    if grid >> (len(config.channels) - 1) < 2:
        raise ConfigError(
            f"channels = {config.channels}: {len(config.channels)} levels halve a grid of {grid} rows to less than 2; "
            "name fewer channels."
        )
