"""A small transformer over byte pairs, trained with the painter: words without any pretrained network."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.errors import UsageError
from impasto.nn.text.byte_pairs import PADDING, BytePairs
from impasto.nn.text.words import TextEncoder, Words

__all__ = ["TrainedEncoder"]


class _Layer(nn.Module):
    """Attention among the tokens that are there, and a feed-forward network, each normalised before."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.before_attention = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.before_network = nn.LayerNorm(width)
        self.network = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """The tokens after this layer; `mask` of shape (N, 1, 1, T)."""
        q, k, v = self.qkv(self.before_attention(x)).unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        x = x + self.out(attended.transpose(1, 2).flatten(2))
        result: Tensor = x + self.network(self.before_network(x))
        return result


class TrainedEncoder(TextEncoder):
    """`BytePairs` and a transformer, 4.4 MB with the defaults.

    Source: Vaswani et al. 2017, section 3.1, normalised as in Xiong et al. 2020, figure 1b.
    """

    reader: BytePairs

    def __init__(
        self, width: int, *, limit: int = 96, size: int = 2048, inner: int = 128, depth: int = 4, heads: int = 4
    ) -> None:
        """Build it with fresh weights; it reads bytes until `learn` is called.

        Args:
            width: Features D of a token that the painter reads.
            limit: Most tokens of a text that are read.
            size: Most tokens of the vocabulary.
            inner: Features of a token inside the transformer.
            depth: Layers.
            heads: Attention heads.
        """
        super().__init__()
        self.width = width
        self.reader = BytePairs(size, limit)
        # The number of the padding has no other use, so its vector is that of the token that stands for the text.
        self.embed = nn.Embedding(size, inner)
        self.places = nn.Parameter(torch.randn(limit + 1, inner) * 0.02)
        self.layers = nn.ModuleList(_Layer(inner, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(inner)
        self.out = nn.Linear(inner, width)

    def _nothing(self, count: int) -> Tensor:
        return torch.zeros(count, self.limit, dtype=torch.int64, device=self.places.device)

    def _understood(self, encoding: Tensor) -> Words:
        # On a GPU the look would make every step wait; only encodings of other vocabularies are beyond the last one.
        if encoding.device.type == "cpu" and len(encoding) and int(encoding.max()) >= self.reader.size:
            raise UsageError(
                f"These words were encoded with another vocabulary: token {int(encoding.max()):,}, where this painter "
                f"has {self.reader.size:,}. Encode them with the reader of this painter."
            )
        ids = F.pad(encoding, (1, 0), value=PADDING)
        mask = ids != PADDING
        mask[:, 0] = True
        x = self.embed(ids) + self.places
        for layer in self.layers:
            x = layer(x, mask[:, None, None])
        tokens = self.out(self.norm(x)) * mask[..., None]
        return Words(tokens, mask, tokens[:, 0])
