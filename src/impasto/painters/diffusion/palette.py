"""A painter that gives pictures back what they have lost: colours, parts, borders, sharpness, fine detail.

It is told by the picture itself what that is: without a mask, something of the whole picture is lost, such as its
colours; with one, what lies under the mask. One network learns all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Condition, Data, Noise, Painted, Painter, PaintSettings, Player, Turn
from impasto.contract.preview import reporting
from impasto.nn.push_pull import push_pull
from impasto.painters.degradations import degraded
from impasto.painters.diffusion.unet_size import UNetConfig, resized, unet_for
from impasto.painters.likelihood.latent_space import Pixels
from impasto.painters.optimizer import OptimizerConfig
from impasto.sampling.level import Denoise, Level
from impasto.sampling.samplers import SamplerName, sample
from impasto.sampling.spacing import MOST_STEPS, straight_levels

__all__ = ["Palette", "PaletteConfig", "PaletteSettings"]

BESIDE = 5
"""Channels that the network reads beside the mixture: a guess, where to paint, and where the source says something."""
NEAREST = 0.05
"""Smallest time to the picture by which the error of an estimate is divided."""


@config
class PaletteConfig(UNetConfig, OptimizerConfig):
    """Size of the UNet, and its training.

    Attributes:
        time_mean: Mean of the logit of the training times, which are logit-normal (Esser et al. 2024); below 0 the
            network sees more noise.
        time_spread: Standard deviation of that logit.
    """

    time_mean: float = Field(default=-0.6, ge=-5, le=5)
    time_spread: float = Field(default=1.2, gt=0, le=5)


@config
class PaletteSettings(PaintSettings):
    """The way from noise to a picture.

    Attributes:
        steps: Number of sampling steps. 1 paints the mean of all pictures that would fit, which is blurred and nearest
            in squared error; more paint one of them.
        sampler: How a step is taken; as of the other painters that denoise.
        shift: More than 1 spends more of the steps at high noise, less than 1 fewer.
    """

    steps: int = Field(default=8, ge=1, le=MOST_STEPS)
    sampler: SamplerName = "euler"
    shift: float = Field(default=1.0, gt=0, le=100)

    prominent: ClassVar[frozenset[str]] = frozenset({"steps"})


class Known(NamedTuple):
    """What is known of N pictures.

    Attributes:
        guess: The source, with what is missing filled from around it, shape (N, 3, H, W), in [-1, 1].
        mask: 1 where is to be painted, shape (N, 1, H, W).
        hint: 1 where the source says something, of that shape.
    """

    guess: Tensor
    mask: Tensor
    hint: Tensor


@listed(
    name="palette",
    summary="Gives pictures back colours, missing parts and borders, sharpness and detail (one conditional diffusion)",
    year=2022,
    source="Saharia et al. 2022, Palette, arXiv:2111.05826; enlargement: Saharia et al. 2021 (SR3), arXiv:2104.07636",
)
class Palette(Painter):
    """Diffusion conditioned on a degraded picture (Saharia et al. 2022), along a straight flow (Liu et al. 2023).

    The network estimates what is to be added to a first guess, the source itself. Without a source it paints from
    nothing, which it learns only as far as pictures that have lost most of their parts teach it.

    Pictures have a height and width of 32 to 512 px, in steps of 16.
    """

    Config = PaletteConfig
    Settings: ClassVar[type[PaintSettings]] = PaletteSettings
    conditions: ClassVar[frozenset[str]] = frozenset({"given:source", "mask"})
    resolutions = range(32, 513, 16)
    square = False
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"channels": (16, 16), "grid": 16},
        "small": {},
        "base": {"channels": (128, 256, 256), "blocks": 2, "grid": 64, "lr": 3e-4},
    }
    config: PaletteConfig

    def __init__(self, config: PaletteConfig, data: Data) -> None:
        """Build the UNet.

        Raises:
            ConfigError: As of `unet_for`.
        """
        super().__init__(config, data)
        self.net = unet_for(config, Pixels(data), labels=0, beside=BESIDE)

    def config_for(self, data: Data) -> PaletteConfig:
        """The config for pictures of another size: patches stay as they are, and the same levels have attention."""
        return resized(self.config, self.net, data.size, self.data.size)

    def players(self) -> dict[str, Player]:
        """One player: the network."""
        return {"painter": self.config.player(self.net)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        """One move: the squared error of the velocity under the mask, at one random time for each picture.

        Source: Saharia et al. 2022, equation 1, and section 3 on the loss under the mask only; the velocity: Liu et al.
        2023, equation 1.
        """
        clean = batch.pictures
        known = self._known(self.rest(clean, batch.noise), clean.shape)
        noise = batch.noise.normal(*clean.shape[1:])
        times = torch.sigmoid(self.config.time_mean + self.config.time_spread * batch.noise.normal())
        noisy = torch.lerp(noise, clean, times.view(-1, 1, 1, 1))
        # An error of the velocity is one of the picture over the time that is left.
        error = (self._estimate(noisy, times, known) - clean).square() * known.mask
        share = known.mask.mean((1, 2, 3)).clamp(min=1e-6)
        squared = error.mean((1, 2, 3)) / share
        loss = squared / (1 - times).clamp(min=NEAREST).square()
        yield Turn("painter", loss.mean(), {"error": squared.detach().mean()})

    def rest(self, pictures: Tensor, noise: Noise, /) -> Condition:
        """Pictures without their colours, some of their parts, or what is fine; see `contract.Restores`."""
        return degraded(pictures, noise)

    def encode(self, pictures: Tensor) -> Tensor:
        """The pictures themselves, shape (N, 3, H, W), in [-1, 1]."""
        return pictures

    def decode(self, latents: Tensor, /) -> Tensor:
        """The same."""
        return latents

    def denoiser(self, condition: Condition) -> Denoise:
        """The estimate of the pictures behind noisy ones; see `contract.Denoises`.

        Without a source it paints from nothing.
        """

        def denoise(noisy: Tensor, level: Level) -> Tensor:
            times = torch.full((len(noisy),), level.time, device=noisy.device)
            return self._estimate(noisy, times, self._known(condition, noisy.shape))

        return denoise

    def guided_denoiser(self, condition: Condition, settings: PaletteSettings) -> Denoise:
        """The same as of `denoiser`, in the range of pictures."""
        denoise = self.denoiser(condition)
        return lambda noisy, level: denoise(noisy, level).clamp(-1, 1)

    def levels(self, steps: int, shift: float = 1.0) -> list[Level]:
        """Levels of the straight flow for a sampler; see `contract.Denoises`."""
        return straight_levels(steps, shift)

    def levels_for(self, settings: PaletteSettings) -> list[Level]:
        """Levels of noise for painting; see `contract.Denoises`."""
        return self.levels(settings.steps, settings.shift)

    def render(self, condition: Condition, noise: Noise, settings: PaletteSettings) -> Painted:
        """Paint one batch; outside the mask, the source stays."""
        s = settings
        levels = self.levels_for(s)
        denoise = reporting(self.guided_denoiser(condition, s), levels, self.decode)
        start = noise.normal(3, *self.data.size)
        return Painted(sample(s.sampler, denoise, start, levels, noise=noise))

    def _known(self, condition: Condition, shape: torch.Size) -> Known:
        """What a condition says of pictures of a shape (N, 3, H, W)."""
        source = condition.given.get("source")
        if source is None:
            empty = torch.zeros(shape, device=self.device)
            return Known(empty, torch.ones_like(empty[:, :1]), empty[:, :1])
        source = source.to(self.device).float()
        ones = torch.ones_like(source[:, :1])
        mask = ones if condition.mask is None else condition.mask.to(ones)
        masked, there = (condition.holds(part).to(source.device).view(-1, 1, 1, 1) for part in ("mask", "given:source"))
        hint = torch.where(masked, 1 - mask, ones) * there
        return Known(push_pull(source, hint), mask, hint)

    def _estimate(self, noisy: Tensor, times: Tensor, known: Known) -> Tensor:
        """The estimate of pictures behind mixtures (N, 3, H, W) at times (N,), of that shape."""
        # What the source says for certain need not be found in noise.
        shown = torch.where(known.mask > 0, noisy.to(known.guess.dtype), known.guess)
        inputs = torch.cat([shown, known.guess, known.mask, known.hint], dim=1)
        labels = torch.zeros(len(noisy), dtype=torch.int64, device=noisy.device)
        answer: Tensor = self.net(inputs, times * 1000, labels).float()
        return known.guess + known.mask * answer
