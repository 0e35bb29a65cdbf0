"""CNN-GAN: strided convolutions with batch norm in generator and discriminator.

The baseline of the MIGAN paper (Andreini et al. 2020), which follows DCGAN. Two things are added:
    - the category. In the generator its embedding is concatenated to the latent; the discriminator has a projection
      head (Miyato & Koyama 2018), which adds the product of the category's embedding and the features to the score.
      Of pictures without a category, where others have one, the embedding is 0;
    - batch statistics are taken over groups of `norm_group` rows, so that a batch may be cut between groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Data, PainterConfig
from impasto.nn.batch_norm import GroupedBatchNorm
from impasto.nn.embedding import CategoryEmbedding
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.latent_gan import LatentGan, LatentGanConfig
from impasto.painters.adversarial.objectives import Objective
from impasto.painters.bounds import Beta

__all__ = ["CnnGan", "CnnGanConfig"]


@config
class CnnGanConfig(LatentGanConfig):
    """Settings of `CnnGan`; the defaults are those of DCGAN (Radford et al. 2016).

    Attributes:
        embedding: Dimensions of the category's embedding, which is appended to the latent vector.
        width: Channels of the feature maps at half the resolution; doubled with each halving, up to `max_width`.
        max_width: Largest number of channels of a feature map.
        norm_group: Number of pictures over which batch normalisation takes its statistics.
    """

    latent_dims: int = Field(default=100, ge=1, le=4096)
    embedding: int = Field(default=32, ge=1, le=4096)
    width: int = Field(default=128, ge=2, le=1024)
    max_width: int = Field(default=1024, ge=2, le=4096)
    norm_group: int = Field(default=32, ge=2, le=4096)
    betas: tuple[Beta, Beta] = (0.5, 0.999)


INITIAL_STD = 0.02
"""Standard deviation of the initial weights (Radford et al. 2016, section 4)."""


class Generator(nn.Module):
    """Latent and category → picture: transposed convolutions, batch norm and ReLU, with tanh at the end."""

    def __init__(self, c: CnnGanConfig, side: int, classes: int) -> None:
        """Build the layers, from 4 pixels up."""
        super().__init__()
        counts = list(_channels(c, side).values())
        inputs = c.latent_dims + c.embedding
        self.embedding = CategoryEmbedding(classes, c.embedding)
        layers: list[nn.Module] = [nn.ConvTranspose2d(inputs, counts[0], 4, bias=False)]
        variance = INITIAL_STD**2 * inputs
        for before, after in pairwise(counts):
            layers += [_batch_norm(before, c.norm_group, variance), nn.ReLU()]
            # Four of the kernel's positions meet at a pixel, and ReLU leaves half of the power: together a factor of 2.
            variance = INITIAL_STD**2 * 2 * before
            layers += [nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=False)]
        layers += [_batch_norm(counts[-1], c.norm_group, variance), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.ConvTranspose2d(counts[-1], 3, 4, stride=2, padding=1))

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of latents (N, D) and categories (N,)."""
        inputs = torch.cat([latents, self.embedding(labels)], dim=1)
        return torch.tanh(self.layers(inputs[:, :, None, None])).to(latents.dtype)


class Discriminator(nn.Module):
    """Picture and category → logit of being real: strided convolutions, batch norm and leaky ReLU."""

    def __init__(self, c: CnnGanConfig, side: int, classes: int) -> None:
        """Build the layers down to 4 pixels; the first has no batch norm."""
        super().__init__()
        counts = list(_channels(c, side).values())[::-1]
        layers: list[nn.Module] = [nn.Conv2d(3, counts[0], 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        for before, after in pairwise(counts):
            layers += [nn.Conv2d(before, after, 4, stride=2, padding=1, bias=False)]
            layers += [GroupedBatchNorm(after, c.norm_group), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers)
        self.score = nn.Conv2d(counts[-1], 1, 4)
        self.embedding = CategoryEmbedding(classes, counts[-1])
        nn.init.normal_(self.embedding.weight, std=INITIAL_STD)

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Logits, shape (N, 1), of pictures (N, 3, R, R) and categories (N,)."""
        features = self.layers(pictures)
        match = (self.embedding(labels) * features.mean(dim=(2, 3))).sum(dim=1)
        return (self.score(features).flatten(1) + match[:, None]).to(self.score.weight.dtype)


@listed(
    name="cnn_gan",
    summary="convolutional GAN of the DCGAN line, with batch norm",
    year=2020,
    source="Andreini et al. 2020; Radford et al. 2016, arXiv:1511.06434",
)
class CnnGan(LatentGan):
    """Paints from a category and a latent; it cannot infer them from a picture."""

    Config: ClassVar[type[PainterConfig]] = CnnGanConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"latent_dims": 16, "embedding": 4, "width": 8, "max_width": 32, "norm_group": 2},
        "small": {"width": 48, "max_width": 192, "norm_group": 16},
        "base": {},
    }
    renamed_settings: ClassVar[Mapping[str, str]] = {"style": "latent_dims", "most": "max_width"}
    objective: ClassVar[Objective] = "logistic"
    config: CnnGanConfig

    def __init__(self, config: CnnGanConfig, data: Data) -> None:
        """Build both networks.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`.
        """
        super().__init__(config, data)
        self.generator = Generator(config, data.side, self.classes)
        self.discriminator = Discriminator(config, data.side, self.classes)
        self.apply(_initialise)


def _channels(c: CnnGanConfig, side: int) -> dict[int, int]:
    """Channels by size, from 4 pixels to half the resolution."""
    return channels_by_size(side // 2, c.width, c.max_width)


def _batch_norm(channels: int, group: int, variance: float) -> GroupedBatchNorm:
    """Batch norm whose running variance is, before any training, the one that the initial weights imply."""
    norm = GroupedBatchNorm(channels, group)
    norm.var.fill_(variance)
    return norm


def _initialise(module: nn.Module) -> None:
    """DCGAN's initial values: weights N(0, 0.02), scales of batch norm N(1, 0.02), biases 0."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, std=INITIAL_STD)
    if isinstance(module, GroupedBatchNorm):
        nn.init.normal_(module.weight, 1.0, INITIAL_STD)
    bias = getattr(module, "bias", None)
    if isinstance(bias, Tensor):
        nn.init.zeros_(bias)
