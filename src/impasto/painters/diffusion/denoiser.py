"""What painters that remove noise share, whatever their networks predict."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, PainterConfig, PaintSettings, Player
from impasto.contract.preview import reporting
from impasto.errors import ConfigError
from impasto.machine import cost_of, fastest_precision
from impasto.nn.frozen import FrozenNetwork, FrozenRecord
from impasto.nn.perceptual import lpips_network
from impasto.painters.diffusion.steering import SteeredSettings, towards_judges
from impasto.painters.likelihood.latent_space import LatentConfig, LatentPainter, Latents, Pixels, space_of
from impasto.painters.optimizer import OptimizerConfig
from impasto.painters.words import WordsConfig, WordsPainter, WordsSettings
from impasto.sampling.guidance import clipped, guided
from impasto.sampling.level import Denoise, Level
from impasto.sampling.samplers import SamplerName, ddim, invert, sample

__all__ = ["Denoiser", "DenoiserConfig", "DenoiserSettings"]


@config
class DenoiserConfig(LatentConfig, WordsConfig, OptimizerConfig):
    """The space that is painted in, and how the network is trained.

    Attributes:
        perceptual: Weight of the perceptual distance (LPIPS on SqueezeNet) between the network's estimate of the clean
            picture and the true one, times the share of signal; 0 leaves it out. Painting in latents needs 0.
    """

    perceptual: float = Field(default=0.0, ge=0, le=100)


@config
class DenoiserSettings(WordsSettings, SteeredSettings):
    """The way from noise to a picture.

    Attributes:
        steps: Number of sampling steps; more take longer and follow the learned path more closely.
        sampler: How a step is taken: 'dpmpp' is DPM-Solver++(2M), 'ddim' Euler's method (also called 'euler'),
            'ancestral' adds fresh noise in each step, and 'heun' evaluates the network twice a step.
        eta: Share of fresh noise in each step of 'ddim': 0 for none, 1 for as much as 'ancestral' adds.
        shift: More than 1 spends more of the steps at high noise, where the composition is decided; less than 1 fewer.
        guided_from: Guidance acts from this share of picture in the mixture on: 0 is pure noise, 1 the finished
            picture.
        guided_to: Guidance acts up to this share of picture in the mixture.
        precision: Arithmetic of the network. 'bf16' paints nearly the same pictures and is faster on hardware that
            supports it, and much slower elsewhere. 'auto' times both on this machine and takes the faster.
    """

    steps: int = Field(default=30, ge=1, le=4000)
    sampler: SamplerName = "ddim"
    eta: float = Field(default=0.0, ge=0, le=1)
    shift: float = Field(default=1.0, gt=0, le=100)
    guided_from: float = Field(default=0.0, ge=0, le=1)
    guided_to: float = Field(default=1.0, ge=0, le=1)
    precision: Literal["fp32", "bf16", "auto"] = "fp32"

    prominent: ClassVar[frozenset[str]] = WordsSettings.prominent | frozenset({"steps"})


class Denoiser(WordsPainter, LatentPainter):
    """A painter of pixels or latents, guided by categories and words without a classifier.

    Subclasses provide the network `net`, the loss, `denoiser` and `levels`; all ways of sampling follow from these.
    """

    Config: ClassVar[type[PainterConfig]] = DenoiserConfig
    Settings: ClassVar[type[PaintSettings]] = DenoiserSettings
    resolutions = range(32, 513, 16)
    square = False
    fixed_settings: ClassVar[frozenset[str]] = LatentPainter.fixed_settings | {"words"}
    clips_estimates: ClassVar[bool] = False
    """Whether estimates of pixels are clipped to [-1, 1]."""
    config: DenoiserConfig
    net: nn.Module
    space: Pixels | Latents

    def __init__(self, config: DenoiserConfig, data: Data) -> None:
        """Build the space.

        Raises:
            ConfigError: When a perceptual loss is combined with latents, or the size of the pictures does not fit.
        """
        if config.autoencoder and config.perceptual:
            raise ConfigError(
                f"perceptual = {config.perceptual:g} compares pixels, but autoencoder = {config.autoencoder!r} paints "
                "latents; set only one of the two."
            )
        super().__init__(config, data)
        self.space = space_of(config, data)
        # The name is part of saved states.
        self.looked_through = FrozenRecord(files=2) if config.perceptual else None

    @abstractmethod
    def denoiser(self, condition: Condition) -> Denoise:
        """The estimate of the pictures behind noisy ones, as `encode` gives them; see `contract.Denoises`."""

    @abstractmethod
    def levels(self, steps: int, shift: float = 1.0) -> list[Level]:
        """Levels of noise for a sampler; see `contract.Denoises`.

        Args:
            steps: Number of steps from level to level.
            shift: More than 1 lingers near the noise.

        Raises:
            ConfigError: When this painter has no such levels.
        """

    def estimates(self, condition: Condition, settings: Any) -> Denoise:
        """The estimates that painting follows, before guidance towards the category.

        Args:
            condition: Condition of the pictures.
            settings: An instance of `Settings`.
        """
        return self.denoiser(condition)

    def guided_denoiser(self, condition: Condition, settings: Any) -> Denoise:
        """The estimates that painting follows: towards category and words, and away from the words of `negative`.

        See `contract.Denoises`. Two prompts are blended as their estimates are. Judges steer what all this results in.

        Args:
            condition: Condition of the pictures.
            settings: An instance of `Settings`.

        Raises:
            NotCapable: When guidance or words are asked of a painter trained without.
            ConfigError: When settings do not fit one another or the painter.

        Source: Ho & Salimans 2022, equation 6; several conditions: Liu et al. 2022, arXiv:2206.01714, section 3.
        """
        s = settings
        self.check_guidance(s.guidance)
        self.check_words(condition, s)
        towards = self.estimates(condition, s)
        if s.blend:
            towards = guided(self.estimates(self.with_words(condition, s.blend), s), towards, s.blend_share)
        empty = condition.emptied()
        away = self.estimates(self.with_words(empty, s.negative) if s.negative else empty, s)
        # What nothing is requested of cannot be guided towards it.
        asked_for = condition.parts - ({"words"} - self.reads)
        scale = s.guidance if asked_for or s.negative or s.blend else 1.0
        denoise = guided(towards, away, scale, low=s.guided_from, high=s.guided_to)
        denoise = clipped(denoise) if self.clips_estimates and "pictures" not in self.encoders else denoise
        return towards_judges(denoise, self.decode, condition, s)

    def levels_for(self, settings: Any) -> list[Level]:
        """Levels of noise for painting; see `contract.Denoises`."""
        return self.levels(settings.steps, settings.shift)

    @property
    def scale(self) -> float:
        """Factor on latents, whose standard deviation is 1, before noise is added to them."""
        return 1.0

    def encode(self, pictures: Tensor) -> Tensor:
        """What noise is added to: pictures (N, 3, H, W), in [-1, 1], themselves, or their latents."""
        return self.scale * self.space(pictures)

    def decode(self, x: Tensor) -> Tensor:
        """Pictures, shape (N, 3, H, W), around [-1, 1], of what `encode` gives; gradients flow through."""
        return self.space.decode(x / self.scale)

    def players(self) -> dict[str, Player]:
        """One player: the network, with the encoder of words where there is one."""
        return {"painter": self.config.player(*(net for net in (self.net, self.words) if net is not None))}

    def render(self, condition: Condition, noise: Noise, settings: Any) -> Painted:
        """Paint one batch.

        Raises:
            NotCapable: When guidance or words are asked of a painter trained without.
            ConfigError: When settings do not fit one another or the painter.
        """
        s = settings
        if s.eta > 0 and s.sampler not in ("ddim", "euler"):
            raise ConfigError(
                f"eta = {s.eta:g} is a setting of the sampler 'ddim'; 'ancestral' always adds all its noise, and "
                f"'dpmpp' and 'heun' add none. Leave eta at 0 or choose sampler=ddim, not {s.sampler}."
            )
        denoise = self.guided_denoiser(condition, s)
        levels = self.levels_for(s)
        start = levels[0].sigma * noise.normal(self.space.channels, self.space.height, self.space.width)
        # Only networks compute in 16 bit; the steps between their answers stay in 32 bit.
        with torch.autocast(start.device.type, torch.bfloat16, enabled=s.precision == "bf16"):
            shown = reporting(denoise, levels, self.decode)
            x = sample(s.sampler, shown, start, levels, eta=s.eta, noise=noise)
            return Painted(self.decode(x))

    @torch.inference_mode()
    def invert(self, pictures: Tensor, condition: Condition, *, steps: int = 25) -> Tensor:
        """The noise from which `ddim`, over levels of as many steps, paints given pictures.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].
            condition: What is known of them.
            steps: Number of steps to the noise.

        Returns:
            Noise of the shape of `encode`d pictures, near standard normal times the first level's sigma.
        """
        return invert(self.denoiser(condition), self.encode(pictures), self.levels(steps))

    @torch.inference_mode()
    def reconstruct(self, pictures: Tensor, *, steps: int = 25) -> Tensor:
        """Pictures painted again from the noise that `invert` finds for them, without their category.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1].
            steps: Number of steps to the noise, and of those back.

        Returns:
            Pictures of the same shape and range.
        """
        condition = Condition(len(pictures))
        start = self.invert(pictures, condition, steps=steps)
        return self.decode(ddim(self.denoiser(condition), start, self.levels(steps))).clamp(-1, 1)

    def after(self, step: int, logs: dict[str, float]) -> None:
        """Record which network measured the perceptual distance."""
        if self.looked_through is not None and self.perceptual_distance is not None:
            self.looked_through.record(self.perceptual_distance)

    def describe(self) -> dict[str, Any]:
        """The description of every painter, and the hash of the network of the perceptual distance, once used."""
        network_hash = self.looked_through.hash if self.looked_through else ""
        return super().describe() | ({"frozen": {"lpips-squeeze": network_hash}} if network_hash else {})

    def resolve_settings(self, settings: Any) -> Any:
        """The precision 'auto' replaced by the faster one on this painter's device; see `Painter.resolve_settings`."""
        if settings.precision != "auto":
            return settings
        return replace(settings, precision=fastest_precision(self.device))

    def remarks(self, condition: Condition, settings: Any) -> list[str]:
        """What a slow precision costs on this painter's device; see `Painter.remarks`."""
        cost = None if settings.precision == "auto" else cost_of(settings.precision, self.device)
        remarks = super().remarks(condition, settings)
        return [*remarks, f"{cost}; leave precision out or set precision=fp32."] if cost else remarks

    def clean(self, batch: Batch) -> Tensor:
        """What noise is added to, of a batch in training."""
        return self.scale * self.in_space(batch)

    def squared(self, error: Tensor) -> Tensor:
        """The mean square of what the network got wrong, of each picture, shape (N,), from a tensor (N, C, H, W)."""
        return error.square().mean(dim=(1, 2, 3))

    def with_perceptual(self, loss: Tensor, implied: Tensor, clean: Tensor, share: Tensor) -> tuple[Tensor, Tensor]:
        """A loss with the perceptual distance of the implied pictures.

        Args:
            loss: Loss of each picture, shape (N,).
            implied: The pictures that follow from what the network predicts, shape (N, 3, H, W).
            clean: The true ones.
            share: Share of signal in the network's input, shape (N,).

        Returns:
            The loss of each picture, and the mean distance, a scalar to report.
        """
        assert self.perceptual_distance is not None
        distance = self.perceptual_distance(implied, clean) * share
        return loss + self.config.perceptual * distance, distance.detach().mean()

    @cached_property
    def perceptual_distance(self) -> FrozenNetwork | None:
        """LPIPS, loaded when training first asks for it; None where it is not part of the loss."""
        return FrozenNetwork(lpips_network("squeeze")) if self.config.perceptual else None
