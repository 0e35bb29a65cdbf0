"""Channels of a large feature map weighed by what a small one, much earlier in the generator, shows."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from impasto.painters.adversarial.convolutions import SLOPE, initialised

__all__ = ["SkipExcitation"]

SIDE = 4
"""Side in pixels that the small map is averaged to."""


class SkipExcitation(nn.Module):
    """x · σ(f(y)): one weight in (0, 1) for each channel of x, computed from a smaller map y.

    Source: Liu et al. 2021, "Towards faster and stabilized GAN training", equation (1).
    """

    def __init__(self, before: int, channels: int) -> None:
        """Build f.

        Args:
            before: Channels of the smaller map y.
            channels: Channels of x.
        """
        super().__init__()
        self.gather = initialised(nn.Conv2d(before, channels, SIDE))
        self.weigh = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Features of the shape of x.

        Args:
            x: Shape (N, channels, H, W).
            y: Shape (N, before, h, w).
        """
        gathered = F.leaky_relu(self.gather(F.adaptive_avg_pool2d(y, SIDE)), SLOPE)
        return x * self.weigh(gathered).sigmoid()
