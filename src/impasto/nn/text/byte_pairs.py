"""Texts as numbers of byte pairs that were merged because they are frequent in a store's captions."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from impasto.errors import ConfigError, UsageError
from impasto.nn.text.words import CJK, Reader

__all__ = ["BytePairs", "learned_merges"]

PADDING = 0
"""Number that stands behind the end of a text."""
BYTES = 257
"""The bytes are the numbers 1 to 256; merged pairs follow."""
PIECE = re.compile(rf"[{CJK}]|[^\W\d_{CJK}]{{1,16}}|\d{{1,4}}|[^\s]")
"""What pairs are merged within: a run of letters, some digits, or any other single character."""
FIRST_LETTER = 0x100
"""While pairs are learned, byte b is written as the letter of this number + b, so that no byte is a space."""
LEAST_COUNT = 2
"""How often a pair must occur to be merged."""


class BytePairs(Reader):
    """Texts → numbers of tokens, int64, shape (N, limit).

    Small and capital letters are the same, and any script can be read, at worst byte by byte. The merges are a buffer
    of fixed shape: weights, averages and exports carry them, and no other package is needed to read texts.

    Source: Sennrich et al. 2016, algorithm 1; over bytes: Radford et al. 2019, section 2.2.
    """

    merges: Tensor

    def __init__(self, size: int, limit: int) -> None:
        """A vocabulary of bytes alone, until `learn` is called or weights are loaded.

        Args:
            size: Most tokens of the vocabulary, with the padding.
            limit: Most tokens of a text that are read.

        Raises:
            ConfigError: When the vocabulary has no room for the bytes, or no token is read.
        """
        super().__init__()
        if size < BYTES:
            raise ConfigError(f"A vocabulary of {size:,} has no room for the {BYTES} tokens of bytes and padding.")
        if limit < 1:
            raise ConfigError(f"limit = {limit}: at least one token must be read.")
        self.size = size
        self.limit = limit
        self.register_buffer("merges", torch.zeros(size - BYTES, 2, dtype=torch.int32))
        self._ranks: dict[tuple[int, int], int] = {}
        self._ranks_of = b""
        self._kept: dict[str, list[int]] = {}

    @property
    def learned(self) -> bool:
        """Whether any pair is merged."""
        return bool(self.merges.any())

    def learn(self, captions: Iterable[str]) -> None:
        """Take note of the words of captions, and learn which pairs to merge, unless that is known already.

        Raises:
            UsageError: When the package `tokenizers` is not installed.
        """
        captions = list(captions)
        super().learn(captions)
        if self.learned:
            return
        merges = learned_merges(captions, self.size)
        self.merges.zero_()
        if merges:
            self.merges[: len(merges)] = torch.tensor(merges, dtype=torch.int32)

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Numbers of the tokens of each text, 0 behind its end."""
        rows = [self.read_ids(text) for text in texts]
        padded = [row + [PADDING] * (self.limit - len(row)) for row in rows]
        return torch.tensor(padded, dtype=torch.int64, device=self.merges.device).view(len(texts), self.limit)

    def token_ids(self, unit: str) -> list[int]:
        """Numbers of the tokens of a word."""
        self._refresh()
        ids: list[int] = []
        for piece in PIECE.findall(unit):
            if piece not in self._kept:
                self._kept[piece] = self._merged(_bytes(piece))
            ids += self._kept[piece]
        return ids

    def _merged(self, content: bytes) -> list[int]:
        """The tokens of a piece: of all pairs in it, the one that was learned first is merged, until there is none."""
        ids = [byte + 1 for byte in content]
        while len(ids) > 1:
            rank, place = min((self._ranks.get(pair, self.size), i) for i, pair in enumerate(pairwise(ids)))
            if rank == self.size:
                break
            ids[place : place + 2] = [BYTES + rank]
        return ids

    def _refresh(self) -> None:
        """Read the merges again if other weights were loaded."""
        content = self.merges.cpu().numpy().tobytes()
        if content == self._ranks_of and self._ranks_of:
            return
        self._ranks_of = content
        self._kept = {}
        pairs = [(int(a), int(b)) for a, b in self.merges.tolist()]
        self._ranks = {pair: rank for rank, pair in enumerate(pairs) if pair != (PADDING, PADDING)}

    def extra_repr(self) -> str:
        """Sizes, as of `Reader`."""
        return f"size={self.size}, {super().extra_repr()}"


def learned_merges(captions: Iterable[str], size: int) -> list[tuple[int, int]]:
    """The pairs of tokens to merge, the most frequent ones first; pair k becomes the token 257 + k.

    Args:
        captions: Texts of a store.
        size: Most tokens of the vocabulary; there are fewer pairs where captions are few.

    Raises:
        UsageError: When the package `tokenizers` is not installed.
    """
    try:
        import tokenizers
    except ImportError:
        raise UsageError(
            "Learning a vocabulary of words needs the package 'tokenizers', which is not installed; "
            "install it with: pip install 'impasto[text]'"
        ) from None
    letters = [chr(FIRST_LETTER + byte) for byte in range(256)]
    tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    trainer: Any = tokenizers.trainers.BpeTrainer(
        vocab_size=size - 1, min_frequency=LEAST_COUNT, initial_alphabet=letters, show_progress=False
    )
    tokenizer.train_from_iterator(_lettered(captions), trainer)
    numbers = {letter: byte + 1 for byte, letter in enumerate(letters)}
    pairs = []
    for merge in json.loads(tokenizer.to_str())["model"]["merges"]:
        first, second = merge.split(" ") if isinstance(merge, str) else merge
        pairs.append((numbers[first], numbers[second]))
        numbers.setdefault(first + second, BYTES + len(pairs) - 1)
    return pairs


def _lettered(captions: Iterable[str]) -> Iterator[str]:
    """Captions with each byte as a letter and spaces between the pieces."""
    for caption in captions:
        pieces = (_bytes(piece) for piece in PIECE.findall(caption))
        yield " ".join("".join(chr(FIRST_LETTER + byte) for byte in piece) for piece in pieces)


def _bytes(piece: str) -> bytes:
    """A piece in small letters and one form of each character, after a space that marks its beginning."""
    # Characters that cannot be encoded, such as halves of a pair from a damaged file name, become question marks.
    return b" " + unicodedata.normalize("NFKC", piece).lower().encode("utf8", "replace")
