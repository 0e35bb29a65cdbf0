"""Pictures with the words that they were painted for, or that describe them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from impasto.contract import Painter, PictureNoise
from impasto.data.store import Split
from impasto.errors import NotCapable
from impasto.images.pictures import Pixels
from impasto.metrics.clips import one_frame
from impasto.metrics.painting import as_bytes

__all__ = ["Described", "described_rows", "paint_described"]

BATCH = 32


@dataclass(frozen=True, eq=False)
class Described:
    """K pictures and a text for each.

    Attributes:
        pictures: Shape (K, H, W, 3), uint8.
        words: The texts.
        spared: Whether training was spared the combinations of kind, season and element of `landscape.held_out`.
        method: How the pictures came about, as far as numbers depend on it.
    """

    pictures: Pixels
    words: tuple[str, ...]
    spared: bool = False
    method: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        """K."""
        return len(self.words)

    def swapped(self) -> Described:
        """The same pictures, each with the words of the one half a set away."""
        middle = len(self) // 2
        return replace(self, words=(*self.words[middle:], *self.words[:middle]))


def described_rows(split: Split, count: int, seed: int) -> tuple[npt.NDArray[np.int64], tuple[str, ...]]:
    """Rows of a split, drawn at random among those with a caption, and a caption of each.

    Args:
        split: Pictures, some with captions.
        count: How many at most.
        seed: Decides which rows, and which of several captions.

    Returns:
        Rows, shape (K,), and K texts.
    """
    captions = split.captions()
    random = np.random.default_rng((seed, 41))
    rows = random.permutation([row for row, texts in enumerate(captions) if texts])[:count].astype(np.int64)
    return rows, tuple(captions[row][int(random.integers(len(captions[row])))] for row in rows)


def paint_described(
    painter: Painter,
    words: Sequence[str],
    *,
    seed: int,
    categories: npt.NDArray[np.int64] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Pixels:
    """A picture for each text, with the painter's default settings.

    Args:
        painter: Reads words.
        words: The texts.
        seed: As in `Painter.paint`; picture i is number i of it.
        categories: Category of each picture, -1 for none, shape (K,), for a painter that reads categories too; it then
            paints no category where this is None.
        progress: Called with (pictures done, pictures in all).

    Returns:
        Shape (K, H, W, 3), uint8.

    Raises:
        NotCapable: When the painter reads no words, or cannot paint by words and category alone.
        ImpastoError: When a picture holds a number that is not finite.
    """
    if "words" not in painter.reads:
        raise NotCapable(f"{painter.name} reads no words.")
    if painter.needs - {"words", "category"}:
        raise NotCapable(f"{painter.name} cannot paint from words alone: it needs {', '.join(sorted(painter.needs))}.")
    settings = painter.resolve_settings(painter.settings_for({}))
    encoder = painter.encoders.get("words")
    parts = []
    with painter.painting():
        for start in range(0, len(words), BATCH):
            texts = tuple(words[start : start + BATCH])
            indices = range(start, start + len(texts))
            condition = replace(
                painter.condition(seed, indices),
                words=texts,
                encoding=None if encoder is None else encoder([*texts]).to(painter.device),
            )
            if condition.category is not None:
                none = np.full(len(words), -1) if categories is None else categories
                condition = replace(condition, category=torch.from_numpy(none[indices]).to(painter.device))
            painted = painter.render(condition, PictureNoise(seed, indices, painter.device), settings)
            pictures = painted.pictures.float().clamp(-1, 1).cpu()
            parts.append(one_frame(as_bytes(pictures, len(texts), painter)))
            if progress:
                progress(indices.stop, len(words))
    return np.concatenate(parts)
