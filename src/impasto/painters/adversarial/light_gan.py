"""A light GAN for small collections: skip excitation, and a discriminator that learns by itself to keep the picture.

The lightweight GAN that the authors of MIGAN look out to, of the FastGAN line. Differs from Liu et al. 2021 in that
the category is read, that pictures are rebuilt at one scale and compared by their pixels and not by a pretrained
network, and in the light bodies that `light_networks` describes.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Data, PainterConfig, Turn
from impasto.painters.adversarial.augmentation import augment
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.latent_gan import ConditionalGanConfig, LatentGan
from impasto.painters.adversarial.light_networks import Body, LightDiscriminator, LightGenerator
from impasto.painters.adversarial.objectives import Objective, critic_loss, painter_loss
from impasto.painters.adversarial.spectral_norm import normalise_spectrally
from impasto.painters.bounds import Beta

__all__ = ["LightGan", "LightGanConfig"]


@config
class LightGanConfig(ConditionalGanConfig):
    """Settings of `LightGan`.

    Attributes:
        body: Kind of the convolutions: 'full', 'separable' (MobileNet), 'dense' (Dense-MobileNet) or 'shuffled'
            (ShuffleNet).
        rebuild_weight: Weight of the discriminator's loss on rebuilt real pictures; 0 leaves it out.
        augment: Whether all pictures are augmented before the discriminator sees them.
    """

    body: Body = "full"
    latent_dims: int = Field(default=256, ge=1, le=4096)
    width: int = Field(default=32, ge=4, le=1024)
    norm_group: int = Field(default=16, ge=2, le=4096)
    rebuild_weight: float = Field(default=1.0, ge=0, le=1e3)
    augment: bool = True
    betas: tuple[Beta, Beta] = (0.5, 0.999)


SMALL: dict[str, Any] = {"latent_dims": 128, "embedding": 32, "width": 16, "max_width": 128, "lr": 5e-4}
"""Sizes that two CPU cores can train."""


@listed(
    name="light_gan",
    summary="light GAN of the FastGAN line, with MobileNet, Dense-MobileNet and ShuffleNet bodies",
    year=2021,
    source="Liu et al. 2021, arXiv:2101.04775; arXiv:1704.04861 (MobileNet); Wang et al. 2020, Dense-MobileNet; "
    "arXiv:1707.01083 (ShuffleNet)",
)
class LightGan(LatentGan):
    """Paints from a category and a latent."""

    Config: ClassVar[type[PainterConfig]] = LightGanConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"latent_dims": 16, "embedding": 4, "width": 8, "max_width": 16, "norm_group": 2},
        "small": SMALL,
        "base": {},
        "separable": {**SMALL, "body": "separable"},
        "dense": {**SMALL, "body": "dense"},
        "shuffled": {**SMALL, "body": "shuffled"},
    }
    objective: ClassVar[Objective] = "hinge"
    config: LightGanConfig
    discriminator: LightDiscriminator

    def __init__(self, config: LightGanConfig, data: Data) -> None:
        """Build both networks.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`.
        """
        super().__init__(config, data)
        c = config
        channels = channels_by_size(data.side, c.width, c.max_width)
        self.generator = LightGenerator(c.body, c.latent_dims, c.embedding, self.classes, channels, group=c.norm_group)
        self.discriminator = LightDiscriminator(c.body, self.classes, channels)
        normalise_spectrally(self.discriminator)

    def discriminator_turn(self, batch: Batch, step: int) -> Turn:
        """The loss on real and painted pictures, and on real ones rebuilt."""
        with torch.no_grad():
            fakes = self.fakes(batch.condition, batch.noise)
        labels = self.labels(batch.condition)
        pictures = self._augmented(batch, batch.pictures)
        real = self.discriminator(pictures, labels)
        fake = self.discriminator(self._augmented(batch, fakes), labels)
        loss = critic_loss(self.objective, real, fake).mean()
        logs: dict[str, Tensor | float] = {"real": real.detach().mean(), "fake": fake.detach().mean()}
        if self.config.rebuild_weight:
            error = F.l1_loss(self.discriminator.rebuilt(pictures), F.avg_pool2d(pictures, 2))
            logs["rebuilt"] = error.detach()
            loss = loss + self.config.rebuild_weight * error
        return Turn("discriminator", loss, logs)

    def generator_turn(self, batch: Batch, step: int) -> Turn:
        """The loss on pictures of new latents."""
        fakes = self._augmented(batch, self.fakes(batch.condition, batch.noise))
        scores = self.discriminator(fakes, self.labels(batch.condition))
        return Turn("generator", painter_loss(self.objective, scores).mean())

    def _augmented(self, batch: Batch, pictures: Tensor) -> Tensor:
        return augment(pictures, batch.noise) if self.config.augment else pictures
