"""What each picture of a batch should show: a category, words, given pictures, a mask, maps; every part is optional.

In training the condition holds labels, captions and maps of the store; in painting, what the user requests. By the
names of its parts a painter declares what it reads: 'category', 'words', 'emotion', 'mask', 'given:NAME', 'maps:NAME'.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from impasto.contract.noise import Noise

__all__ = ["Condition"]

NO_CATEGORY = -1
"""Entry of `Condition.category` where a picture has none."""
SINGLE = ("category", "encoding", "weights", "emotion", "mask")
"""Attributes of `Condition` that are tensors."""


@dataclass(frozen=True)
class Condition:
    """What each of N pictures should show. A part that is None, or not among `given` and `maps`, is absent.

    Attributes:
        count: Number of pictures N.
        category: int64, shape (N,), in [0, L), or -1 where a picture has none.
        words: A text for each picture; '' where nothing is said.
        encoding: Output of a frozen encoder for the words, shape (N, …).
        weights: How much each token of the words counts, shape (N, T); None where all count 1.
        emotion: Valence and arousal, each in [-1, 1], shape (N, 2).
        mask: 1 at pixels to be painted, 0 at pixels that keep the given picture, shape (N, 1, H, W).
        given: Pictures by name, such as 'source' or 'style', each of shape (N, 3, H, W), in [-1, 1].
        maps: Maps by name, such as 'layout' (class of each pixel) or 'depth', each of shape (N, H, W).
        absent: Part → rows whose tensor holds nothing, bool, shape (N,); parts of which all rows hold something are
            left out.
    """

    count: int
    category: Tensor | None = None
    words: tuple[str, ...] | None = None
    encoding: Tensor | None = None
    weights: Tensor | None = None
    emotion: Tensor | None = None
    mask: Tensor | None = None
    given: Mapping[str, Tensor] = field(default_factory=dict)
    maps: Mapping[str, Tensor] = field(default_factory=dict)
    absent: Mapping[str, Tensor] = field(default_factory=dict)

    def __len__(self) -> int:
        """N."""
        return self.count

    @property
    def parts(self) -> frozenset[str]:
        """Names of the parts that are there; single rows of them may be empty."""
        single = {name for name in ("category", "words", "emotion", "mask") if getattr(self, name) is not None}
        named = {f"{kind}:{name}" for kind in ("given", "maps") for name in getattr(self, kind)}
        return frozenset(single | named)

    def holds(self, part: str) -> Tensor:
        """Which rows of a part are not empty, bool, shape (N,), on the CPU for words and for parts that are absent."""
        if part not in self.parts:
            return torch.zeros(self.count, dtype=torch.bool)
        if part == "category":
            assert self.category is not None
            return self.category != NO_CATEGORY
        if part == "words":
            assert self.words is not None
            return torch.tensor([bool(text) for text in self.words])
        values = self._tensors()[part]
        return ~self.absent[part] if part in self.absent else values.new_ones(self.count, dtype=torch.bool)

    def __getitem__(self, rows: slice | Tensor) -> Condition:
        """The condition of some rows, given as a slice, or as indices, int64, shape (M,), on any device."""
        index = torch.arange(self.count)[rows.cpu() if isinstance(rows, Tensor) else rows]
        words = None if self.words is None else tuple(self.words[row] for row in index.tolist())
        part = self._mapped(lambda values: values[index.to(values.device)])
        return replace(part, count=len(index), words=words)

    def repeat(self, times: int) -> Condition:
        """All N rows, then all of them again, and so on `times` times."""
        return self[torch.arange(self.count).repeat(times)]

    def to(self, device: torch.device | str) -> Condition:
        """The same on a device."""
        return self._mapped(lambda values: values.to(device, non_blocking=True))

    def emptied(self, parts: Iterable[str] | None = None, rows: Tensor | None = None) -> Condition:
        """A copy in which some parts or rows are empty, as guidance and dropout need it.

        Args:
            parts: Names of the parts to empty; all by default. Parts that are absent are ignored.
            rows: Which rows to empty, bool, shape (N,). By default all: the parts are then removed.

        Returns:
            An empty row has category -1, the text '', an encoding, picture or map of zeros, and a mask of ones.
        """
        chosen = self.parts if parts is None else self.parts & frozenset(parts)
        if rows is None:
            return self._without(chosen)
        changed = self
        for part in sorted(chosen):
            changed = changed._with_empty_rows(part, rows)
        return changed

    def dropped(self, share: float, noise: Noise, parts: Iterable[str] | None = None) -> Condition:
        """A copy in which each row is emptied with a probability, for training with classifier-free guidance.

        Args:
            share: The probability, in [0, 1].
            noise: Decides which rows; one number is drawn from it for each row.
            parts: As in `emptied`; a row loses all of them together.

        Source: Ho & Salimans 2022, algorithm 1.
        """
        return self.emptied(parts, noise.uniform() < share)

    def digest(self) -> str:
        """SHA-256 of the whole condition, in hexadecimal; the same on every device."""
        total = hashlib.sha256(repr((self.count, self.words)).encode())
        for name, values in sorted(self._tensors().items()):
            total.update(f"{name} {tuple(values.shape)} {values.dtype}".encode())
            total.update(values.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        for name, rows in sorted(self.absent.items()):
            total.update(f"{name} {rows.tolist()}".encode())
        return total.hexdigest()

    def _tensors(self) -> dict[str, Tensor]:
        """All tensors by the name of their part; those of words are 'encoding' and 'weights'."""
        single = {name: getattr(self, name) for name in SINGLE}
        given = {f"given:{name}": values for name, values in self.given.items()}
        maps = {f"maps:{name}": values for name, values in self.maps.items()}
        return {name: values for name, values in {**single, **given, **maps}.items() if values is not None}

    def _mapped(self, change: Callable[[Tensor], Tensor]) -> Condition:
        """The same with every tensor changed."""

        def each(values: Mapping[str, Tensor]) -> dict[str, Tensor]:
            return {name: change(tensor) for name, tensor in values.items()}

        single: dict[str, Any] = {
            name: change(values) for name in SINGLE if (values := getattr(self, name)) is not None
        }
        return replace(self, **single, given=each(self.given), maps=each(self.maps), absent=each(self.absent))

    def _without(self, parts: frozenset[str]) -> Condition:
        names = parts | ({"encoding", "weights"} if "words" in parts else set())
        single: dict[str, Any] = {name: None for name in ("words", *SINGLE) if name in names}
        given = {name: values for name, values in self.given.items() if f"given:{name}" not in names}
        maps = {name: values for name, values in self.maps.items() if f"maps:{name}" not in names}
        absent = {name: rows for name, rows in self.absent.items() if name not in names}
        return replace(self, **single, given=given, maps=maps, absent=absent)

    def _with_empty_rows(self, part: str, rows: Tensor) -> Condition:
        if part == "category":
            assert self.category is not None
            return replace(self, category=self.category.masked_fill(rows.to(self.category.device), NO_CATEGORY))
        if part == "words":
            assert self.words is not None
            words = tuple("" if row else text for row, text in zip(rows.tolist(), self.words, strict=True))
            encoding = None if self.encoding is None else _blank(self.encoding, rows, 0.0)
            weights = None if self.weights is None else _blank(self.weights, rows, 1.0)
            return replace(self, words=words, encoding=encoding, weights=weights)
        values = self._tensors()[part]
        # Without a mask, every pixel is painted.
        blank = _blank(values, rows, 1.0 if part == "mask" else 0.0)
        already = self.absent.get(part, torch.zeros_like(rows))
        absent = {**self.absent, part: already.to(rows.device) | rows}
        kind, _, name = part.partition(":")
        change: dict[str, Any] = {kind: {**getattr(self, kind), name: blank} if name else blank}
        return replace(self, **change, absent=absent)


def _blank(values: Tensor, rows: Tensor, blank: float) -> Tensor:
    """Values with one number throughout some rows."""
    shape = (-1, *[1] * (values.ndim - 1))
    return values.masked_fill(rows.to(values.device).view(shape), blank)
