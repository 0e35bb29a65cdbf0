"""Pictures made of two: rectangles of one in the place of those of the other.

Source: Yun et al. 2019, "CutMix", section 3.1.
"""

from __future__ import annotations

import torch
from torch import Tensor

from impasto.contract import Noise

__all__ = ["rectangles"]


def rectangles(side: int, noise: Noise) -> Tensor:
    """A random rectangle for each picture, of uniform area; either its inside or its outside is chosen.

    Args:
        side: R.
        noise: Its next call is used.

    Returns:
        True where pixels are of the first picture, shape (N, 1, R, R).
    """
    area, row, column, swap = noise.uniform(4).unbind(dim=1)
    length = side * (1 - area).sqrt()
    pixel = torch.arange(side, device=area.device) + 0.5
    inside = torch.ones(len(area), side, side, dtype=torch.bool, device=area.device)
    for dim, centre in ((1, row), (2, column)):
        near = (pixel - (centre * side)[:, None]).abs() < length[:, None] / 2
        inside &= near.unsqueeze(3 - dim)
    return (inside ^ (swap < 0.5)[:, None, None])[:, None]
