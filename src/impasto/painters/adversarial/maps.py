"""The two maps between latents and pictures: the generator A and the reader B."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from impasto.nn.ams import MultiScale
from impasto.nn.attention import ChannelAttention, PositionAttention
from impasto.nn.sft import SpatialTransform
from impasto.painters.adversarial.latent import Latent, Reading

__all__ = ["Generator", "Reader", "leaky", "widths"]

SLOPE = 0.2


def widths(resolution: int, width: int, most: int) -> dict[int, int]:
    """Channels by size, from 4 pixels to the resolution: halved with each doubling of the size."""
    sizes = [4 << k for k in range((resolution // 4).bit_length())]
    return {size: min(width * resolution // size, most) for size in sizes}


def leaky(layer: nn.Conv2d | nn.Linear) -> nn.Conv2d | nn.Linear:
    """A layer whose start keeps the scale of its input behind a leaky rectifier: there is no norm to do it."""
    nn.init.kaiming_normal_(layer.weight, a=SLOPE)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


class Semantics(nn.Module):
    """The shared semantic features K of c, at 8 pixels."""

    def __init__(self, codes: int, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.start = leaky(nn.Linear(codes, channels * 16))
        self.spread = leaky(nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, codes: Tensor) -> Tensor:
        x = F.leaky_relu(self.start(codes), SLOPE).view(-1, self.channels, 4, 4)
        x = F.interpolate(x, scale_factor=2.0, mode="bilinear")
        return F.leaky_relu(self.spread(x), SLOPE)


class DrawnSemantics(nn.Module):
    """The shared semantic features K of a sketch, at half its size."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.start = leaky(nn.Conv2d(1, channels, 3, stride=2, padding=1))
        self.spread = leaky(nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, drawn: Tensor) -> Tensor:
        return F.leaky_relu(self.spread(F.leaky_relu(self.start(drawn), SLOPE)), SLOPE)


class Stage(nn.Module):
    """One resolution of the generator: 3×3 convolution → AMS → SFT(K) → LeakyReLU → SA → ECA."""

    def __init__(self, before: int, channels: int, semantics: int, five: Literal["dilated", "stacked"] | None) -> None:
        super().__init__()
        self.conv = leaky(nn.Conv2d(before, channels, 3, padding=1)) if before else None
        self.ams = MultiScale(channels, five, SLOPE) if five else None
        self.sft = SpatialTransform(channels, semantics) if semantics else None
        self.attention: nn.Module = nn.Identity()

    def forward(self, x: Tensor, semantics: Tensor | None) -> Tensor:
        if self.conv is not None:
            x = self.conv(F.interpolate(x, scale_factor=2.0, mode="nearest"))
        if self.ams is not None:
            x = self.ams(x)
        if self.sft is not None and semantics is not None:
            x = self.sft(x, F.interpolate(semantics, size=x.shape[-2:], mode="bilinear"))
        return self.attention(F.leaky_relu(x, SLOPE))


class Generator(nn.Module):
    """A: latent → painting, without any batch norm.

    Source: MIGAN, section 4.
    """

    def __init__(
        self,
        channels: dict[int, int],
        dims: int,
        codes: int,
        *,
        semantics: int,
        drawn: bool,
        five: Literal["dilated", "stacked"] | None,
        attention_at: int,
        sa: bool,
        eca: bool,
    ) -> None:
        """Build the stages.

        Args:
            channels: Of each stage, by its size in pixels, in order.
            dims: Of the whole latent.
            codes: Dimensions of c.
            semantics: Channels of K; 0 leaves spatial transforms out.
            drawn: Whether K is computed from a sketch instead of c.
            five: How AMS sees 5 pixels; None leaves it out.
            attention_at: Size of the stage that attends.
            sa: Whether it attends over positions.
            eca: Whether it attends over channels.
        """
        super().__init__()
        sizes, counts = list(channels), list(channels.values())
        self.start = leaky(nn.Linear(dims, counts[0] * sizes[0] ** 2))
        self.drawn = drawn
        self.semantics: nn.Module | None = None
        if semantics:
            self.semantics = DrawnSemantics(semantics) if drawn else Semantics(codes, semantics)
        before = [0, *counts[:-1]]
        self.stages = nn.ModuleList(Stage(b, c, semantics, five) for b, c in zip(before, counts, strict=True))
        attending = self.stages[sizes.index(attention_at)]
        count = channels[attention_at]
        parts = [part for part, wanted in ((PositionAttention(count), sa), (ChannelAttention(count), eca)) if wanted]
        attending.attention = nn.Sequential(*parts)
        self.last = nn.Conv2d(counts[-1], 3, 3, padding=1)
        nn.init.kaiming_normal_(self.last.weight, nonlinearity="linear")
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]

    def forward(self, latent: Latent, drawn: Tensor | None = None) -> Tensor:
        """Pictures, shape (N, 3, R, R), in [-1, 1].

        Args:
            latent: Of N pictures.
            drawn: Their sketches, shape (N, 1, R, R), where K is computed from sketches.
        """
        semantics = None if self.semantics is None else self.semantics(drawn if self.drawn else latent.codes)
        x = F.leaky_relu(self.start(latent.flat), SLOPE).unflatten(1, (-1, 4, 4))
        for stage in self.stages:
            x = stage(x, semantics)
        return torch.tanh(self.last(x)).to(self.last.weight.dtype)


class Reader(nn.Module):
    """B: painting → latent, and the auxiliary network of the bound of the mutual information."""

    def __init__(self, channels: dict[int, int], style: int, kinds: int, factors: int) -> None:
        """Build the trunk and the heads.

        Args:
            channels: Of each stage, by its size in pixels, from 4 pixels up.
            style: D.
            kinds: L.
            factors: F.
        """
        super().__init__()
        self.trunk = nn.Sequential(*strided(list(channels.values())[::-1]), nn.Flatten())
        self.head = nn.Linear(channels[4] * 16, style + kinds + 2 * factors)
        self.parts = (style, kinds, factors, factors)

    def forward(self, pictures: Tensor) -> Reading:
        """What the pictures, of shape (N, 3, R, R), are made from."""
        found = self.head(self.trunk(pictures)).to(self.head.weight.dtype)
        style, logits, means, spreads = found.split(self.parts, dim=1)
        # Bounded, standard deviations in [0.14, 7.4]: a code read perfectly must not outweigh everything else.
        return Reading(style, logits, means.tanh(), 4 * (spreads / 4).tanh())


def strided(channels: Sequence[int]) -> list[nn.Module]:
    """Convolutions from pictures down: one at full size, then one of stride 2 for each further width."""
    layers: list[nn.Module] = [leaky(nn.Conv2d(3, channels[0], 3, padding=1)), nn.LeakyReLU(SLOPE)]
    for before, after in pairwise(channels):
        layers += [leaky(nn.Conv2d(before, after, 4, stride=2, padding=1)), nn.LeakyReLU(SLOPE)]
    return layers
