"""Holes in pictures filled smoothly from what is around them."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["push_pull"]


def push_pull(values: Tensor, known: Tensor) -> Tensor:
    """Values where they are known; elsewhere means of those around, over ever larger squares the farther these are.

    Args:
        values: Shape (N, C, H, W); what is not known counts for nothing.
        known: 1 where they are known, 0 elsewhere, shape (N, 1, H, W).

    Returns:
        Of the shape of `values`; 0 where nothing is known in a whole picture.

    Source: Gortler et al. 1996, The lumigraph, section 4.3.
    """
    weights = known.to(values.dtype)
    sums = [(values * weights, weights)]
    while max(sums[-1][0].shape[-2:]) > 1:
        total, weights = (F.avg_pool2d(part, 2, ceil_mode=True, count_include_pad=False) for part in sums[-1])
        sums.append((total, weights))
    filled = torch.zeros_like(sums[-1][0])
    for total, weight in reversed(sums):
        if filled.shape != total.shape:
            filled = F.interpolate(filled, size=total.shape[-2:], mode="bilinear", align_corners=False)
        filled = torch.where(weight > 0, total / weight.clamp(min=1e-12), filled)
    return filled
