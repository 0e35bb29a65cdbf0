"""How a painter's networks are optimized: AdamW, with a learning rate that rises briefly and falls as half a cosine."""

from __future__ import annotations

from torch import nn

from impasto.config import Field, config
from impasto.contract import PainterConfig, Player, cosine

__all__ = ["OptimizerConfig"]


@config
class OptimizerConfig(PainterConfig):
    """Optimizer of a painter that has one for all its networks.

    Attributes:
        lr: Highest learning rate of AdamW; it rises over the first 3 % of the steps and then falls as half a cosine.
        weight_decay: Weight decay of AdamW: in each step weights shrink by this times the learning rate.
        clip: Norm that gradients are clipped to.
    """

    lr: float = Field(default=1e-3, gt=0, le=1)
    weight_decay: float = Field(default=0.01, ge=0, le=1)
    clip: float = Field(default=1.0, gt=0, le=1e6)

    def player(self, *networks: nn.Module) -> Player:
        """The player that moves networks; its rate rises over 3 % of the steps and falls to 1 % of the largest."""
        schedule = cosine(0.03, 0.01)
        return Player(networks, self.lr, (0.9, 0.99), self.weight_decay, self.clip, schedule=schedule)
