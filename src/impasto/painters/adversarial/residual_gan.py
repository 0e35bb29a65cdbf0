"""A GAN of residual blocks in both players, with spectral norm and hinge loss.

Differs from Miyato et al. 2018 in that all conditional batch norms share one embedding of the category, which each
reads through a linear map of its own; and in that the discriminator moves once for each move of the generator, at twice
to four times its rate (Heusel et al. 2017), where theirs moves five times.
"""

from __future__ import annotations

from typing import Any, ClassVar

from impasto.catalogue import listed
from impasto.config import Field, config
from impasto.contract import Data, PainterConfig
from impasto.painters.adversarial.convolutions import channels_by_size
from impasto.painters.adversarial.latent_gan import ConditionalGanConfig, LatentGan
from impasto.painters.adversarial.objectives import Objective
from impasto.painters.adversarial.residual_networks import ResidualDiscriminator, ResidualGenerator
from impasto.painters.adversarial.spectral_norm import normalise_spectrally

__all__ = ["ResidualGan", "ResidualGanConfig"]


@config
class ResidualGanConfig(ConditionalGanConfig):
    """Settings of `ResidualGan`."""

    max_width: int = Field(default=1024, ge=4, le=4096)
    discriminator_lr: float | None = Field(default=4e-4, gt=0, le=1)


@listed(
    name="residual_gan",
    summary="GAN of residual blocks, with spectral norm and a projection discriminator",
    year=2018,
    source="Miyato et al. 2018, arXiv:1802.05957; Miyato & Koyama 2018, arXiv:1802.05637",
)
class ResidualGan(LatentGan):
    """Paints from a category and a latent."""

    Config: ClassVar[type[PainterConfig]] = ResidualGanConfig
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        "tiny": {"latent_dims": 16, "embedding": 4, "width": 8, "max_width": 16, "norm_group": 2},
        "small": {
            "latent_dims": 64,
            "embedding": 32,
            "width": 16,
            "max_width": 128,
            "norm_group": 16,
            "lr": 5e-4,
            "discriminator_lr": 1e-3,
        },
        "base": {},
    }
    objective: ClassVar[Objective] = "hinge"
    config: ResidualGanConfig

    def __init__(self, config: ResidualGanConfig, data: Data) -> None:
        """Build both networks.

        Raises:
            ConfigError: When the resolution is not one of `resolutions`.
        """
        super().__init__(config, data)
        c = config
        channels = channels_by_size(data.side, c.width, c.max_width)
        self.generator = ResidualGenerator(c.latent_dims, c.embedding, self.classes, channels, c.norm_group)
        self.discriminator = ResidualDiscriminator(self.classes, channels)
        normalise_spectrally(self.discriminator)
