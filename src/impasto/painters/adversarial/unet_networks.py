"""U-shaped generator and discriminator: both shrink what they read to 4 pixels and enlarge it again, with skips."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.batch_norm import ConditionalBatchNorm, GroupedBatchNorm
from impasto.nn.embedding import CategoryEmbedding
from impasto.painters.adversarial.residual_networks import DownBlock, FirstDownBlock

__all__ = ["UNetDiscriminator", "UNetGenerator"]


class SwishGate(nn.Module):
    """x · σ(Wx): how much of each feature passes is decided by all features of its place.

    With W the identity it is the swish function (Ramachandran et al. 2018).
    """

    def __init__(self, channels: int) -> None:
        """Begin near the swish function."""
        super().__init__()
        self.weigh = nn.Conv2d(channels, channels, 1)
        nn.init.dirac_(self.weigh.weight)
        nn.init.zeros_(self.weigh.bias)  # type: ignore[arg-type]

    def forward(self, x: Tensor) -> Tensor:
        """Features of the same shape (N, C, H, W)."""
        return x * self.weigh(x).sigmoid()


class SwishGatedBlock(nn.Module):
    """A residual block of two convolutions, whose shortcut passes a swish gate."""

    def __init__(self, inputs: int, outputs: int, condition: int, group: int) -> None:
        """Build the block.

        Args:
            inputs: Channels of the input.
            outputs: Channels of the output.
            condition: Length of the vector that the batch norms read.
            group: Number of pictures normalised together.
        """
        super().__init__()
        self.norm1 = ConditionalBatchNorm(inputs, group, condition)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2 = ConditionalBatchNorm(outputs, group, condition)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.gate = SwishGate(inputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Features, shape (N, outputs, H, W), of features (N, inputs, H, W) and vectors (N, condition)."""
        h = self.conv1(F.silu(self.norm1(x, condition)))
        return self.conv2(F.silu(self.norm2(h, condition))) + self.shortcut(self.gate(x))


class UNetGenerator(nn.Module):
    """Latent and category → picture: the latent as a map of full size, which a U-Net of swish-gated blocks repaints.

    Source: Alruily et al. 2023, as described by the authors of MIGAN, section 2: a U-Net with swish layers and
    swish-gated residual blocks that filter what passes between layers. Sizes and norms are ours.
    """

    def __init__(self, latent_dims: int, embedding: int, classes: int, channels: dict[int, int], group: int) -> None:
        """Build the blocks.

        Args:
            latent_dims: D.
            embedding: Dimensions of the category's embedding.
            classes: Number of categories.
            channels: Channels of each stage, by its size in pixels, from 4 pixels up.
            group: Number of pictures normalised together.
        """
        super().__init__()
        counts = list(channels.values())[::-1]
        condition = embedding + latent_dims
        self.side = max(channels)
        self.embedding = CategoryEmbedding(classes, embedding)
        self.start = nn.Linear(latent_dims, self.side**2)
        self.first = nn.Conv2d(1, counts[0], 3, padding=1)
        self.down = nn.ModuleList(SwishGatedBlock(a, b, condition, group) for a, b in pairwise(counts))
        self.gates = nn.ModuleList(SwishGate(c) for c in counts[:-1])
        self.up = nn.ModuleList(SwishGatedBlock(a + b, b, condition, group) for a, b in pairwise(counts[::-1]))
        self.norm = GroupedBatchNorm(counts[0], group)
        self.last = nn.Conv2d(counts[0], 3, 3, padding=1)

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of latents (N, D) and categories (N,)."""
        condition = torch.cat([self.embedding(labels), latents], dim=1)
        x = self.first(self.start(latents).unflatten(1, (1, self.side, self.side)))
        skips = []
        for block, gate in zip(self.down, self.gates, strict=True):
            skips.append(gate(x))
            x = block(F.avg_pool2d(x, 2), condition)
        for block in self.up:
            x = block(torch.cat([F.interpolate(x, scale_factor=2), skips.pop()], dim=1), condition)
        return torch.tanh(self.last(F.silu(self.norm(x)))).to(latents.dtype)


class UNetDiscriminator(nn.Module):
    """Picture and category → a score of the whole picture, and one of each pixel.

    Source: Schönfeld et al. 2020, "A U-Net based discriminator for generative adversarial networks", section 3.1.
    """

    def __init__(self, classes: int, channels: dict[int, int], *, whole: bool = True) -> None:
        """Build the blocks.

        Args:
            classes: Number of categories.
            channels: Channels of each stage, by its size in pixels, from 4 pixels up.
            whole: Whether whole pictures have a score; otherwise `pixel_scores` is all, without a bias, which would
                cancel in a difference of two scores and never learn.
        """
        super().__init__()
        counts = list(channels.values())[::-1]
        self.first = FirstDownBlock(counts[1])
        self.blocks = nn.ModuleList(DownBlock(a, b) for a, b in pairwise(counts[1:]))
        if whole:
            self.score = nn.Conv2d(counts[-1], 1, 1, bias=False)
            self.embedding = CategoryEmbedding(classes, counts[-1])
        self.up = nn.ModuleList(DownBlock(a + b, b, down=False) for a, b in pairwise(counts[:0:-1]))
        self.pixels = nn.Conv2d(counts[1] + 3, counts[0], 3, padding=1)
        self.verdict = nn.Conv2d(counts[0], 1, 1, bias=whole)

    def forward(self, pictures: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of the pictures, shape (N, 1), and of their pixels, shape (N, R, R).

        Args:
            pictures: Shape (N, 3, R, R).
            labels: Categories, shape (N,).
        """
        maps = self.features(pictures)
        features = F.relu(maps[-1]).sum(dim=(2, 3), keepdim=True)
        match = (self.embedding(labels) * features.flatten(1)).sum(dim=1, keepdim=True)
        score = self.score(features).flatten(1) + match
        return score.to(self.score.weight.dtype), self._upwards(maps, pictures)

    def pixel_scores(self, pictures: Tensor) -> Tensor:
        """Scores of the pixels alone, shape (N, H, W), of pictures (N, 3, H, W)."""
        return self._upwards(self.features(pictures), pictures)

    def features(self, pictures: Tensor) -> list[Tensor]:
        """Feature maps of the way down, from fine to coarse, each of shape (N, C, H', W')."""
        maps = [self.first(pictures)]
        for block in self.blocks:
            maps.append(block(maps[-1]))
        return maps

    def _upwards(self, maps: list[Tensor], pictures: Tensor) -> Tensor:
        """Scores of the pixels, of what `features` gives."""
        *skips, x = maps
        for block in self.up:
            x = block(torch.cat([F.interpolate(x, scale_factor=2), skips.pop()], dim=1))
        # The last stage reads the pixels themselves, which no block has kept.
        x = F.relu(self.pixels(torch.cat([F.interpolate(F.relu(x), scale_factor=2), pictures], dim=1)))
        scores: Tensor = self.verdict(x).squeeze(1)
        return scores.to(self.verdict.weight.dtype)
