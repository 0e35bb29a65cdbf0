"""Attention over the frames of clips, between the layers of a network of single pictures."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from impasto.nn.embedding import sinusoidal_embedding
from impasto.nn.group_norm import num_groups
from impasto.nn.self_attention import head_count

__all__ = ["TemporalAttention"]


class TemporalAttention(nn.Module):
    """At each position of a feature map, attention over the frames of a clip, then a layer of neurons, and a shortcut.

    The last layer begins at zero, so that an untrained module gives its input, bit for bit.

    Args:
        channels: Channels C of the feature map.
        expansion: Neurons of the layer after attention, as a multiple of the channels.
        labels: Number of labels that a clip may have.

    Source: Guo et al. 2024, AnimateDiff, arXiv:2307.04725, section 4.2.
    """

    def __init__(self, channels: int, expansion: int = 2, labels: int = 1) -> None:
        super().__init__()
        self.heads = head_count(channels)
        self.norm = nn.GroupNorm(num_groups(channels), channels)
        self.enter = nn.Linear(channels, channels)
        self.label = nn.Embedding(labels, channels)
        nn.init.zeros_(self.label.weight)
        self.before_attention = nn.LayerNorm(channels)
        self.qkv = nn.Linear(channels, 3 * channels, bias=False)
        self.merge = nn.Linear(channels, channels)
        self.before_neurons = nn.LayerNorm(channels)
        self.neurons = nn.Sequential(
            nn.Linear(channels, expansion * channels), nn.GELU(), nn.Linear(expansion * channels, channels)
        )
        self.leave = nn.Linear(channels, channels)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def forward(self, x: Tensor, frames: int, labels: Tensor, strength: float = 1.0) -> Tensor:
        """The feature maps, of the same shape.

        Args:
            x: Shape (N · F, C, H, W): all frames of the first clip, then those of the second, and so on.
            frames: Number of frames F.
            labels: Of each clip, int64, shape (N,).
            strength: Factor on what is added to the maps.
        """
        rows, channels, height, width = x.shape
        tokens = self.norm(x).view(rows // frames, frames, channels, height * width).permute(0, 3, 1, 2)
        times = sinusoidal_embedding(torch.arange(frames, device=x.device), channels).to(x.dtype)
        tokens = self.enter(tokens) + times + self.label(labels)[:, None, None]
        tokens = tokens.flatten(0, 1)
        q, k, v = self.qkv(self.before_attention(tokens)).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        # Plain products: there are few frames at very many positions, on which torch's fused kernel has died.
        attended = (q * q.shape[3] ** -0.5 @ k.transpose(2, 3)).softmax(dim=3).to(v.dtype) @ v
        tokens = tokens + self.merge(attended.transpose(1, 2).flatten(2))
        tokens = tokens + self.neurons(self.before_neurons(tokens))
        added = self.leave(tokens).view(rows // frames, height * width, frames, channels).permute(0, 2, 3, 1)
        return x + strength * added.reshape(x.shape)
