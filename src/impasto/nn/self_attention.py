"""Multi-head self-attention over the positions of a feature map."""

from __future__ import annotations

from torch import Tensor, nn

from impasto.nn.attention import attend
from impasto.nn.group_norm import num_groups
from impasto.nn.residual import near_zero_init

__all__ = ["SelfAttention", "head_count"]

HEAD_CHANNELS = 64
"""Channels of a head, where they divide those of the map."""


def head_count(channels: int, head_channels: int = HEAD_CHANNELS) -> int:
    """Number of attention heads of a map: as many as have `head_channels` each, or fewer, which divide its channels."""
    return max(h for h in range(1, max(1, channels // head_channels) + 1) if channels % h == 0)


class SelfAttention(nn.Module):
    """Self-attention over all positions of a feature map, plus a shortcut.

    Args:
        channels: Channels of the map.
        head_channels: Channels of each head; more where this does not divide `channels`.

    Source: Vaswani et al. 2017, section 3.2; in a UNet: Ho et al. 2020, appendix B.
    """

    def __init__(self, channels: int, head_channels: int = HEAD_CHANNELS) -> None:
        super().__init__()
        self.heads = head_count(channels, head_channels)
        self.norm = nn.GroupNorm(num_groups(channels), channels)
        self.qkv = nn.Conv2d(channels, 3 * channels, 1)
        self.out = near_zero_init(nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """A map of the same shape (N, C, H, W)."""
        n, c, h, w = x.shape
        # (N, 3, heads, C/heads, HW) → three of (N, heads, HW, C/heads); no copy in either memory layout.
        parts = self.qkv(self.norm(x)).flatten(2).view(n, 3, self.heads, c // self.heads, h * w)
        q, k, v = parts.transpose(3, 4).unbind(1)
        attended = attend(q, k, v).transpose(2, 3).reshape(n, c, h, w)
        return x + self.out(attended)
