"""Attention over positions and over channels of a feature map."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

__all__ = ["ChannelAttention", "PositionAttention", "attend"]

MAX_SCORES = 1024**2
"""Number of attention scores of one head up to which two plain matrix products are used."""
MAX_NARROW_POSITIONS = 512
"""Number of positions up to which two matrix products are faster than the fused kernel where queries are narrow."""


def attend(q: Tensor, k: Tensor, v: Tensor, *, causal: bool = False, mask: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention: softmax(q kᵀ / √D) v.

    torch's fused kernel is used, except in bfloat16 on a CPU: there its backward pass takes about three times as long
    as that of two matrix products, and its forward pass is no faster. The products round the scores to bfloat16, so
    queries and keys should be normalised.

    Args:
        q: Queries, shape (N, heads, T, D).
        k: Keys, shape (N, heads, T', D).
        v: Values, shape (N, heads, T', D).
        causal: Whether position i attends only to positions up to i; then T = T'.
        mask: Which keys are attended to, bool, shape (N, T'), at least one in each row; all without it.

    Returns:
        Shape (N, heads, T, D).

    Source: Vaswani et al. 2017, equation 1.
    """
    fits = q.shape[2] * k.shape[2] <= MAX_SCORES
    if not (q.device.type == "cpu" and v.dtype == torch.bfloat16 and fits):
        attended = None if mask is None else mask[:, None, None]
        return F.scaled_dot_product_attention(q, k, v, attn_mask=attended, is_causal=causal)
    scores = (q * q.shape[3] ** -0.5) @ k.transpose(2, 3)
    if causal:
        future = torch.ones(scores.shape[2:], dtype=torch.bool, device=q.device).triu(1)
        scores = scores.masked_fill(future, -math.inf)
    if mask is not None:
        scores = scores.masked_fill(~mask[:, None, None], -math.inf)
    return scores.softmax(dim=3).to(v.dtype) @ v


class PositionAttention(nn.Module):
    """Self-attention over the positions of a feature map: F_SA = μ·o + x, with μ learnable and initially 0.

    As in the paper, the scores f(x)ᵀ g(x) are not scaled, unless that is chosen. h keeps all channels, and so do f and
    g by default.

    Source: MIGAN, equations (12)-(14); Zhang et al. 2019, "Self-attention GAN", equation (3), and section 3 (fewer
    channels); Vaswani et al. 2017, equation (1) (scale).
    """

    def __init__(self, channels: int, *, reduction: int = 1, scaled: bool = False) -> None:
        """Build f, g and h.

        Args:
            channels: C, of the feature map.
            reduction: f and g have D = C / reduction channels, rounded down, and at least 1.
            scaled: Whether the scores are divided by √D. Otherwise their size grows with D, and the softmax may attend
                to one position alone, where it has no gradient.
        """
        super().__init__()
        inner = max(1, channels // reduction)
        self.scale = inner**-0.5 if scaled else 1.0
        self.query = nn.Conv2d(channels, inner, 1)
        self.key = nn.Conv2d(channels, inner, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.strength = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """Features of the same shape (N, C, H, W)."""
        # (N, C, H, W) → (N, one head, H·W, C), which for channels_last tensors is only a view.
        q, k, v = (net(x).permute(0, 2, 3, 1).flatten(1, 2).unsqueeze(1) for net in (self.query, self.key, self.value))
        if k.shape[3] == v.shape[3]:
            attended = F.scaled_dot_product_attention(q, k, v, scale=self.scale)
        elif k.shape[2] <= MAX_NARROW_POSITIONS:
            attended = (q * self.scale @ k.transpose(2, 3)).softmax(dim=3).to(v.dtype) @ v
        else:
            # The fused kernel, which stores no scores, needs queries and keys as wide as the values.
            q, k = (F.pad(z, (0, v.shape[3] - z.shape[3])) for z in (q, k))
            attended = F.scaled_dot_product_attention(q, k, v, scale=self.scale)
        return torch.addcmul(x, self.strength, attended.squeeze(1).transpose(1, 2).reshape(x.shape))


class ChannelAttention(nn.Module):
    """Efficient channel attention: each channel is scaled by a weight computed from the means of its neighbours.

    Source: MIGAN, equations (15)-(16); Wang et al. 2020, "ECA-Net", equations (9) and (12).
    """

    def __init__(self, channels: int) -> None:
        """Build the convolution over channels; its kernel size follows from C."""
        super().__init__()
        size = eca_kernel_size(channels)
        self.over = nn.Conv1d(1, 1, size, padding=size // 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Features of the same shape (N, C, H, W)."""
        means = x.mean(dim=(2, 3)).unsqueeze(1)
        weights = self.over(means).sigmoid()
        return x * weights.transpose(1, 2).unsqueeze(3)


def eca_kernel_size(channels: int) -> int:
    """Kernel size of the convolution over channels: the odd number nearest to |log₂(C)/2 + 1/2|, the larger of two.

    Source: Wang et al. 2020, equation (12), with γ = 2 and b = 1.
    """
    return 2 * math.floor(abs(math.log2(channels) / 2 + 0.5) / 2) + 1
