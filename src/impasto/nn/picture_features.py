"""A small convolutional network that turns pictures into vectors."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.residual import ResidualBlock

__all__ = ["PictureFeatures"]


class PictureFeatures(nn.Module):
    """Pictures → one vector each, from residual blocks at a half, a quarter, an eighth and a sixteenth of the size.

    Small objects leave their trace in the maximum over the last map, colours and textures in its mean.
    """

    def __init__(self, width: int, size: tuple[int, int]) -> None:
        """Build it with fresh weights.

        Args:
            width: Channels at half the size; they double with each halving.
            size: Height and width at which pictures are looked at; others are resized.
        """
        super().__init__()
        self.size = size
        self.features = 16 * width
        self.stem = nn.Conv2d(3, width, 4, stride=2, padding=1)
        self.blocks = nn.Sequential(
            ResidualBlock(width, width),
            *(ResidualBlock(width << level, width << (level + 1), resample="down") for level in range(3)),
        )
        self.norm = nn.LayerNorm(self.features)

    def forward(self, pictures: Tensor) -> Tensor:
        """Vectors, shape (N, `features`), of pictures (N, 3, H, W), in [-1, 1]."""
        if tuple(pictures.shape[-2:]) != self.size:
            pictures = F.interpolate(pictures, self.size, mode="bilinear", antialias=True)
        maps = self.blocks(self.stem(pictures))
        result: Tensor = self.norm(torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], dim=1)).to(self.norm.weight.dtype)
        return result
