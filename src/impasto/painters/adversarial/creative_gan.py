"""CAN, creative adversarial network: pictures that pass for art and are hard to assign to a style.

The discriminator also learns to tell the categories (styles) of real pictures, and the generator is trained so that it
cannot tell those of painted ones. Differs from Elgammal et al. 2017 in that their second term is the cross-entropy of
all styles at once, with the softmax that they are learned with, where equation (2) has a sum of binary ones; and in
size.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Batch, Data, PainterConfig, Turn
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.latent_gan import LatentGan, LatentGanConfig
from impasto.painters.adversarial.objectives import Objective, critic_loss, painter_loss
from impasto.painters.adversarial.strided_networks import Generator, initialise, strided_features
from impasto.painters.bounds import Beta

__all__ = ["CreativeGan", "CreativeGanConfig"]


@config
class CreativeGanConfig(LatentGanConfig):
    """Settings of `CreativeGan`; the defaults are those of DCGAN (Radford et al. 2016), on which it stands.

    Attributes:
        width: Channels of the feature maps at half the resolution; doubled with each halving, up to `max_width`.
        max_width: Largest number of channels of a feature map.
        norm_group: Number of pictures over which batch normalisation takes its statistics.
        style_weight: Weight of the discriminator's loss on the styles of real pictures.
        ambiguity_weight: Weight of the generator's loss on the styles of painted pictures; 0 makes it a plain GAN.
    """

    latent_dims: int = Field(default=100, ge=1, le=4096)
    width: int = Field(default=128, ge=2, le=1024)
    max_width: int = Field(default=1024, ge=2, le=4096)
    norm_group: int = Field(default=32, ge=2, le=4096)
    betas: tuple[Beta, Beta] = (0.5, 0.999)
    style_weight: float = Field(default=1.0, gt=0, le=1e3)
    ambiguity_weight: float = Field(default=1.0, ge=0, le=1e3)


class StyleDiscriminator(nn.Module):
    """Picture → score of being real, and logits of its style."""

    def __init__(self, channels: dict[int, int], group: int, styles: int) -> None:
        """Build the layers.

        Args:
            channels: Channels of each stage, by its size in pixels, from 4 pixels to half the pictures' size.
            group: Number of pictures normalised together.
            styles: K.
        """
        super().__init__()
        counts = list(channels.values())[::-1]
        self.layers = strided_features(counts, group)
        self.score = nn.Conv2d(counts[-1], 1, 4)
        self.style = nn.Conv2d(counts[-1], styles, 4)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Scores, shape (N, 1), and logits, shape (N, K), of pictures (N, 3, R, R)."""
        features = self.layers(pictures)
        dtype = self.score.weight.dtype
        return self.score(features).flatten(1).to(dtype), self.style(features).flatten(1).to(dtype)


@listed(
    name="creative_gan",
    summary="creative adversarial network: art that is of no style it has learned",
    year=2017,
    source="Elgammal et al. 2017, arXiv:1706.07068",
)
class CreativeGan(LatentGan):
    """Paints from a latent alone; the categories of its training pictures are the styles that it departs from."""

    Config: ClassVar[type[PainterConfig]] = CreativeGanConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"latent_dims": 16, "width": 8, "max_width": 32, "norm_group": 2},
        "small": {"width": 48, "max_width": 192, "norm_group": 16},
        "base": {},
    }
    objective: ClassVar[Objective] = "logistic"
    conditions: ClassVar[frozenset[str]] = frozenset()
    exchanges_categories: ClassVar[bool] = False
    least_categories: ClassVar[int] = 2
    config: CreativeGanConfig

    def __init__(self, config: CreativeGanConfig, data: Data) -> None:
        """Build both networks.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`, or the pictures have fewer than two
                categories.
        """
        super().__init__(config, data)
        c = config
        channels = channels_by_size(data.side // 2, c.width, c.max_width)
        self.generator = Generator(c.latent_dims, channels, c.norm_group)
        self.discriminator = StyleDiscriminator(channels, c.norm_group, self.classes)
        self.apply(initialise)

    @property
    def learns_from(self) -> frozenset[str]:
        """The category, which is the style of a real picture."""
        return frozenset({"category"})

    def discriminator_turn(self, batch: Batch, step: int) -> Turn:
        """The loss on real and painted pictures, and on the styles of real ones that have one."""
        with torch.no_grad():
            fakes = self.fakes(batch.condition, batch.noise)
        real, styles = self.discriminator(batch.pictures)
        fake, _ = self.discriminator(fakes)
        labels = self.category_index(batch.condition, none=-1)
        # A mean over all pictures, so that parts of a batch add up to the whole.
        style = F.cross_entropy(styles, labels, ignore_index=-1, reduction="sum") / len(labels)
        loss = critic_loss(self.objective, real, fake).mean() + self.config.style_weight * style
        logs = {"real": real.detach().mean(), "fake": fake.detach().mean(), "style": style.detach()}
        return Turn("discriminator", loss, logs)

    def generator_turn(self, batch: Batch, step: int) -> Turn:
        """The loss of passing for real, and the cross-entropy between uniform and recognised styles.

        The log `style_entropy` is the entropy of the recognised styles over that of the uniform distribution.
        """
        scores, styles = self.discriminator(self.fakes(batch.condition, batch.noise))
        log_shares = styles.log_softmax(dim=1)
        ambiguity = -log_shares.mean(dim=1).mean()
        entropy = -(log_shares.exp() * log_shares).sum(dim=1).mean() / math.log(self.classes)
        loss = painter_loss(self.objective, scores).mean() + self.config.ambiguity_weight * ambiguity
        return Turn("generator", loss, {"ambiguity": ambiguity.detach(), "style_entropy": entropy.detach()})
