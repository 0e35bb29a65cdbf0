"""The residual block of convolutional painters, with or without a condition and a skip connection."""

from __future__ import annotations

from collections.abc import Sequence
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

    @property
    def inner_groups(self) -> int:
        """Groups of the norm between the two convolutions."""
        return self.groups

    @torch.no_grad()
    def importance(self) -> Tensor:
        """Norm of all weights that lead to or from each of the `inner_groups`, shape (`inner_groups`,).

        Source: Fang et al. 2023, arXiv:2301.12900, equation 4.
        """
        squares = self.conv1.weight.square().sum((1, 2, 3)) + self.conv2.weight.square().sum((0, 2, 3))
        return squares.view(self.inner_groups, -1).sum(1).sqrt()

    @torch.no_grad()
    def narrow(self, kept: Sequence[int]) -> None:
        """Keep only some of the groups of channels between the two convolutions; what they compute stays.

        Args:
            kept: Indices of the groups, rising.
        """
        width = self.conv1.out_channels // self.groups
        rows = torch.cat([torch.arange(width) + width * group for group in kept]).to(self.conv1.weight.device)
        _keep(self.conv1, rows, 0)
        self.conv1.out_channels = len(rows)
        _keep(self.conv2, rows, 1)
        self.conv2.in_channels = len(rows)
        if self.norm2 is not None:
            _keep(self.norm2, rows, 0)
            self.norm2.num_groups = len(kept)
            self.norm2.num_channels = len(rows)
        if self.modulation is not None:
            # Its first half are scales, the second half shifts.
            _keep(self.modulation, torch.cat([rows, rows + self.groups * width]), 0)
            self.modulation.out_features = 2 * len(rows)
        self.groups = len(kept)


def _keep(layer: nn.Conv2d | nn.Linear | nn.GroupNorm, rows: Tensor, dim: int) -> None:
    """Keep some outputs (`dim` 0) or inputs (1) of a layer, in place."""
    for name in ("weight", "bias") if dim == 0 else ("weight",):
        parameter = getattr(layer, name)
        if parameter is not None:
            kept = parameter.index_select(dim, rows)
            setattr(layer, name, nn.Parameter(kept, requires_grad=parameter.requires_grad))
