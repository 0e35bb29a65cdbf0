"""Maps of a condition as channels that a network reads beside noisy pictures."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.contract import Condition, Data
from impasto.errors import ConfigError

__all__ = ["map_channels", "stacked_maps"]

LEVELS = 255
"""Largest value of a map of quantities, as stores have them."""


def map_channels(names: Sequence[str], data: Data) -> int:
    """Number of channels of some maps: one for each class, and one for a map of quantities.

    Args:
        names: Names of the maps.
        data: Facts of the pictures.

    Raises:
        ConfigError: When the pictures have no such map.
    """
    for name in names:
        if name not in data.maps:
            raise ConfigError(
                f"map_inputs = {name!r}: the pictures have {', '.join(sorted(data.maps)) or 'no maps'}; "
                "leave it out, or train on a store that has this map."
            )
    return sum(max(1, data.maps[name]) for name in names)


def stacked_maps(condition: Condition, names: Sequence[str], data: Data, like: Tensor) -> Tensor:
    """The maps of a condition, at the size and place of other tensors; zeros where a picture has none.

    Args:
        condition: Condition of N pictures.
        names: Names of the maps.
        data: Facts of the pictures.
        like: Shape (N, C, h, w); smaller maps are means over what of the larger ones lies at each place.

    Returns:
        Shape (N, `map_channels`, h, w); 1 where a class is, quantities in [-1, 1].
    """
    stacked = []
    for name in names:
        classes = data.maps[name]
        values = condition.maps.get(name)
        if values is None:
            stacked.append(like.new_zeros(len(like), max(1, classes), *like.shape[-2:]))
            continue
        values = values.to(like.device)
        shown = F.one_hot(values.long(), classes).movedim(3, 1) if classes else values[:, None] * (2 / LEVELS) - 1
        shown = shown.to(like.dtype)
        if shown.shape[-2:] != like.shape[-2:]:
            shown = F.adaptive_avg_pool2d(shown, (like.shape[-2], like.shape[-1]))
        there = condition.holds(f"maps:{name}").to(like.device).view(-1, 1, 1, 1)
        stacked.append(torch.where(there, shown, 0.0))
    return torch.cat(stacked, dim=1)
