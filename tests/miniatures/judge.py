"""Picture + words → score: something that learns and does not paint."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from impasto.catalogue import listed
from impasto.contract import Batch, Condition, Data, Learner, PainterConfig, Player, Turn

__all__ = ["MiniatureOfAJudge"]

WORDS = 64
"""Rows that words are hashed into."""


@listed(name="mini_judge", summary="a miniature that judges pictures by words", year=2025, source="these tests")
class MiniatureOfAJudge(Learner):
    """Guesses the words of a picture; the better it would have guessed a text, the higher it judges."""

    conditions = frozenset({"words"})
    resolutions = range(8, 257)
    square = False

    def __init__(self, config: PainterConfig, data: Data) -> None:
        super().__init__(config, data)
        self.guess = nn.Linear(3 * 4 * 4, WORDS)

    def players(self) -> dict[str, Player]:
        return {"judge": Player((self.guess,), lr=0.02)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        yield Turn("judge", -self.judge(batch.pictures, batch.condition).mean())

    def judge(self, pictures: Tensor, condition: Condition) -> Tensor:
        guesses = self.guess(F.adaptive_avg_pool2d(pictures, 4).flatten(1))
        words = self._words(condition)
        return -F.binary_cross_entropy_with_logits(guesses, words, reduction="none").mean(dim=1)

    def _words(self, condition: Condition) -> Tensor:
        """Which words each text has, shape (N, WORDS)."""
        assert condition.words is not None
        words = torch.zeros(len(condition), WORDS)
        for row, text in enumerate(condition.words):
            for word in text.split():
                words[row, zlib.crc32(word.encode()) % WORDS] = 1
        return words.to(self.device)
