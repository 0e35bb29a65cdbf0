"""How a generator and a discriminator are optimized: Adam, with a rate for each."""

from __future__ import annotations

from torch import nn

from impasto.config import Field, config
from impasto.contract import PainterConfig, Player
from impasto.painters.bounds import Beta

__all__ = ["GanConfig"]


@config
class GanConfig(PainterConfig):
    """Optimizers of a GAN's two players.

    Attributes:
        lr: Learning rate of the generator.
        discriminator_lr: Learning rate of the discriminator; null is that of the generator.
        betas: Decay rates of Adam's first and second moments, for both networks.
    """

    lr: float = Field(default=2e-4, gt=0, le=1)
    discriminator_lr: float | None = Field(default=None, gt=0, le=1)
    betas: tuple[Beta, Beta] = (0.0, 0.9)

    def players(self, generator: nn.Module, discriminator: nn.Module) -> dict[str, Player]:
        """The discriminator, which moves first, and the generator."""
        return {
            "discriminator": Player((discriminator,), lr=self.discriminator_lr or self.lr, betas=self.betas),
            "generator": Player((generator,), lr=self.lr, betas=self.betas),
        }
