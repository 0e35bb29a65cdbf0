"""Self-attention between the positions of a feature map, as GANs have it: pooled keys, and a gain that begins at 0."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["NonLocal"]

REDUCTION = 8
"""Channels of the map for each channel of queries and keys; values have half of the map's."""


class NonLocal(nn.Module):
    """x + γ · attention(x), with queries at all positions and keys and values at a quarter of them.

    Source: Zhang et al. 2019, "Self-attention generative adversarial networks", equations (1) to (3); pooled keys:
    Brock et al. 2019, in their code.
    """

    def __init__(self, channels: int) -> None:
        """Build the projections of a map of so many channels."""
        super().__init__()
        few = max(1, channels // REDUCTION)
        half = max(1, channels // 2)
        self.query = nn.Conv2d(channels, few, 1)
        self.key = nn.Conv2d(channels, few, 1)
        self.value = nn.Conv2d(channels, half, 1)
        self.out = nn.Conv2d(half, channels, 1)
        self.gain = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """A map of the same shape (N, C, H, W)."""
        pooled = F.max_pool2d(x, 2)
        queries = self.query(x).flatten(2).transpose(1, 2)
        weights = (queries @ self.key(pooled).flatten(2)).softmax(dim=-1)
        attended = self.value(pooled).flatten(2) @ weights.transpose(1, 2)
        return x + self.gain * self.out(attended.unflatten(2, x.shape[2:]))
