"""A painter that removes noise: denoising diffusion with a UNet, guided by categories."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, ClassVar

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Turn
from impasto.errors import ConfigError
from impasto.nn.text import Words
from impasto.nn.unet import UNet
from impasto.painters.diffusion.denoiser import Denoiser, DenoiserConfig, DenoiserSettings
from impasto.painters.diffusion.prediction import (
    SIGMA_DATA,
    Prediction,
    clean_from,
    loss_weight,
    network_input,
    target_of,
)
from impasto.painters.diffusion.unet_size import UNetConfig, resized, unet_for
from impasto.sampling.level import Denoise, Level
from impasto.sampling.samplers import SamplerName
from impasto.sampling.schedule import (
    LogNormalNoise,
    NoiseSchedule,
    ScheduleName,
    cosine_noise,
    linear_noise,
    shifted,
    sigmoid_noise,
)
from impasto.sampling.spacing import Spacing, even_levels, karras_levels

__all__ = ["DDPM", "DDPMConfig", "DDPMSettings"]


@config
class DDPMConfig(DenoiserConfig, UNetConfig):
    """Noise schedule of a diffusion painter; the size of its UNet as of `UNetConfig`.

    Attributes:
        times: Number T of noise levels in training; prediction 'edm' does not use it.
        schedule: How the share of signal falls over time; null is 'cosine'. Prediction 'edm' needs null, because it
            draws log-normal noise levels.
        prediction: What the network predicts: the 'noise', the 'velocity' (Salimans & Ho 2022), or the mixture of
            picture and noise of Karras et al. 2022 ('edm').
        min_snr: Cap on the loss weight at low noise, γ of min-SNR weighting (Hang et al. 2023); 0 weighs all times
            alike.
    """

    times: int = Field(default=1000, ge=10, le=4000)
    schedule: ScheduleName | None = None
    prediction: Prediction = "velocity"
    min_snr: float = Field(default=0.0, ge=0, le=1000)


@config
class DDPMSettings(DenoiserSettings):
    """The way from noise to a picture; other defaults than those of `DenoiserSettings`.

    Attributes:
        spacing: How noise levels are spaced: 'even' in time, or by the rule of Karras et al. 2022 ('karras'); null is
            'karras' for a painter of prediction 'edm' and 'even' for others. `shift` only moves even ones.
    """

    steps: int = Field(default=20, ge=1, le=4000)
    sampler: SamplerName = "dpmpp"
    spacing: Spacing | None = None


@listed(
    name="ddpm",
    summary="Denoising diffusion with a UNet: noise, velocity or EDM prediction, classifier-free guidance",
    year=2020,
    source="Ho, Jain & Abbeel, Denoising Diffusion Probabilistic Models",
)
class DDPM(Denoiser):
    """Denoising diffusion (Ho et al. 2020).

    Pictures have a height and width of 32 to 512 px, in steps of 16.
    """

    Config = DDPMConfig
    Settings = DDPMSettings
    former_defaults: ClassVar[dict[str, Any]] = {"steps": 50, "sampler": "ddim"}
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": (16, 16), "grid": 16, "attention": (8,)},
        "small": {},
        "base": {"channels": (128, 256, 256), "blocks": 2, "attention": (16, 8), "grid": 64, "lr": 3e-4},
        "edm": {"prediction": "edm"},
    }
    clips_estimates = True
    config: DDPMConfig
    net: UNet

    def __init__(self, config: DDPMConfig, data: Data) -> None:
        """Build the UNet.

        Raises:
            ConfigError: When it cannot be built for such pictures.
        """
        super().__init__(config, data)
        _check(config)
        self.net = unet_for(config, self.space, self.no_category + 1 if data.categories else 0, self.word_width)
        self.schedule = _schedule(config, math.sqrt(self.space.height * self.space.width))

    def config_for(self, data: Data) -> DDPMConfig:
        """The config for pictures of another size: patches stay as they are, and the same levels have attention."""
        return resized(self.config, self.net, data.size, self.data.size)

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the squared error at one random time for each picture (Ho et al. 2020, algorithm 1)."""
        prediction = self.config.prediction
        clean = self.clean(batch)
        noise = batch.noise.normal(*clean.shape[1:])
        times = self.schedule.training_times(batch.noise)
        inputs = self.network_inputs(self.training_condition(batch), self.words)
        signal, sigma = self.schedule.at(times)
        noisy = signal * clean + sigma * noise
        answer = self._answer(noisy, sigma, times, *inputs)
        error = self.squared(answer - target_of(prediction, clean, noise, signal, sigma))
        loss = loss_weight(prediction, signal, sigma, self.config.min_snr) * error
        logs: dict[str, Tensor | float] = {"error": error.detach().mean()}
        if self.perceptual_distance is not None:
            implied = clean_from(prediction, answer, noisy, signal, sigma)
            share = (signal.square() / (signal.square() + sigma.square())).flatten()
            loss, logs["perceptual"] = self.with_perceptual(loss, implied, clean, share)
        yield Turn("painter", loss.mean(), logs)

    def denoiser(self, condition: Condition) -> Denoise:
        """The estimate of the pictures behind noisy ones; see `contract.Denoises`."""
        inputs = self.network_inputs(condition, self.words)

        def denoise(noisy: Tensor, level: Level) -> Tensor:
            times = torch.full((noisy.shape[0],), level.time, device=noisy.device)
            answer = self._answer(noisy, level.sigma, times, *inputs)
            return clean_from(self.config.prediction, answer, noisy, level.signal, level.sigma)

        return denoise

    def levels(self, steps: int, shift: float = 1.0, spacing: Spacing | None = None) -> list[Level]:
        """Levels of noise for a sampler; see `contract.Denoises`.

        Args:
            steps: Number of steps from level to level.
            shift: More than 1 lingers near the noise; of even spacing only.
            spacing: As of `DDPMSettings`.

        Raises:
            ConfigError: When this painter's schedule has no such levels.
        """
        if isinstance(self.schedule, NoiseSchedule) and spacing != "karras":
            return even_levels(self.schedule, steps, shift)
        if spacing == "even":
            raise ConfigError(
                "spacing = 'even' needs discrete times, which a painter with prediction 'edm' does not have; "
                "leave spacing out or choose spacing=karras."
            )
        if shift != 1:
            raise ConfigError(
                f"shift = {shift:g} works only with spacing 'even', and this painter uses 'karras'; leave shift at 1."
            )
        return karras_levels(self.schedule, steps)

    def levels_for(self, settings: DDPMSettings) -> list[Level]:
        """Levels of noise for painting; see `Denoiser.levels_for`."""
        return self.levels(settings.steps, settings.shift, settings.spacing)

    @property
    def scale(self) -> float:
        """Factor on latents; 'edm' expects of them the standard deviation of pictures."""
        return SIGMA_DATA if "pictures" in self.encoders and self.config.prediction == "edm" else 1.0

    def _answer(
        self, noisy: Tensor, sigma: Tensor | float, times: Tensor, labels: Tensor, words: Words | None
    ) -> Tensor:
        """The network's output for mixtures, which is what `prediction` says, shape (N, C, H, W)."""
        scaled = network_input(self.config.prediction, noisy, sigma)
        answer: Tensor = self.net(scaled, self.schedule.network_times(times), labels, words).float()
        return answer


def _schedule(config: DDPMConfig, side: float) -> NoiseSchedule | LogNormalNoise:
    """The noise that a painter learns to remove.

    Args:
        config: Config of the painter.
        side: Height and width of pictures or latents; of those that are not square, of a square with as many places.
    """
    if config.prediction == "edm":
        return LogNormalNoise()
    curve = {"linear": linear_noise, "cosine": cosine_noise, "sigmoid": sigmoid_noise}[config.schedule or "cosine"]
    return NoiseSchedule(shifted(curve(config.times), min(1.0, 64 / side)))


def _check(config: DDPMConfig) -> None:
    """Refuse settings that do not fit one another.

    Raises:
        ConfigError: When 'edm' is given a schedule or weights.
    """
    if config.prediction == "edm" and config.schedule:
        raise ConfigError(
            f"schedule = {config.schedule!r}, but prediction 'edm' has its own noise levels; leave schedule out."
        )
    if config.prediction == "edm" and config.min_snr:
        raise ConfigError(
            f"min_snr = {config.min_snr:g}, but prediction 'edm' has its own weights; leave min_snr at 0."
        )
