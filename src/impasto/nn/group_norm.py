"""Group normalisation, with a scale and a shift of each picture's own."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.errors import ConfigError

__all__ = ["group_norm_apart", "groups_of", "modulated_group_norm"]

GROUP = 16  # channels; in channels_last bfloat16, smaller groups than a vector register take four times as long


def groups_of(channels: int) -> int:
    """Number of groups that divides the channels, of `GROUP` channels each where that is possible."""
    groups = max(1, channels // GROUP)
    while channels % groups:
        groups -= 1
    return groups


def group_norm_apart(norm: nn.GroupNorm, maps: Sequence[Tensor]) -> list[Tensor]:
    """The group norm of maps as if their channels followed one another in a single map; they may differ in size.

    Args:
        norm: Of all their channels together.
        maps: Each of shape (N, C, H, W) with its own C, H and W.

    Raises:
        ConfigError: When a group would lie in two maps.
    """
    channels, size = [m.shape[1] for m in maps], norm.num_channels // norm.num_groups
    if any(c % size for c in channels):
        raise ConfigError(f"Maps of {channels} channels cannot share groups of {size}: choose multiples of {size}.")
    weights, biases = norm.weight.split(channels), norm.bias.split(channels)
    return [
        F.group_norm(m, c // size, weight, bias, norm.eps)
        for m, c, weight, bias in zip(maps, channels, weights, biases, strict=True)
    ]


def modulated_group_norm(x: Tensor, scale: Tensor, shift: Tensor, *, groups: int, eps: float = 1e-5) -> Tensor:
    """Normalise groups of channels, then scale and shift every channel of every picture.

    Args:
        x: Shape (N, C, H, W).
        scale: Factor less 1 on the normalised channels, shape (N, C).
        shift: Added to them, shape (N, C).
        groups: Divides C.
        eps: Added to the variance.

    Returns:
        GN(x) · (1 + scale) + shift, shape (N, C, H, W).

    Source: Dhariwal & Nichol 2021, equation 9 (adaptive group normalisation).
    """
    n, c, h, w = x.shape
    factor, shift = 1 + scale.float(), shift.float()
    if x.is_contiguous():
        # Pictures laid side by side as channels: one kernel normalises and modulates.
        side_by_side = F.group_norm(x.view(1, n * c, h, w), n * groups, factor.reshape(-1), shift.reshape(-1), eps)
        return side_by_side.view(n, c, h, w)
    normal = F.group_norm(x, groups, eps=eps)
    factor, shift = factor.to(normal.dtype), shift.to(normal.dtype)
    return torch.addcmul(shift[:, :, None, None], normal, factor[:, :, None, None])
