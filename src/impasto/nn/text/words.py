"""What a painter reads of texts, and what all encoders of words have in common.

An encoder has two halves. Its *reader* is frozen: texts → one tensor a text, which training computes once over a store
and painting once a prompt (`Learner.encoders["words"]`, `Condition.encoding`). The encoder itself is trained with the
painter and makes `Words` of that tensor. A text of which nothing is to be read, and every place behind the end of a
text, is 0 throughout the tensor, as in `Condition.emptied`; so it says by itself which places hold a token.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from impasto.errors import UsageError
from impasto.nn.text.known_words import CJK, KnownWords
from impasto.nn.text.weighted import WeightedText

__all__ = ["CJK", "Reader", "TextEncoder", "Words", "remarks_on_prompt"]

UNIT = re.compile(rf"[{CJK}]|[^\s{CJK}]+")
SHOWN = 200
"""Most characters of what was not read that a remark shows."""
NAMED = 12
"""Most words that a remark names."""


@dataclass(frozen=True)
class Words:
    """What N texts say, for the attention and the modulation of a painter.

    Attributes:
        tokens: Features of each token, shape (N, T, D); 0 behind the end of a text. The first token stands for the text
            as a whole and is there even where nothing is said, so that attention always has something to attend to.
        mask: Which tokens are there, bool, shape (N, T).
        pooled: Each text as one vector, shape (N, D).
        weights: By how much what attention takes from each token is multiplied, shape (N, T); None where all count 1.
    """

    tokens: Tensor
    mask: Tensor
    pooled: Tensor
    weights: Tensor | None = None


class Reader(nn.Module):
    """The frozen half of an encoder: texts → what is computed once."""

    limit: int
    """Most tokens of a text that are read."""
    before: int = 0
    """Tokens that the reader puts before those of a text."""

    def __init__(self) -> None:
        super().__init__()
        self.known = KnownWords()

    def learn(self, captions: Iterable[str]) -> None:
        """Take note of the words of captions, and learn what else must be known of them."""
        self.known.learn(captions)

    @abstractmethod
    def forward(self, texts: Sequence[str]) -> Tensor:
        """N texts → shape (N, limit, …), 0 behind the end of a text; a row does not depend on the other texts."""

    @abstractmethod
    def token_ids(self, unit: str) -> list[int]:
        """Numbers of the tokens of a word, or of any text without spaces."""

    @property
    def room(self) -> int:
        """Tokens of a text that are read, without those that the reader adds."""
        return self.limit

    def read_ids(self, text: str) -> list[int]:
        """Numbers of the tokens that are read of a text, at most `room`."""
        ids: list[int] = []
        for unit in UNIT.finditer(text):
            ids += self.token_ids(unit[0])
            if len(ids) >= self.room:
                break
        return ids[: self.room]

    def cut(self, text: str) -> str:
        """What falls off the end of a text that is too long, from the first word that is not wholly read; else ''."""
        count = 0
        for unit in UNIT.finditer(text):
            count += len(self.token_ids(unit[0]))
            if count > self.room:
                return text[unit.start() :].strip()
        return ""

    def token_weights(self, weighted: WeightedText) -> Tensor | None:
        """How much each token of a text counts, shape (limit,), as places of `forward`; None where all count 1.

        A word counts as the one of its characters does that is farthest from 1.
        """
        if set(weighted.weights) <= {1.0}:
            return None
        weights = torch.ones(self.limit)
        place = self.before
        for unit in UNIT.finditer(weighted.text):
            count = min(len(self.token_ids(unit[0])), self.before + self.room - place)
            weights[place : place + count] = max(weighted.weights[unit.start() : unit.end()], key=lambda w: abs(w - 1))
            place += count
        return weights

    def extra_repr(self) -> str:
        """The limit, which tells the stored outputs of readers of the same weights from one another."""
        return f"limit={self.limit}"


class TextEncoder(nn.Module):
    """The trained half of an encoder: what the reader computed → `Words`.

    A painter keeps it as a submodule, returns `{"words": encoder.reader}` from its `encoders`, calls `learn` from
    its `learn_words` and `fetch` from its `fetch`, and calls the encoder with the `encoding` of a condition.
    """

    reader: Reader
    width: int
    """Features D of a token."""

    @property
    def limit(self) -> int:
        """Most tokens of a text that are read."""
        return self.reader.limit

    def cut(self, text: str) -> str:
        """What of a text is not read; see `Reader.cut`."""
        return self.reader.cut(text)

    def learn(self, captions: Iterable[str]) -> None:
        """Learn from a store's captions what the reader must know, unless it is known."""
        self.reader.learn(captions)

    def fetch(self) -> None:
        """Look for the reader's pretrained weights, if it has any, before the first text has to be read.

        Raises:
            WeightsMissing: When they are not installed.
        """

    def forward(self, encoding: Tensor | None, count: int, weights: Tensor | None = None) -> Words:
        """What the texts of some pictures say.

        Args:
            encoding: What the reader made of them, on the device of this module; None where nothing is said of any.
            count: Number of pictures N.
            weights: How much each token counts, shape (N, limit); None where all count 1.

        Raises:
            UsageError: When another reader has made the encoding.
        """
        encoding = self._nothing(count) if encoding is None else encoding
        shape = tuple(self._nothing(1).shape[1:])
        if tuple(encoding.shape[1:]) != shape or encoding.is_floating_point() != self._nothing(1).is_floating_point():
            raise UsageError(
                f"These words were encoded by another encoder: {tuple(encoding.shape[1:])} numbers a text, of the type "
                f"{encoding.dtype}, where this one has {shape}. Encode them with the reader of this painter."
            )
        words = self._understood(encoding)
        return words if weights is None else self._weighted(words, encoding, weights)

    def _weighted(self, words: Words, encoding: Tensor, weights: Tensor) -> Words:
        """Words of which some count more or less.

        Attention takes as much more from them; and the vector of the whole text moves away from that of the text
        without them, or towards it.

        Source: Hertz et al. 2022, Prompt-to-Prompt, section 3.2 (attention re-weighting).
        """
        pooled = words.pooled
        for weight in sorted({*weights.flatten().tolist()} - {1.0}):
            chosen = (weights == weight).view(*weights.shape, *[1] * (encoding.ndim - 2))
            without = self._understood(encoding.masked_fill(chosen, 0)).pooled
            pooled = pooled + (weight - 1) * (words.pooled - without)
        # The first token stands for the whole text.
        return replace(words, pooled=pooled, weights=torch.cat([torch.ones_like(weights[:, :1]), weights], dim=1))

    @abstractmethod
    def _nothing(self, count: int) -> Tensor:
        """The encoding of texts that say nothing: zeros, shape (count, limit, …)."""

    @abstractmethod
    def _understood(self, encoding: Tensor) -> Words:
        """The words of an encoding that is known to fit."""


def remarks_on_prompt(reader: nn.Module | None, text: str) -> list[str]:
    """Sentences on what an encoder of words does not read of a prompt, or has never learned.

    Args:
        reader: A painter's encoder of words.
        text: The prompt.
    """
    if not isinstance(reader, Reader):
        return []
    remarks = []
    rest = reader.cut(text)
    if rest:
        shown = rest if len(rest) <= SHOWN else f"{rest[:SHOWN]}… ({len(rest):,} characters in all)"
        remarks.append(
            f"The prompt is longer than the {reader.limit} tokens that this painter reads; not read: {shown}"
        )
    read = text[: len(text.rstrip()) - len(rest)]
    unknown = [f"{word[:SHOWN]}…" if len(word) > SHOWN else word for word in reader.known.unknown(read)]
    if unknown:
        more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
        named = ", ".join(unknown[:NAMED])
        remarks.append(f"No training picture had these words, so what is painted for them is a guess: {named}{more}.")
    return remarks


def with_first(first: Tensor, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Tokens and mask with one token more in front, which is always there.

    Args:
        first: Shape (D,) or (N, D).
        tokens: Shape (N, T, D).
        mask: Shape (N, T).
    """
    first = first.expand(len(tokens), -1)[:, None].to(tokens.dtype)
    there = torch.ones_like(mask[:, :1])
    return torch.cat([first, tokens], dim=1), torch.cat([there, mask], dim=1)
