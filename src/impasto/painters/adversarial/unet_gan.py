"""A GAN with U-Nets: a generator of swish-gated residual blocks, and a discriminator that judges every pixel.

`unet_networks` says where both come from. Mixtures of a real and a painted picture teach the discriminator which pixels
are which, and that a pixel's verdict should not depend on what was pasted beside it. Unlike Schönfeld et al. 2020 the
share of mixtures is constant, and a whole mixture is not judged.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Data, PainterConfig, Turn
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.cut_mix import rectangles
from impasto.painters.adversarial.latent_gan import ConditionalGanConfig, LatentGan
from impasto.painters.adversarial.objectives import Objective, critic_loss, painter_loss
from impasto.painters.adversarial.residual_networks import ResidualDiscriminator
from impasto.painters.adversarial.spectral_norm import normalise_spectrally
from impasto.painters.adversarial.unet_networks import UNetDiscriminator, UNetGenerator
from impasto.painters.bounds import Beta

__all__ = ["UNetGan", "UNetGanConfig"]


@config
class UNetGanConfig(ConditionalGanConfig):
    """Settings of `UNetGan`.

    Attributes:
        discriminator_width: As `width`, of the discriminator.
        critic: 'unet' judges whole pictures and pixels, 'plain' whole pictures alone.
        mixtures: Share of the pictures of which a mixture is judged; needs the critic 'unet'.
        consistency_weight: Weight of the difference between verdicts on a mixture and mixtures of verdicts.
    """

    width: int = Field(default=32, ge=4, le=1024)
    discriminator_width: int = Field(default=64, ge=4, le=1024)
    critic: Literal["unet", "plain"] = "unet"
    mixtures: float = Field(default=0.5, ge=0, le=1)
    consistency_weight: float = Field(default=1.0, ge=0, le=1e3)
    lr: float = Field(default=1e-4, gt=0, le=1)
    discriminator_lr: float | None = Field(default=5e-4, gt=0, le=1)
    betas: tuple[Beta, Beta] = (0.0, 0.999)


@listed(
    name="unet_gan",
    summary="GAN of U-Nets: swish-gated generator, and a verdict on every pixel",
    year=2023,
    source="Alruily et al. 2023; Schönfeld et al. 2020, arXiv:2002.12655",
)
class UNetGan(LatentGan):
    """Paints from a category and a latent."""

    Config: ClassVar[type[PainterConfig]] = UNetGanConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {
            "latent_dims": 16,
            "embedding": 4,
            "width": 8,
            "discriminator_width": 8,
            "max_width": 16,
            "norm_group": 2,
        },
        "small": {
            "latent_dims": 64,
            "embedding": 32,
            "width": 16,
            "discriminator_width": 16,
            "max_width": 128,
            "norm_group": 16,
            "lr": 5e-4,
            "discriminator_lr": 1e-3,
        },
        "base": {},
    }
    objective: ClassVar[Objective] = "hinge"
    config: UNetGanConfig

    def __init__(self, config: UNetGanConfig, data: Data) -> None:
        """Build both networks.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`.
        """
        super().__init__(config, data)
        c = config
        channels = channels_by_size(data.side, c.width, c.max_width)
        judged = channels_by_size(data.side, c.discriminator_width, c.max_width)
        self.generator = UNetGenerator(c.latent_dims, c.embedding, self.classes, channels, c.norm_group)
        kind = UNetDiscriminator if c.critic == "unet" else ResidualDiscriminator
        self.discriminator = kind(self.classes, judged)
        normalise_spectrally(self.discriminator)

    def discriminator_turn(self, batch: Batch, step: int) -> Turn:
        """The loss on real and painted pictures, on their pixels, and on mixtures of both."""
        if self.config.critic == "plain":
            return super().discriminator_turn(batch, step)
        with torch.no_grad():
            fakes = self.fakes(batch.condition, batch.noise)
        labels = self.labels(batch.condition)
        real, real_pixels = self.discriminator(batch.pictures, labels)
        fake, fake_pixels = self.discriminator(fakes, labels)
        pixels = critic_loss(self.objective, real_pixels.flatten(1), fake_pixels.flatten(1)).mean()
        loss = critic_loss(self.objective, real, fake).mean() + pixels
        logs: dict[str, Tensor | float] = {"real": real.detach().mean(), "fake": fake.detach().mean()}
        if self.config.mixtures:
            chosen = batch.noise.uniform(1)[:, 0] < self.config.mixtures
            mask = rectangles(self.data.side, batch.noise)
            _, verdict = self.discriminator(torch.where(mask, batch.pictures, fakes), labels)
            of_real = mask[:, 0]
            told_apart = torch.where(of_real, F.relu(1 - verdict), F.relu(1 + verdict)).mean((1, 2))
            mixed = torch.where(of_real, real_pixels, fake_pixels)
            change = (verdict - mixed).square().mean((1, 2))
            terms = (told_apart + self.config.consistency_weight * change) * chosen
            logs |= {"mixture": told_apart.detach().mean(), "consistency": change.detach().mean()}
            loss = loss + terms.mean()
        return Turn("discriminator", loss, logs)

    def generator_turn(self, batch: Batch, step: int) -> Turn:
        """The loss on pictures of new latents, and on their pixels."""
        if self.config.critic == "plain":
            return super().generator_turn(batch, step)
        scores, pixels = self.discriminator(self.fakes(batch.condition, batch.noise), self.labels(batch.condition))
        loss = painter_loss(self.objective, scores).mean() + painter_loss(self.objective, pixels.flatten(1)).mean()
        return Turn("generator", loss)
