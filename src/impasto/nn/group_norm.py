"""Group normalisation: of maps that are stored separately, and with a scale and shift for each picture."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.errors import ConfigError

__all__ = ["split_group_norm", "num_groups", "modulated_group_norm"]

CHANNELS_PER_GROUP = 16
"""In channels_last bfloat16, groups smaller than a vector register take four times as long."""


def num_groups(channels: int) -> int:
    """Number of groups for a number of channels: of `CHANNELS_PER_GROUP` channels each, or more where they must be."""
    groups = max(1, channels // CHANNELS_PER_GROUP)
    while channels % groups:
        groups -= 1
    return groups


def split_group_norm(norm: nn.GroupNorm, maps: Sequence[Tensor]) -> list[Tensor]:
    """Group normalisation of several maps as if they were concatenated along their channels.

    Concatenating costs a copy, and is not possible before the maps have the same size.

    Args:
        norm: The norm of the concatenated map.
        maps: Each of shape (N, C, H, W) with its own C, H and W; the sum of all C is the norm's number of channels.

    Returns:
        The normalised maps, each of the shape it came in.

    Raises:
        ConfigError: When a group would span two maps.
    """
    # As plain integers even while a graph is traced, in which they are fixed.
    channels = [int(m.shape[1]) for m in maps]
    size = norm.num_channels // norm.num_groups
    if any(c % size for c in channels):
        raise ConfigError(f"Maps of {channels} channels cannot share groups of {size}: choose multiples of {size}.")
    weights = norm.weight.split(channels)
    biases = norm.bias.split(channels)
    return [
        F.group_norm(m, c // size, weight, bias, norm.eps)
        for m, c, weight, bias in zip(maps, channels, weights, biases, strict=True)
    ]


def modulated_group_norm(x: Tensor, scale: Tensor, shift: Tensor, *, groups: int, eps: float = 1e-5) -> Tensor:
    """Group normalisation with a scale and a shift for each channel of each picture.

    Args:
        x: Shape (N, C, H, W).
        scale: The normalised channels are multiplied by 1 + scale, shape (N, C).
        shift: Added to them, shape (N, C).
        groups: Number of groups, a divisor of C.
        eps: Added to the variance.

    Returns:
        GN(x) · (1 + scale) + shift, shape (N, C, H, W).

    Source: Dhariwal & Nichol 2021, equation 9 (adaptive group normalisation).
    """
    n, c, h, w = x.shape
    factor = 1 + scale.float()
    shift = shift.float()
    if x.is_contiguous():
        # The pictures of the batch as channels of one picture: a single kernel normalises and modulates.
        as_channels = F.group_norm(x.view(1, n * c, h, w), n * groups, factor.reshape(-1), shift.reshape(-1), eps)
        return as_channels.view(n, c, h, w)
    normalised = F.group_norm(x, groups, eps=eps)
    factor = factor.to(normalised.dtype)
    shift = shift.to(normalised.dtype)
    return torch.addcmul(shift[:, :, None, None], normalised, factor[:, :, None, None])
