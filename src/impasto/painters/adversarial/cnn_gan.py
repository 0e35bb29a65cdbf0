"""CNN-GAN: strided convolutions with batch norm in generator and discriminator.

The baseline of the MIGAN paper (Andreini et al. 2020), which follows DCGAN. Two things are added:
    - the category. In the generator its embedding is concatenated to the latent; the discriminator has a projection
      head (Miyato & Koyama 2018), which adds the product of the category's embedding and the features to the score.
      Of pictures without a category, where others have one, the embedding is 0;
    - batch statistics are taken over groups of `norm_group` rows, so that a batch may be cut between groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Data, PainterConfig
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.latent_gan import LatentGan, LatentGanConfig
from impasto.painters.adversarial.objectives import Objective
from impasto.painters.adversarial.strided_networks import Discriminator, Generator, initialise
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
        "small": {"width": 48, "max_width": 192, "norm_group": 16, "lr": 1e-3},
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
        c = config
        channels = channels_by_size(data.side // 2, c.width, c.max_width)
        self.generator = Generator(c.latent_dims, channels, c.norm_group, self.classes, c.embedding)
        self.discriminator = Discriminator(channels, c.norm_group, self.classes)
        self.apply(initialise)
