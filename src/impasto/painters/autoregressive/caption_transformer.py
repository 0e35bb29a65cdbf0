"""A network that reads a caption and writes a picture as one sequence: tokens of a text, then codes of a picture."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from impasto.nn.residual import near_zero_init
from impasto.nn.transformer import KVCache
from impasto.painters.autoregressive.code_transformer import CodeTransformer, Decoding

__all__ = ["CaptionTransformer"]


class CaptionTransformer(CodeTransformer):
    """Scores every token of a caption given those before it, and every code of its picture given all of the caption.

    A text has a fixed number of places. Those behind its end hold a token for padding, which, with the vector of its
    place, is another one at each place, as in the paper.

    Args:
        vocabulary: Number of tokens of texts, that of padding, 0, among them.
        limit: Places of a text.
        **sizes: Arguments of `CodeTransformer`.

    Source: Ramesh et al. 2021, section 2.2.
    """

    def __init__(self, *, vocabulary: int, limit: int, **sizes: Any) -> None:
        super().__init__(**sizes)
        channels = self.place.shape[1]
        self.limit = limit
        self.embed_text = nn.Embedding(vocabulary, channels)
        self.place_of_text = nn.Parameter(0.1 * torch.randn(limit, channels))
        self.last_of_text = near_zero_init(nn.Linear(channels, vocabulary))

    def both(self, texts: Tensor, codes: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of what comes at every place of the text and of the picture, given what is before it.

        Args:
            texts: int64, shape (N, limit), in [0, vocabulary), 0 behind the end of a text.
            codes: As of `forward`.

        Returns:
            Logits, shape (N, limit, vocabulary), and those of `forward`, shape (N, height · width, size).
        """
        condition = self.label(torch.zeros_like(texts[:, 0]))
        tokens = torch.cat([self.begin(condition)[:, None], self.embed_text(texts), self.embed(codes[:, :-1])], dim=1)
        places = torch.cat([self.place_of_text, self.place])
        rotation = torch.cat([self._rotation_of_text(), self._rotation()], dim=1)
        features = self._features(tokens, condition, places, rotation)
        of_text, of_picture = features.split([self.limit, len(self.place)], dim=1)
        return self.last_of_text(of_text), self.last(of_picture)

    def start_after(self, texts: Tensor) -> Decoding:
        """What `next_logits` needs to begin pictures with, after their texts (N, limit)."""
        decoding = Decoding(
            [KVCache(self.limit + len(self.place)) for _ in self.blocks],
            self._rotation(),
            self.limit,
            self.embed_text(texts[:, -1]),
        )
        condition = self.label(torch.zeros_like(texts[:, 0]))
        tokens = torch.cat([self.begin(condition)[:, None], self.embed_text(texts[:, :-1])], dim=1)
        self._features(tokens, condition, self.place_of_text, self._rotation_of_text(), decoding.caches)
        return decoding

    def _rotation_of_text(self) -> Tensor:
        """That of the middle of the picture, where no channel is rotated."""
        cosines = torch.ones(self.limit, self.head // 2, device=self.place.device)
        return torch.stack([cosines, torch.zeros_like(cosines)])
