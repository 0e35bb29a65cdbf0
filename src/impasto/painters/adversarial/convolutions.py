"""Convolutions without normalisation: their widths, their initialisation, and a stack of strided ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import nn

__all__ = ["SLOPE", "channels_by_size", "initialised", "strided_convolutions"]

SLOPE = 0.2
"""Negative slope of every leaky ReLU in this family."""


def channels_by_size(resolution: int, width: int, max_width: int) -> dict[int, int]:
    """Channels of each stage by its size in pixels, from 4 pixels up to the resolution.

    Args:
        resolution: R, of the pictures.
        width: Channels at full resolution; doubled with each halving of the size.
        max_width: Largest number of channels.
    """
    sizes = [4 << k for k in range((resolution // 4).bit_length())]
    return {size: min(width * resolution // size, max_width) for size in sizes}


def initialised(layer: nn.Conv2d | nn.Linear) -> nn.Conv2d | nn.Linear:
    """The same layer, initialised so that its output behind a leaky ReLU has the variance of its input.

    The networks that use it have no normalisation, which would otherwise do that.

    Source: He et al. 2015, "Delving deep into rectifiers", section 2.2.
    """
    nn.init.kaiming_normal_(layer.weight, a=SLOPE)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def strided_convolutions(channels: Sequence[int]) -> list[nn.Module]:
    """Layers from pictures down: a convolution at full size, then one of stride 2 for each further width.

    Args:
        channels: Channels of each stage, from full size down.
    """
    layers: list[nn.Module] = [initialised(nn.Conv2d(3, channels[0], 3, padding=1)), nn.LeakyReLU(SLOPE)]
    for before, after in pairwise(channels):
        layers += [initialised(nn.Conv2d(before, after, 4, stride=2, padding=1)), nn.LeakyReLU(SLOPE)]
    return layers
