"""Attention from the positions of a picture to the words of its caption."""

from __future__ import annotations

from torch import Tensor, nn

from impasto.nn.attention import attend
from impasto.nn.residual import near_zero_init
from impasto.nn.text.words import Words

__all__ = ["WordAttention"]


class WordAttention(nn.Module):
    """Cross-attention, plus a shortcut: each position takes from the words what it needs of them.

    Args:
        channels: Channels of a position.
        width: Features of a word's token.
        heads: Number of attention heads; they divide `channels`.

    Source: Rombach et al. 2022, section 3.3; in a transformer, after its self-attention: Chen et al. 2023, PixArt-α,
        section 2.3; normalised queries and keys: Henry et al. 2020; weights: Hertz et al. 2022, section 3.2.
    """

    def __init__(self, channels: int, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before = nn.RMSNorm(channels, elementwise_affine=False, eps=1e-6)
        self.query = nn.Linear(channels, channels, bias=False)
        self.key_value = nn.Linear(width, 2 * channels, bias=False)
        self.norm = nn.RMSNorm(channels // heads, elementwise_affine=False, eps=1e-6)
        self.gain = nn.Parameter(nn.init.ones_(self.query.weight.new_empty(channels // heads)))
        self.out = near_zero_init(nn.Linear(channels, channels))

    def forward(self, x: Tensor, words: Words) -> Tensor:
        """The positions after they have looked at the words.

        Args:
            x: Shape (N, P, channels).
            words: Of the N pictures.

        Returns:
            Of the same shape.
        """
        q = self.query(self.before(x)).unflatten(2, (self.heads, -1)).transpose(1, 2)
        k, v = self.key_value(words.tokens).unflatten(2, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        if words.weights is not None:
            v = v * words.weights[:, None, :, None].to(v.dtype)
        q = (self.norm(q) * self.gain).to(v.dtype)
        attended = attend(q, self.norm(k).to(v.dtype), v, mask=words.mask)
        result: Tensor = x + self.out(attended.transpose(1, 2).flatten(2))
        return result
