"""A discriminator of patches alone."""

from __future__ import annotations

from torch import Tensor, nn

from impasto.nn.group_norm import num_groups
from impasto.painters.adversarial.convolutions import SLOPE

__all__ = ["PatchDiscriminator"]


class PatchDiscriminator(nn.Module):
    """Scores of patches of 28 pixels that lie 4 pixels apart.

    Squares of 2 × 2 pixels become the channels of one place first, so that no convolution runs at full resolution.

    Args:
        width: Channels of the finest map; the coarser one has twice as many.

    Source: Isola et al. 2017, section 3.2, with group norm instead of batch norm, so that batches can be divided.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        wide = 2 * width
        self.layers = nn.Sequential(
            nn.PixelUnshuffle(2),
            nn.Conv2d(12, width, 3, padding=1),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(width, wide, 4, stride=2, padding=1, bias=False),
            nn.GroupNorm(num_groups(wide), wide),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(wide, wide, 3, padding=1, bias=False),
            nn.GroupNorm(num_groups(wide), wide),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(wide, 1, 3, padding=1),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Scores of each picture's patches, the higher the more real.

        Args:
            pictures: Shape (N, 3, H, W), in [-1, 1], H and W multiples of 4.

        Returns:
            Shape (N, H · W / 16).
        """
        scores: Tensor = self.layers(pictures)
        # In the precision of the weights, whatever autocast is on.
        return scores.flatten(1).to(next(self.parameters()).dtype)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """Feature maps after each activation, from fine to coarse, each of shape (N, C, H', W')."""
        maps = []
        x = pictures
        for layer in self.layers:
            x = layer(x)
            if isinstance(layer, nn.LeakyReLU):
                maps.append(x)
        return maps
