"""The residual block of convolutional painters, with or without a condition and a skip connection."""

from __future__ import annotations

from typing import Literal, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.group_norm import modulated_group_norm, num_groups, split_group_norm
from impasto.nn.upsample_conv import UpsampleConv2d

__all__ = ["ResidualBlock", "Resample", "near_zero_init"]

Resample = Literal["keep", "down", "up"]
Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)


def near_zero_init(layer: Layer, gain: float = 0.1) -> Layer:
    """Initialise a layer with small weights and without bias, in place.

    The branch that ends in the layer then contributes little at first, but passes gradients, which zeros would not.

    Args:
        layer: A convolution or a linear layer.
        gain: Standard deviation of its outputs for independent inputs of standard deviation 1.
    """
    nn.init.normal_(layer.weight, std=gain / (layer.weight[0].numel() ** 0.5))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


class ResidualBlock(nn.Module):
    """Twice norm, SiLU and convolution, plus a shortcut; resampling comes first.

    Args:
        inputs: Channels of the input.
        outputs: Channels of the output.
        condition: Length of the vector that scales and shifts the second norm; 0 without one.
        resample: Whether the map keeps its size, is halved by averaging ('down') or doubled by copying ('up').
        skip_channels: Channels of a skip connection's map, which has the size of the output; 0 without one. With
            'up', `inputs` and `skip_channels` must be multiples of 16.

    Source: Dhariwal & Nichol 2021, section 3; resampling before both branches: Karras et al. 2024.
    """

    def __init__(
        self, inputs: int, outputs: int, condition: int = 0, resample: Resample = "keep", skip_channels: int = 0
    ) -> None:
        super().__init__()
        self.resample = resample
        width = inputs + skip_channels
        up = resample == "up"
        self.norm1 = nn.GroupNorm(num_groups(width), width)
        self.conv1 = UpsampleConv2d(width, outputs, 3) if up else nn.Conv2d(width, outputs, 3, padding=1)
        self.groups = num_groups(outputs)
        self.norm2 = None if condition else nn.GroupNorm(self.groups, outputs)
        self.modulation = nn.Linear(condition, 2 * outputs) if condition else None
        self.conv2 = near_zero_init(nn.Conv2d(outputs, outputs, 3, padding=1))
        self.shortcut: nn.Module = nn.Upsample(scale_factor=2) if up else nn.Identity()
        if width != outputs:
            self.shortcut = UpsampleConv2d(width, outputs, 1) if up else nn.Conv2d(width, outputs, 1)

    def forward(self, x: Tensor, condition: Tensor | None = None, skip: Tensor | None = None) -> Tensor:
        """The block's output.

        Args:
            x: Shape (N, inputs, H, W).
            condition: Shape (N, condition); given exactly where the block was built with one.
            skip: Shape (N, skip_channels, H', W'); given exactly where the block was built for one.

        Returns:
            Shape (N, outputs, H', W').
        """
        if self.resample == "down":
            x = F.avg_pool2d(x, 2)
        maps = [x] if skip is None else [x, skip]
        if self.resample != "up" and skip is not None:
            maps = [torch.cat(maps, dim=1)]
        # Copying pixels changes neither mean nor variance of a group, so the map may be doubled after its norm.
        h = self.conv1(*(F.silu(m) for m in split_group_norm(self.norm1, maps)))
        if self.modulation is not None and condition is not None:
            scale, shift = self.modulation(condition).chunk(2, dim=1)
            h = modulated_group_norm(h, scale, shift, groups=self.groups)
        elif self.norm2 is not None:
            h = self.norm2(h)
        return self.conv2(F.silu(h)) + self.shortcut(*maps)
