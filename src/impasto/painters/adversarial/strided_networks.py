"""Networks of the DCGAN line: strided convolutions with batch norm, from latents to pictures and back to scores."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from impasto.nn.batch_norm import GroupedBatchNorm
from impasto.nn.embedding import CategoryEmbedding

__all__ = ["Discriminator", "Generator", "initialise", "strided_features"]

INITIAL_STD = 0.02
"""Standard deviation of the initial weights (Radford et al. 2016, section 4)."""


class Generator(nn.Module):
    """Latent and category → picture: transposed convolutions, batch norm and ReLU, with tanh at the end."""

    def __init__(
        self, latent_dims: int, channels: dict[int, int], group: int, classes: int = 0, embedding: int = 0
    ) -> None:
        """Build the layers.

        Args:
            latent_dims: D.
            channels: Channels of each stage, by its size in pixels, from 4 pixels to half the pictures' size.
            group: Number of pictures normalised together.
            classes: Number of categories; 0 for pictures of a latent alone.
            embedding: Dimensions of the category's embedding.
        """
        super().__init__()
        counts = list(channels.values())
        inputs = latent_dims + embedding
        self.embedding = CategoryEmbedding(classes, embedding) if classes else None
        layers: list[nn.Module] = [nn.ConvTranspose2d(inputs, counts[0], 4, bias=False)]
        variance = INITIAL_STD**2 * inputs
        for before, after in pairwise(counts):
            layers += [_batch_norm(before, group, variance), nn.ReLU()]
            # Four of the kernel's positions meet at a pixel, and ReLU leaves half of the power: together a factor of 2.
            variance = INITIAL_STD**2 * 2 * before
            layers += [nn.ConvTranspose2d(before, after, 4, stride=2, padding=1, bias=False)]
        layers += [_batch_norm(counts[-1], group, variance), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.ConvTranspose2d(counts[-1], 3, 4, stride=2, padding=1))

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of latents (N, D) and categories (N,), if any."""
        inputs = latents if self.embedding is None else torch.cat([latents, self.embedding(labels)], dim=1)
        return torch.tanh(self.layers(inputs[:, :, None, None])).to(latents.dtype)


class Discriminator(nn.Module):
    """Picture and category → logit of being real: strided convolutions, batch norm and leaky ReLU."""

    def __init__(self, channels: dict[int, int], group: int, classes: int) -> None:
        """Build the layers down to 4 pixels; the first has no batch norm.

        Args:
            channels: As of `Generator`.
            group: Number of pictures normalised together.
            classes: Number of categories.
        """
        super().__init__()
        counts = list(channels.values())[::-1]
        self.layers = strided_features(counts, group)
        self.score = nn.Conv2d(counts[-1], 1, 4)
        self.embedding = CategoryEmbedding(classes, counts[-1])
        nn.init.normal_(self.embedding.weight, std=INITIAL_STD)

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Logits, shape (N, 1), of pictures (N, 3, R, R) and categories (N,)."""
        features = self.layers(pictures)
        match = (self.embedding(labels) * features.mean(dim=(2, 3))).sum(dim=1)
        return (self.score(features).flatten(1) + match[:, None]).to(self.score.weight.dtype)


def strided_features(counts: Sequence[int], group: int) -> nn.Sequential:
    """Layers from pictures down to 4 pixels, with batch norm after all but the first.

    Args:
        counts: Channels of each stage, from half the pictures' size down.
        group: Number of pictures normalised together.
    """
    layers: list[nn.Module] = [nn.Conv2d(3, counts[0], 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
    for before, after in pairwise(counts):
        layers += [nn.Conv2d(before, after, 4, stride=2, padding=1, bias=False)]
        layers += [GroupedBatchNorm(after, group), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers)


def _batch_norm(channels: int, group: int, variance: float) -> GroupedBatchNorm:
    """Batch norm whose running variance is, before any training, the one that the initial weights imply."""
    norm = GroupedBatchNorm(channels, group)
    norm.var.fill_(variance)
    return norm


def initialise(module: nn.Module) -> None:
    """DCGAN's initial values: weights N(0, 0.02), scales of batch norm N(1, 0.02), biases 0."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, std=INITIAL_STD)
    if isinstance(module, GroupedBatchNorm):
        nn.init.normal_(module.weight, 1.0, INITIAL_STD)
    bias = getattr(module, "bias", None)
    if isinstance(bias, Tensor):
        nn.init.zeros_(bias)
