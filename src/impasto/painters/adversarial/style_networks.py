"""The networks of StyleGAN2: mapping, synthesis by modulated convolutions, and a residual discriminator.

Scales are equalised: weights begin with standard deviation 1 and are scaled when they are used (Karras et al. 2018,
section 4.1). Modulation scales the features before a convolution, and demodulation the features behind it, by the norms
that the modulated weights would have; so all pictures of a batch share one convolution. Pictures and features are
enlarged bilinearly, where the source filters them with [1, 3, 3, 1].
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.embedding import CategoryEmbedding
from impasto.painters.adversarial.convolutions import SLOPE

__all__ = ["MappingNetwork", "StyleDiscriminator", "StyleGenerator", "SynthesisNetwork"]

GAIN = 2**0.5
"""Keeps the variance of features behind a leaky ReLU."""
EPS = 1e-8


class EqualLinear(nn.Module):
    """A linear layer of equalised scale."""

    def __init__(self, inputs: int, outputs: int, *, bias: float = 0.0, rate: float = 1.0) -> None:
        """Draw the weights.

        Args:
            inputs: Length of the vectors that come in.
            outputs: Length of the vectors that go out.
            bias: What each bias begins with.
            rate: Factor on the learning rate of the layer.
        """
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias / rate))
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        """Vectors, shape (N, outputs), of vectors (N, inputs)."""
        scale = self.rate / self.weight.shape[1] ** 0.5
        return F.linear(x, self.weight * scale, self.bias * self.rate)


class EqualConv(nn.Module):
    """A convolution of equalised scale."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, bias: bool = True) -> None:
        """Draw the weights of a convolution that keeps the size of maps."""
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None

    @property
    def scaled(self) -> Tensor:
        """The weights as they are used."""
        return self.weight / self.weight[0].numel() ** 0.5

    def forward(self, x: Tensor) -> Tensor:
        """Features, shape (N, outputs, H, W), of features (N, inputs, H, W)."""
        return F.conv2d(x, self.scaled, self.bias, padding=self.weight.shape[-1] // 2)


class MappingNetwork(nn.Module):
    """Latent and category → style w.

    Source: Karras et al. 2019, section 2; the category as in their later code: embedded, normalised, concatenated.
    """

    def __init__(self, latent_dims: int, style_dims: int, classes: int, layers: int) -> None:
        """Build the layers, which learn at a hundredth of the rate."""
        super().__init__()
        self.embedding = CategoryEmbedding(classes, latent_dims)
        widths = [2 * latent_dims, *([style_dims] * layers)]
        self.layers = nn.ModuleList(EqualLinear(a, b, rate=0.01) for a, b in pairwise(widths))

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Styles, shape (N, style_dims), of latents (N, D) and categories (N,)."""
        x = torch.cat([_normalised(latents), _normalised(self.embedding(labels))], dim=1)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), SLOPE) * GAIN
        return x


class ModulatedConv(nn.Module):
    """A convolution whose input channels are scaled by a style.

    Source: Karras et al. 2020, "Analyzing and improving the image quality of StyleGAN", equations (1) to (3).
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, style_dims: int, *, demodulate: bool = True) -> None:
        """Build the convolution and what reads its scales from the style."""
        super().__init__()
        self.scales = EqualLinear(style_dims, inputs, bias=1.0)
        self.convolution = EqualConv(inputs, outputs, kernel, bias=False)
        self.demodulate = demodulate

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """Features, shape (N, outputs, H, W), of features (N, inputs, H, W) and styles (N, style_dims)."""
        scales = self.scales(style)
        y = self.convolution(x * scales[:, :, None, None])
        if not self.demodulate:
            return y
        powers = scales.square() @ self.convolution.scaled.square().sum((2, 3)).T
        return y * (powers + EPS).rsqrt()[:, :, None, None]


class StyledLayer(nn.Module):
    """A modulated convolution with noise, bias and leaky ReLU; enlarging comes first, where it is asked for."""

    noise: Tensor

    def __init__(self, inputs: int, outputs: int, size: int, style_dims: int, *, up: bool = False) -> None:
        """Build the layer; its constant noise is of the size of its output."""
        super().__init__()
        self.up = up
        self.convolution = ModulatedConv(inputs, outputs, 3, style_dims)
        self.strength = nn.Parameter(torch.zeros(()))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("noise", torch.randn(1, 1, size, size))

    def forward(self, x: Tensor, style: Tensor, noise: Tensor | None) -> Tensor:
        """Features of features; without noise of their own, (N, 1, H, W), all pictures have the constant one."""
        x = _enlarged(x) if self.up else x
        x = self.convolution(x, style) + self.strength * (self.noise if noise is None else noise).to(x.dtype)
        return F.leaky_relu(x + self.bias[:, None, None], SLOPE) * GAIN


class SynthesisNetwork(nn.Module):
    """Styles → picture: a learned constant, two styled layers at each size, and pictures of all sizes summed.

    Attributes:
        sizes: Size in pixels of the noise of each styled layer.

    Source: Karras et al. 2020, section 2 and figure 7 (skip connections).
    """

    def __init__(self, style_dims: int, channels: dict[int, int]) -> None:
        """Build the layers.

        Args:
            style_dims: Length of a style.
            channels: Channels of each stage, by its size in pixels, from 4 pixels up.
        """
        super().__init__()
        counts = list(channels.values())
        self.constant = nn.Parameter(torch.randn(1, counts[0], 4, 4))
        layers = [StyledLayer(counts[0], counts[0], 4, style_dims)]
        for size, (before, after) in zip(list(channels)[1:], pairwise(counts), strict=True):
            layers += [StyledLayer(before, after, size, style_dims, up=True)]
            layers += [StyledLayer(after, after, size, style_dims)]
        self.layers = nn.ModuleList(layers)
        self.sizes = [layer.noise.shape[-1] for layer in layers]
        self.pictures = nn.ModuleList(ModulatedConv(c, 3, 1, style_dims, demodulate=False) for c in counts)
        self.bias = nn.Parameter(torch.zeros(3))

    @property
    def depth(self) -> int:
        """Number of styled layers, each of which reads a style of its own."""
        return len(self.layers)

    @property
    def scale_weights(self) -> list[Tensor]:
        """For each styled layer the matrix that reads its scales from a style, shape (channels, style_dims)."""
        return [layer.convolution.scales.weight for layer in self.layers if isinstance(layer, StyledLayer)]

    def forward(self, styles: Tensor, noise: Sequence[Tensor] | None = None) -> Tensor:
        """Pictures, shape (N, 3, R, R), unbounded.

        Args:
            styles: One for each styled layer, shape (N, depth, style_dims).
            noise: For each styled layer, shape (N, 1, H, W); without it all pictures have the same, constant one.
        """
        x = self.constant.expand(len(styles), -1, -1, -1)
        picture = None
        for number, layer in enumerate(self.layers):
            style = styles[:, number]
            x = layer(x, style, None if noise is None else noise[number])
            if number % 2 == 0:
                # The picture of a size is read with the style of the layer before it.
                part = self.pictures[number // 2](x, style) + self.bias[:, None, None]
                picture = part if picture is None else _enlarged(picture) + part
        assert picture is not None
        return picture.to(self.bias.dtype)


class StyleGenerator(nn.Module):
    """Mapping and synthesis together: latent and category → picture, with constant noise."""

    def __init__(self, mapping: MappingNetwork, synthesis: SynthesisNetwork) -> None:
        """Join both networks."""
        super().__init__()
        self.mapping = mapping
        self.synthesis = synthesis

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures, shape (N, 3, R, R), unbounded, of latents (N, D) and categories (N,)."""
        styles = self.mapping(latents, labels)[:, None].expand(-1, self.synthesis.depth, -1)
        pictures: Tensor = self.synthesis(styles)
        return pictures


class StyleDiscriminator(nn.Module):
    """Picture and category → score: residual blocks, and a map of how much a few pictures differ.

    Source: Karras et al. 2020, section 2 (residual); Karras et al. 2018, section 3 (standard deviation of a group).
    """

    def __init__(self, classes: int, channels: dict[int, int], group: int) -> None:
        """Build the blocks.

        Args:
            classes: Number of categories.
            channels: Channels of each stage, by its size in pixels, from 4 pixels up.
            group: Number of consecutive pictures whose standard deviation is seen.
        """
        super().__init__()
        counts = list(channels.values())[::-1]
        self.group = group
        self.first = EqualConv(3, counts[0], 1)
        self.blocks = nn.ModuleList(_DownBlock(a, b) for a, b in pairwise(counts))
        self.last = EqualConv(counts[-1] + 1, counts[-1], 3)
        self.features = EqualLinear(counts[-1] * 16, counts[-1])
        self.score = EqualLinear(counts[-1], 1)
        self.embedding = CategoryEmbedding(classes, counts[-1])

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores, shape (N, 1), of pictures (N, 3, R, R) and categories (N,)."""
        x = _activated(self.first(pictures))
        for block in self.blocks:
            x = block(x)
        x = _activated(self.last(torch.cat([x, self._deviation(x)], dim=1)))
        x = _activated(self.features(x.flatten(1))).to(self.score.weight.dtype)
        match = (self.embedding(labels) * x).sum(dim=1, keepdim=True) / x.shape[1] ** 0.5
        score: Tensor = self.score(x) + match
        return score

    def _deviation(self, x: Tensor) -> Tensor:
        """Mean standard deviation within each group of consecutive pictures, as a map, shape (N, 1, H, W)."""
        size = self.group if len(x) % self.group == 0 else len(x)
        groups = x.float().unflatten(0, (-1, size))
        deviation = (groups.var(dim=1, correction=0) + EPS).sqrt().mean(dim=(1, 2, 3))
        return deviation.repeat_interleave(size)[:, None, None, None].expand(-1, 1, *x.shape[2:]).to(x.dtype)


class _DownBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv1 = EqualConv(inputs, inputs, 3)
        self.conv2 = EqualConv(inputs, outputs, 3)
        self.shortcut = EqualConv(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        h = F.avg_pool2d(_activated(self.conv1(x)), 2)
        return (_activated(self.conv2(h)) + self.shortcut(F.avg_pool2d(x, 2))) / GAIN


def _activated(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE) * GAIN


def _normalised(x: Tensor) -> Tensor:
    """Vectors of mean square 1; a vector of zeros stays one."""
    return x * (x.square().mean(dim=1, keepdim=True) + EPS).rsqrt()


def _enlarged(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
