"""Which words occurred in the captions that a painter learned from."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor, nn

__all__ = ["CJK", "KnownWords"]

CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f"
"""Range of a regular expression: characters that are words each, because no space stands between them."""
WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+(?:['’-][^\W_{CJK}]+)*|[^\w\s]")
BYTES = 2**15
HASHES = 4
GRAMMAR = frozenset(
    {"a", "an", "and", "are", "at", "by", "for", "from", "in", "is", "it", "its", "of", "on", "or", "some", "that"}
    | {"the", "there", "this", "to", "with"}
)
"""Words that say nothing by themselves, and are never named as unknown."""


class KnownWords(nn.Module):
    """A Bloom filter: a buffer of fixed shape, so that weights, averages and exports carry it.

    No word that occurred is called unknown. After 20,000 words, one in 200 others is wrongly called known; after 1,000,
    one in 20 million.

    Source: Bloom 1970.
    """

    bits: Tensor

    def __init__(self) -> None:
        """No word is known yet."""
        super().__init__()
        self.register_buffer("bits", torch.zeros(BYTES, dtype=torch.uint8))

    def learn(self, captions: Iterable[str]) -> None:
        """Add the words of captions."""
        words = sorted({word for caption in captions for word in _words(caption)})
        if not words:
            return
        places = np.array([_places(word) for word in words]).ravel()
        bits = self.bits.cpu().numpy().copy()
        np.bitwise_or.at(bits, places // 8, (1 << places % 8).astype(np.uint8))
        self.bits.copy_(torch.from_numpy(bits))

    def unknown(self, text: str) -> list[str]:
        """The words of a text that never occurred, each once; none where nothing was learned."""
        bits = self.bits.cpu().numpy()
        if not bits.any():
            return []
        words = dict.fromkeys(word for word in _words(text) if word not in GRAMMAR)
        return [word for word in words if not all(bits[place // 8] >> place % 8 & 1 for place in _places(word))]


def _words(text: str) -> list[str]:
    """Words and pictographs in small letters and one form of each character, without punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [word for word in WORD.findall(plain) if word[0].isalnum() or unicodedata.category(word[0]) == "So"]


def _places(word: str) -> list[int]:
    """Which bits stand for a word."""
    digest = hashlib.blake2b(word.encode("utf8", "replace"), digest_size=4 * HASHES).digest()
    return [int.from_bytes(digest[start : start + 4]) % (8 * BYTES) for start in range(0, len(digest), 4)]
