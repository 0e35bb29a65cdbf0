"""Attention over positions and over channels of a feature map."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["ChannelAttention", "PositionAttention", "attend"]

MOST_SCORES = 1024**2
"""Scores of a head that may lie in memory at once."""


def attend(q: Tensor, k: Tensor, v: Tensor, *, causal: bool = False) -> Tensor:
    """Values mixed by the likeness of queries and keys, each of shape (N, heads, T, head); scores are divided by √head.

    Fused, except in bfloat16 on a CPU: there the way back through fused attention takes some three times as long as
    through two products, and the way there no less. Scores are then rounded to bfloat16, so queries and keys should be
    normed.

    Source: Vaswani et al. 2017, equation 1.
    """
    plain = q.device.type == "cpu" and v.dtype == torch.bfloat16 and q.shape[2] * k.shape[2] <= MOST_SCORES
    if not plain:
        return F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    scores = (q * q.shape[3] ** -0.5) @ k.transpose(2, 3)
    if causal:
        later = torch.ones(scores.shape[2:], dtype=torch.bool, device=q.device).triu(1)
        scores = scores.masked_fill(later, -math.inf)
    return scores.softmax(dim=3).to(v.dtype) @ v


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
