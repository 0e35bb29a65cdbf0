"""Generators made of residual blocks: from latents to pictures, and from pictures to pictures."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.group_norm import num_groups
from impasto.nn.residual import ResidualBlock
from impasto.painters.adversarial.latent import Latent

__all__ = ["Decoder", "PictureHead", "Translator"]


class Decoder(nn.Module):
    """Latent → picture, by blocks that double the size."""

    def __init__(self, latent_dims: int, channels: dict[int, int]) -> None:
        """Build the blocks.

        Args:
            latent_dims: Dimensions of the whole latent.
            channels: Channels of each stage, by its size in pixels, from 4 pixels up.
        """
        super().__init__()
        counts = list(channels.values())
        self.start = nn.Linear(latent_dims, counts[0] * 16)
        self.blocks = nn.Sequential(*(ResidualBlock(a, b, resample="up") for a, b in pairwise(counts)))
        self.end = PictureHead(counts[-1], 3)

    def forward(self, latent: Latent) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1]."""
        features = self.start(latent.vector).unflatten(1, (-1, 4, 4))
        pictures: Tensor = self.end(self.blocks(features))
        return pictures


class Translator(nn.Module):
    """Picture → picture of any size that is a multiple of 4, by blocks at a quarter of the size.

    Source: Zhu et al. 2017, "CycleGAN", appendix 7.2.
    """

    def __init__(self, inputs: int, outputs: int, channels: tuple[int, int, int], blocks: int) -> None:
        """Build the blocks.

        Args:
            inputs: Channels of the pictures that come in.
            outputs: Channels of the pictures that go out.
            channels: Channels of the features at full, half and a quarter of the size.
            blocks: How many there are at a quarter of the size.
        """
        super().__init__()
        full, half, quarter = channels
        start = nn.Conv2d(inputs, full, 3, padding=1)
        self.first = nn.Sequential(start, ResidualBlock(full, half, resample="down"))
        self.rest = nn.Sequential(
            ResidualBlock(half, quarter, resample="down"),
            *(ResidualBlock(quarter, quarter) for _ in range(blocks)),
            ResidualBlock(quarter, half, resample="up"),
            ResidualBlock(half, full, resample="up"),
            PictureHead(full, outputs),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """Pictures of the same size, shape (N, outputs, H, W), in [-1, 1], of pictures (N, inputs, H, W)."""
        translated: Tensor = self.rest(self.first(pictures))
        return translated


class PictureHead(nn.Module):
    """Features (N, C, H, W) → pictures (N, outputs, H, W), in [-1, 1]."""

    def __init__(self, channels: int, outputs: int) -> None:
        """Build the layers."""
        super().__init__()
        self.norm = nn.GroupNorm(num_groups(channels), channels)
        self.last = nn.Conv2d(channels, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """The pictures."""
        return torch.tanh(self.last(F.silu(self.norm(x)))).to(self.last.weight.dtype)
