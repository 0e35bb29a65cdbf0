"""Attention over positions and over channels of a feature map."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["ChannelAttention", "PositionAttention"]


class PositionAttention(nn.Module):
    """Every position looks at all others: F_SA = μ·o + x, with μ learnable and initially 0.

    The scores f(x)ᵀ g(x) are not divided by √C, as in the paper. f, g and h keep all channels,
    so that the framework's fused attention applies.

    Source: MIGAN, equations (12)-(14); Zhang et al. 2019, "Self-attention GAN", equation (3).
    """

    def __init__(self, channels: int) -> None:
        """Build f, g and h for C channels."""
        super().__init__()
        self.query = nn.Conv2d(channels, channels, 1)
        self.key = nn.Conv2d(channels, channels, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.strength = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """Features of the same shape (N, C, H, W)."""
        # (N, C, H, W) → (N, one head, H·W, C), which for channels_last tensors is only a view.
        q, k, v = (net(x).permute(0, 2, 3, 1).flatten(1, 2).unsqueeze(1) for net in (self.query, self.key, self.value))
        seen = F.scaled_dot_product_attention(q, k, v, scale=1.0)
        return torch.addcmul(x, self.strength, seen.squeeze(1).transpose(1, 2).reshape(x.shape))


class ChannelAttention(nn.Module):
    """Every channel weighted by a glance at its neighbours' means.

    Source: MIGAN, equations (15)-(16); Wang et al. 2020, "ECA-Net", equations (9) and (12).
    """

    def __init__(self, channels: int) -> None:
        """Build the convolution over channels; its kernel follows from C."""
        super().__init__()
        size = kernel_of(channels)
        self.over = nn.Conv1d(1, 1, size, padding=size // 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Features of the same shape (N, C, H, W)."""
        means = x.mean(dim=(2, 3)).unsqueeze(1)
        weights = self.over(means).sigmoid()
        return x * weights.transpose(1, 2).unsqueeze(3)


def kernel_of(channels: int) -> int:
    """The odd number nearest to |log₂(C)/2 + 1/2|; of two equally near ones the larger."""
    return 2 * math.floor(abs(math.log2(channels) / 2 + 0.5) / 2) + 1
