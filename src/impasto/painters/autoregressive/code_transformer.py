"""A network that scores the next code of a picture, which is a sequence of codes, row by row."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.nn.embedding import CategoryEmbedding
from impasto.nn.residual import near_zero_init
from impasto.nn.transformer import Block, KVCache, axial_rotary

__all__ = ["CodeTransformer", "Decoding"]


@dataclass(frozen=True)
class Decoding:
    """What is kept while pictures are written code by code.

    Attributes:
        caches: Keys and values of the tokens so far, one cache for each block.
        rotation: Rotary embedding of all places, as `axial_rotary` gives it.
        before: Tokens that lie before those of the places.
        first: The token that the first place follows, shape (N, channels); None where it is that of the label.
    """

    caches: list[KVCache]
    rotation: Tensor
    before: int = 0
    first: Tensor | None = None


class CodeTransformer(nn.Module):
    """Scores every code at every place, given the label and the codes before that place.

    The first token stands for the label, which also shifts, scales and gates every block; each later one stands for
    the code before the place that is asked for.

    Args:
        size: Number of codes.
        height: Rows of places.
        width: Columns of places.
        channels: Channels of a token.
        depth: Blocks.
        heads: Attention heads; channels / heads is a multiple of 4.
        labels: Number of labels, "no category" included; 1 without labels.
        condition: Length of the vector that stands for the label.

    Source: Esser et al. 2021, section 3.2; Chen et al. 2020, section 2.2.
    """

    def __init__(
        self,
        *,
        size: int,
        height: int,
        width: int,
        channels: int,
        depth: int,
        heads: int,
        labels: int,
        condition: int,
    ) -> None:
        super().__init__()
        self.height = height
        self.width = width
        self.head = channels // heads
        self.label = CategoryEmbedding(labels, condition)
        self.begin = nn.Linear(condition, channels)
        self.embed = nn.Embedding(size, channels)
        self.place = nn.Parameter(0.1 * torch.randn(height * width, channels))
        self.blocks = nn.ModuleList(Block(channels, heads, condition, causal=True) for _ in range(depth))
        self.last_norm = nn.RMSNorm(channels, eps=1e-6)
        self.last = near_zero_init(nn.Linear(channels, size))

    def forward(self, codes: Tensor, labels: Tensor) -> Tensor:
        """Scores of what comes at every place, given what is before it.

        Args:
            codes: int64, shape (N, height · width), in [0, size), row by row; the last is not read.
            labels: int64, shape (N,), in [0, number of labels).

        Returns:
            Logits, shape (N, height · width, size).
        """
        condition = self.label(labels)
        tokens = torch.cat([self.begin(condition)[:, None], self.embed(codes[:, :-1])], dim=1)
        logits: Tensor = self.last(self._features(tokens, condition, self.place, self._rotation()))
        return logits

    def start_decoding(self) -> Decoding:
        """What `next_logits` needs to begin pictures with."""
        return Decoding([KVCache(len(self.place)) for _ in self.blocks], self._rotation())

    def next_logits(self, codes: Tensor, labels: Tensor, decoding: Decoding) -> Tensor:
        """Scores of what comes at the next place: those of `forward`, without computing earlier places anew.

        Args:
            codes: Code at the place before it, int64, shape (N,); not read at the first place.
            labels: As of `forward`.
            decoding: What is kept of these pictures; this place is added to its caches.

        Returns:
            Logits, shape (N, size).
        """
        place = decoding.caches[0].length - decoding.before
        condition = self.label(labels)
        first = self.begin(condition) if decoding.first is None else decoding.first
        tokens = self.embed(codes) if place else first
        here = slice(place, place + 1)
        rotation = decoding.rotation[:, here]
        logits: Tensor = self.last(
            self._features(tokens[:, None], condition, self.place[here], rotation, decoding.caches)
        )
        return logits[:, 0]

    def _rotation(self) -> Tensor:
        return axial_rotary(self.height, self.width, self.head, self.place.device)

    def _features(
        self, tokens: Tensor, condition: Tensor, places: Tensor, rotation: Tensor, caches: list[KVCache] | None = None
    ) -> Tensor:
        """What the last layer reads of tokens (N, T, channels), of that shape."""
        tokens = tokens + places
        condition = F.silu(condition)
        for number, block in enumerate(self.blocks):
            tokens = block(tokens, condition, rotation, caches[number] if caches else None)
        features: Tensor = self.last_norm(tokens)
        return features
