"""A frozen reader of sentences, of which a painter learns only what it needs."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from impasto.nn.text.minilm import MiniLMReader, sentence_vectors
from impasto.nn.text.words import TextEncoder, Words, with_first

__all__ = ["FrozenEncoder"]


class FrozenEncoder(TextEncoder):
    """`MiniLMReader`, and linear layers to the width that the painter reads."""

    reader: MiniLMReader

    def __init__(self, width: int, *, limit: int = 96) -> None:
        """Build it with fresh layers; the network itself is loaded when it is first needed.

        Args:
            width: Features D of a token that the painter reads.
            limit: Most tokens of a text that are read, two of which the network adds. A caption takes 768 bytes a
                token on the disk while a painter learns.
        """
        super().__init__()
        self.width = width
        self.reader = MiniLMReader(limit)
        self.of_tokens = nn.Linear(self.reader.features, width)
        # Its bias is what a painter reads where nothing is said.
        self.of_sentence = nn.Linear(self.reader.features, width)

    def fetch(self) -> None:
        """Load the network.

        Raises:
            WeightsMissing: When it is not installed.
            CheckpointError: When the painter learned with another one.
        """
        self.reader.fetch()

    def _nothing(self, count: int) -> Tensor:
        return torch.zeros(count, self.limit, self.reader.features, device=self.of_tokens.weight.device)

    def _understood(self, encoding: Tensor) -> Words:
        mask = encoding.any(dim=2)
        # Vectors of length 1 have numbers of 1/√D; layers learn best from numbers of about 1.
        pooled = self.of_sentence(sentence_vectors(encoding) * self.reader.features**0.5)
        tokens, mask = with_first(pooled, self.of_tokens(encoding) * mask[..., None], mask)
        return Words(tokens, mask, pooled)
