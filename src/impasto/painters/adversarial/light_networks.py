"""The generator and the discriminator of FastGAN, with bodies that need fewer multiplications.

A body is the kind of every 3 × 3 convolution: 'full'; 'separable', one filter for each channel and then a mixture of
channels (Howard et al. 2017, MobileNets, section 3.1); 'dense', two such layers, each of which gives half of the output
(Wang et al. 2020, Dense-MobileNet, section 3); or 'shuffled', within groups of channels that are mixed between layers
(Zhang et al. 2018, ShuffleNet, section 3.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.batch_norm import GroupedBatchNorm
from impasto.nn.embedding import CategoryEmbedding
from impasto.nn.group_norm import num_groups
from impasto.painters.adversarial.convolutions import SLOPE
from impasto.painters.adversarial.skip_excitation import SkipExcitation

__all__ = ["Body", "LightDiscriminator", "LightGenerator"]

Body = Literal["full", "separable", "dense", "shuffled"]
GROUPS = 4
"""Groups of channels of a 'shuffled' body, where they divide the channels."""
APART = 8
"""How many times larger a map is than the one that excites its channels."""
GATED_POWER = 0.293
"""Mean square of x · σ(y) for independent standard normal x and y, which a gated linear unit leaves."""
REBUILT = 8
"""Side in pixels of the feature map that the discriminator rebuilds pictures from."""


class Shuffle(nn.Module):
    """Channels in an order in which neighbours come from different groups."""

    def __init__(self, groups: int) -> None:
        """Shuffle between so many groups."""
        super().__init__()
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        """Features of the same shape (N, C, H, W)."""
        return x.unflatten(1, (self.groups, -1)).transpose(1, 2).flatten(1, 2)


class DenseLayers(nn.Module):
    """Two separable layers, the second over the first; the output holds the channels of both.

    Source: Wang et al. 2020, Dense-MobileNet, section 3: what a layer gives is passed on beside what is made of it, so
        that each layer gives fewer channels.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int) -> None:
        """Build both layers; only the first strides."""
        super().__init__()
        first = outputs // 2
        self.first = separable(inputs, first, kernel, stride)
        self.second = separable(first, outputs - first, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Features, shape (N, outputs, H / stride, W / stride), of features (N, inputs, H, W)."""
        first = self.first(x)
        return torch.cat([first, self.second(first)], dim=1)


def separable(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Module:
    """One filter for each channel, then a mixture of channels."""
    depthwise = nn.Conv2d(inputs, inputs, kernel, stride, (kernel - 1) // 2, groups=inputs, bias=False)
    return nn.Sequential(depthwise, nn.Conv2d(inputs, outputs, 1, bias=False))


def convolution(body: Body, inputs: int, outputs: int, *, kernel: int = 3, stride: int = 1) -> nn.Module:
    """A convolution of a body, without bias, whose output is 1 / stride of the size."""
    if body == "separable":
        return separable(inputs, outputs, kernel, stride)
    if body == "dense":
        return DenseLayers(inputs, outputs, kernel, stride)
    groups = GROUPS if body == "shuffled" and inputs % GROUPS == outputs % GROUPS == 0 else 1
    layer = nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, groups=groups, bias=False)
    return layer if groups == 1 else nn.Sequential(layer, Shuffle(groups))


class UpBlock(nn.Module):
    """Twice the size, convolution, batch norm and gated linear unit.

    Source: Liu et al. 2021, "Towards faster and stabilized GAN training", figure 3.
    """

    def __init__(self, body: Body, inputs: int, outputs: int, group: int) -> None:
        """Build the block."""
        super().__init__()
        self.convolution = convolution(body, inputs, 2 * outputs)
        _keep_variance(self.convolution, GATED_POWER)
        self.norm = GroupedBatchNorm(2 * outputs, group)

    def forward(self, x: Tensor) -> Tensor:
        """Features, shape (N, outputs, 2H, 2W), of features (N, inputs, H, W)."""
        return F.glu(self.norm(self.convolution(F.interpolate(x, scale_factor=2))), dim=1)


class LightGenerator(nn.Module):
    """Latent and category → picture: blocks that double the size, and channels that much smaller maps excite.

    Source: Liu et al. 2021, sections 3.1 and 3.2.
    """

    def __init__(
        self, body: Body, latent_dims: int, embedding: int, classes: int, channels: dict[int, int], *, group: int
    ) -> None:
        """Build the blocks.

        Args:
            body: The kind of convolutions.
            latent_dims: D.
            embedding: Dimensions of the category's embedding, which is appended to the latent.
            classes: Number of categories.
            channels: Channels of each stage, by its size in pixels, from 4 pixels up.
            group: Number of pictures normalised together.
        """
        super().__init__()
        counts = list(channels.values())
        self.embedding = CategoryEmbedding(classes, embedding)
        self.start = nn.Linear(latent_dims + embedding, 2 * counts[0] * 16, bias=False)
        nn.init.normal_(self.start.weight, std=(latent_dims + embedding) ** -0.5)
        self.norm = GroupedBatchNorm(2 * counts[0], group)
        self.blocks = nn.ModuleList(UpBlock(body, a, b, group) for a, b in pairwise(counts))
        self.excitations = nn.ModuleDict(
            {
                str(size): SkipExcitation(channels[size // APART], count)
                for size, count in channels.items()
                if size >= 4 * APART
            }
        )
        self.last = nn.Conv2d(counts[-1], 3, 3, padding=1)

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1], of latents (N, D) and categories (N,)."""
        x = self.start(torch.cat([latents, self.embedding(labels)], dim=1)).unflatten(1, (-1, 4, 4))
        x = F.glu(self.norm(x), dim=1)
        maps = {4: x}
        for block in self.blocks:
            x = block(x)
            size = x.shape[-1]
            if str(size) in self.excitations:
                x = self.excitations[str(size)](x, maps[size // APART])
            maps[size] = x
        return torch.tanh(self.last(x)).to(latents.dtype)


class LightDiscriminator(nn.Module):
    """Picture and category → scores of places; and the picture rebuilt from what the discriminator keeps of it.

    Source: Liu et al. 2021, section 3.3. Unlike there, features have group norm, not batch norm, so that a batch may be
    cut anywhere. Without a norm, features shrink from block to block under spectral norm, until scores say nothing.
    """

    def __init__(self, body: Body, classes: int, channels: dict[int, int]) -> None:
        """Build the layers.

        Args:
            body: The kind of convolutions.
            classes: Number of categories.
            channels: Channels of each stage, by its size in pixels, from 4 pixels up.
        """
        super().__init__()
        kept = {size: count for size, count in channels.items() if size >= REBUILT}
        counts = list(kept.values())[::-1]
        self.first = nn.Sequential(nn.Conv2d(3, counts[0], 3, padding=1), nn.LeakyReLU(SLOPE))
        self.down = nn.ModuleList(_DownBlock(body, a, b) for a, b in pairwise(counts))
        self.places = nn.Conv2d(counts[-1], 1, 4, bias=False)
        self.embedding = CategoryEmbedding(classes, counts[-1])
        self.decoder = _decoder(body, counts[-1], side=max(channels))

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores, shape (N, K), of pictures (N, 3, R, R) and categories (N,)."""
        features = self.features(pictures)
        match = (self.embedding(labels) * features.mean(dim=(2, 3))).sum(dim=1, keepdim=True)
        return (self.places(features).flatten(1) + match).to(self.places.weight.dtype)

    def features(self, pictures: Tensor) -> Tensor:
        """Feature maps of 8 × 8 pixels, shape (N, C, 8, 8)."""
        x: Tensor = self.first(pictures)
        for block in self.down:
            x = block(x)
        return x

    def rebuilt(self, pictures: Tensor) -> Tensor:
        """Pictures of half the size, shape (N, 3, R/2, R/2), in [-1, 1], rebuilt from their features."""
        pictures_again: Tensor = self.decoder(self.features(pictures))
        return torch.tanh(pictures_again).to(pictures.dtype)


class _DownBlock(nn.Module):
    """Half the size, by a strided convolution and by an average, summed."""

    def __init__(self, body: Body, inputs: int, outputs: int) -> None:
        super().__init__()
        self.strided = convolution(body, inputs, outputs, kernel=4, stride=2)
        self.again = convolution(body, outputs, outputs)
        self.averaged = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norms = nn.ModuleList(nn.GroupNorm(num_groups(outputs), outputs) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        first, second, third = self.norms
        h = F.leaky_relu(first(self.strided(x)), SLOPE)
        h = F.leaky_relu(second(self.again(h)), SLOPE)
        return (h + F.leaky_relu(third(self.averaged(F.avg_pool2d(x, 2))), SLOPE)) / 2


def _keep_variance(layers: nn.Module, power: float) -> None:
    """Draw the weights of convolutions in a row so that inputs of that mean square come out with variance 1.

    Then running statistics that begin with variance 1 are right before any training.
    """
    for number, layer in enumerate(each for each in layers.modules() if isinstance(each, nn.Conv2d)):
        gain = power if number == 0 else 1.0
        nn.init.normal_(layer.weight, std=(layer.weight[0].numel() * gain) ** -0.5)


def _decoder(body: Body, channels: int, side: int) -> nn.Sequential:
    """Features of 8 × 8 pixels → pictures of half the side, with few channels."""
    counts: Sequence[int] = [
        channels,
        *(max(8, channels // 2 ** (k + 1)) for k in range((side // 2 // REBUILT).bit_length() - 1)),
    ]
    layers: list[nn.Module] = []
    for before, after in pairwise(counts):
        layers += [nn.Upsample(scale_factor=2), convolution(body, before, after), nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*layers, nn.Conv2d(counts[-1], 3, 3, padding=1))
