"""Encodings of a split's pictures and captions by frozen encoders, which training need not run again every epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

__all__ = ["Encodings"]

Array = npt.NDArray[np.float16] | npt.NDArray[np.int32]


@dataclass(frozen=True)
class Encodings:
    """Encodings of a split's pictures and captions; without any, nothing was encoded.

    Attributes:
        pictures: Encoding of each picture, shape (N, 1, …), or (N, 2, …) with that of its mirror image.
        words: Encoding of each distinct caption, shape (M, …).
        texts: Caption → its row in `words`.
    """

    pictures: Array | None = None
    words: Array | None = None
    texts: Mapping[str, int] = field(default_factory=dict)

    def of_pictures(self, rows: npt.NDArray[np.int64], mirrored: npt.NDArray[np.bool_]) -> Tensor | None:
        """Encodings of some rows of the split, shape (n, …), float32 or int64; None where pictures were not encoded.

        Args:
            rows: Shape (n,).
            mirrored: Of which of them the mirror image is meant, shape (n,).
        """
        return None if self.pictures is None else _tensor(self.pictures[rows, mirrored.astype(int)])

    def of_words(self, texts: Sequence[str]) -> Tensor | None:
        """Encodings of n captions, shape (n, …), zeros for ''; None where words were not encoded."""
        if self.words is None:
            return None
        encodings = _tensor(self.words[[self.texts.get(text, 0) for text in texts]])
        # As in `Condition.emptied`, so that a picture without a caption equals one whose caption was dropped.
        encodings[torch.tensor([not text for text in texts])] = 0
        return encodings


def _tensor(values: Array) -> Tensor:
    tensor = torch.from_numpy(values)
    return tensor.float() if tensor.is_floating_point() else tensor.long()
