"""Residual generator and discriminator of class-conditional GANs: the SNGAN line, and as options what BigGAN added."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.batch_norm import ConditionalBatchNorm, GroupedBatchNorm
from impasto.nn.embedding import CategoryEmbedding
from impasto.nn.upsample_conv import UpsampleConv2d
from impasto.painters.adversarial.non_local import NonLocal

__all__ = ["DownBlock", "FirstDownBlock", "ResidualDiscriminator", "ResidualGenerator"]


class ResidualGenerator(nn.Module):
    """Latent and category → picture: residual blocks that double the size, with conditional batch norm.

    Every batch norm reads the same embedding of the category through a linear map of its own; with `hierarchical`
    latents it reads a part of the latent beside it, another one in every block.

    Source: Miyato et al. 2018, "Spectral normalization for GANs", table 4; shared embedding and hierarchical latents:
    Brock et al. 2019, section 3.1.
    """

    def __init__(
        self,
        latent_dims: int,
        embedding: int,
        classes: int,
        channels: dict[int, int],
        group: int,
        *,
        hierarchical: bool = False,
        attention_at: int = 0,
    ) -> None:
        """Build the blocks.

        Args:
            latent_dims: D; with `hierarchical` latents at least the number of stages.
            embedding: Dimensions of the category's embedding.
            classes: Number of categories.
            channels: Channels of each stage, by its size in pixels, from 4 pixels up.
            group: Number of pictures normalised together.
            hierarchical: Whether each block reads a part of the latent of its own.
            attention_at: Size of the maps that self-attention acts on; 0 for none.
        """
        super().__init__()
        counts = list(channels.values())
        share = latent_dims // len(counts) if hierarchical else 0
        self.parts = [latent_dims - share * (len(counts) - 1), *([share] * (len(counts) - 1))]
        self.embedding = CategoryEmbedding(classes, embedding)
        self.start = nn.Linear(self.parts[0], counts[0] * 16)
        self.blocks = nn.ModuleList(_UpBlock(a, b, embedding + share, group) for a, b in pairwise(counts))
        self.attention = nn.ModuleDict({str(s): NonLocal(c) for s, c in channels.items() if s == attention_at})
        self.norm = GroupedBatchNorm(counts[-1], group)
        self.last = nn.Conv2d(counts[-1], 3, 3, padding=1)
        self.apply(_orthogonal)

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of latents (N, D) and categories (N,)."""
        first, *rest = latents.split(self.parts, dim=1)
        category = self.embedding(labels)
        x = self.start(first).unflatten(1, (-1, 4, 4))
        for block, part in zip(self.blocks, rest, strict=True):
            x = block(x, torch.cat([category, part], dim=1))
            if str(x.shape[-1]) in self.attention:
                x = self.attention[str(x.shape[-1])](x)
        return torch.tanh(self.last(F.relu(self.norm(x)))).to(latents.dtype)


class ResidualDiscriminator(nn.Module):
    """Picture and category → score: residual blocks that halve the size, without normalisation of features.

    Source: Miyato et al. 2018, table 4; the category by projection: Miyato & Koyama 2018, equation (3).
    """

    def __init__(self, classes: int, channels: dict[int, int], *, attention_at: int = 0) -> None:
        """Build the blocks.

        Args:
            classes: Number of categories.
            channels: Channels of each stage, by its size in pixels, from 4 pixels up.
            attention_at: Size of the maps that self-attention acts on; 0 for none.
        """
        super().__init__()
        counts = list(channels.values())[::-1]
        self.first = FirstDownBlock(counts[0])
        self.blocks = nn.ModuleList(DownBlock(a, b) for a, b in pairwise(counts[:-1]))
        # Blocks widen the maps as they halve them, so a map has the channels of the stage before it.
        self.attention = nn.ModuleDict({str(s // 2): NonLocal(c) for s, c in channels.items() if s == 2 * attention_at})
        self.last = DownBlock(counts[-2], counts[-1], down=False)
        # Without bias, which would cancel in a difference of two scores and never learn.
        self.score = nn.Conv2d(counts[-1], 1, 1, bias=False)
        self.embedding = CategoryEmbedding(classes, counts[-1])
        self.apply(_orthogonal)

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores, shape (N, 1), of pictures (N, 3, R, R) and categories (N,)."""
        x = self.first(pictures)
        for block in self.blocks:
            if str(x.shape[-1]) in self.attention:
                x = self.attention[str(x.shape[-1])](x)
            x = block(x)
        features = F.relu(self.last(x)).sum(dim=(2, 3), keepdim=True)
        match = (self.embedding(labels) * features.flatten(1)).sum(dim=1, keepdim=True)
        return (self.score(features).flatten(1) + match).to(self.score.weight.dtype)


class _UpBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, condition: int, group: int) -> None:
        super().__init__()
        self.norm1 = ConditionalBatchNorm(inputs, group, condition)
        self.conv1 = UpsampleConv2d(inputs, outputs, 3)
        self.norm2 = ConditionalBatchNorm(outputs, group, condition)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = UpsampleConv2d(inputs, outputs, 1)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        h = self.conv1(F.relu(self.norm1(x, condition)))
        return self.conv2(F.relu(self.norm2(h, condition))) + self.shortcut(x)


class DownBlock(nn.Module):
    """Twice ReLU and convolution, plus a shortcut; then half the size."""

    def __init__(self, inputs: int, outputs: int, *, down: bool = True) -> None:
        """Build the block; without `down` the size stays."""
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(inputs, outputs, 1)
        self.down = down

    def forward(self, x: Tensor) -> Tensor:
        """Features, shape (N, outputs, H', W'), of features (N, inputs, H, W)."""
        # A convolution of one pixel and an average may change places; the average first is cheaper.
        h = self.conv2(F.relu(self.conv1(F.relu(x))))
        return F.avg_pool2d(h, 2) + self.shortcut(F.avg_pool2d(x, 2)) if self.down else h + self.shortcut(x)


class FirstDownBlock(nn.Module):
    """A block that reads a picture, which no activation must come before; then half the size."""

    def __init__(self, outputs: int) -> None:
        """Build the block."""
        super().__init__()
        self.conv1 = nn.Conv2d(3, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.shortcut = nn.Conv2d(3, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Features, shape (N, outputs, R/2, R/2), of pictures (N, 3, R, R)."""
        return F.avg_pool2d(self.conv2(F.relu(self.conv1(x))), 2) + self.shortcut(F.avg_pool2d(x, 2))


def _orthogonal(module: nn.Module) -> None:
    """Orthogonal weights (Saxe et al. 2014), biases of 0 (Brock et al. 2019, appendix B)."""
    if isinstance(module, nn.Conv2d) or (isinstance(module, nn.Linear) and module.bias is not None):
        nn.init.orthogonal_(module.weight)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
