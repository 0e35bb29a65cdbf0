"""The residual block of convolutional painters, with or without a condition."""

from __future__ import annotations

from typing import Literal, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.doubling import DoublingConv2d
from impasto.nn.group_norm import group_norm_apart, groups_of, modulated_group_norm

__all__ = ["ResidualBlock", "Resample", "small_output"]

Resample = Literal["keep", "down", "up"]
Layer = TypeVar("Layer", nn.Conv2d, nn.Linear)


def small_output(layer: Layer, gain: float = 0.1) -> Layer:
    """Shrink a layer's first weights, so that the branch it ends starts out quiet, yet passes gradients."""
    nn.init.normal_(layer.weight, std=gain / (layer.weight[0].numel() ** 0.5))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


class ResidualBlock(nn.Module):
    """Norm, SiLU, convolution, twice, beside a shortcut; resampling comes first.

    Args:
        inputs: Channels that come in.
        outputs: Channels that go out.
        condition: Length of the vector that scales and shifts the second norm; 0 without one.
        resample: Whether the map keeps its size, is halved by averages or doubled by copies.
        beside: Channels of a second map that comes in, of the size that goes out; 0 without one. Where the first
            map is doubled, both need multiples of 16 channels.

    Source: Dhariwal & Nichol 2021, section 3; resampling before both branches: Karras et al. 2024.
    """

    def __init__(
        self, inputs: int, outputs: int, condition: int = 0, resample: Resample = "keep", beside: int = 0
    ) -> None:
        super().__init__()
        self.resample = resample
        width, up = inputs + beside, resample == "up"
        self.norm1 = nn.GroupNorm(groups_of(width), width)
        self.conv1 = DoublingConv2d(width, outputs, 3) if up else nn.Conv2d(width, outputs, 3, padding=1)
        self.groups = groups_of(outputs)
        self.norm2 = None if condition else nn.GroupNorm(self.groups, outputs)
        self.modulation = nn.Linear(condition, 2 * outputs) if condition else None
        self.conv2 = small_output(nn.Conv2d(outputs, outputs, 3, padding=1))
        self.shortcut: nn.Module = nn.Upsample(scale_factor=2) if up else nn.Identity()
        if width != outputs:
            self.shortcut = DoublingConv2d(width, outputs, 1) if up else nn.Conv2d(width, outputs, 1)

    def forward(self, x: Tensor, condition: Tensor | None = None, beside: Tensor | None = None) -> Tensor:
        """Transform a map.

        Args:
            x: Shape (N, inputs, H, W).
            condition: Shape (N, condition); needed exactly where the block was built with one.
            beside: Shape (N, beside, H', W'); needed exactly where the block was built for one.

        Returns:
            Shape (N, outputs, H', W').
        """
        if self.resample == "down":
            x = F.avg_pool2d(x, 2)
        maps = [x] if beside is None else [x, beside]
        if self.resample != "up" and beside is not None:
            maps = [torch.cat(maps, dim=1)]
        # Copies change neither mean nor variance of a group, so that a map may double after its norm.
        h = self.conv1(*(F.silu(m) for m in group_norm_apart(self.norm1, maps)))
        if self.modulation is not None and condition is not None:
            scale, shift = self.modulation(condition).chunk(2, dim=1)
            h = modulated_group_norm(h, scale, shift, groups=self.groups)
        elif self.norm2 is not None:
            h = self.norm2(h)
        return self.conv2(F.silu(h)) + self.shortcut(*maps)
