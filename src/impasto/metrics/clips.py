"""Sets of clips as metrics see them: one frame of each as a picture, and frames that do not belong together."""

from __future__ import annotations

from dataclasses import fields
from typing import Self

import numpy as np

from impasto.data.store import Rows, Split
from impasto.images.pictures import Pixels

__all__ = ["OneFrame", "one_frame", "unrelated"]

CLIP = 5
"""Dimensions of the pixels of clips."""


class OneFrame(Split):
    """One frame of each clip of a split, as a split of pictures: of clip number i frame i mod F.

    So pictures of a set stay independent of each other, and all frames count alike.
    """

    @classmethod
    def of(cls, split: Split) -> Self:
        """The same split, seen that way."""
        return cls(**{each.name: getattr(split, each.name) for each in fields(Split)})

    def uint8(self, rows: Rows | None = None) -> Pixels:
        """Pixels of a frame of those clips, all if none are named, shape (N, H, W, 3)."""
        numbers = np.arange(len(self))
        return one_frame(self.clips(rows), numbers if rows is None else numbers[rows])

    def clips(self, rows: Rows | None = None) -> Pixels:
        """Pixels of those clips, all if none are named, shape (N, F, H, W, 3)."""
        return super().uint8(rows)


def one_frame(pixels: Pixels, numbers: np.ndarray | None = None) -> Pixels:
    """One frame of each clip, shape (N, H, W, 3).

    Args:
        pixels: Clips, shape (N, F, H, W, 3); or pictures, shape (N, H, W, 3), which stay as they are.
        numbers: Number i of each clip in its set, of which frame i mod F is taken; 0, 1, 2 … by default.
    """
    if pixels.ndim != CLIP:
        return pixels
    rows = np.arange(len(pixels))
    return pixels[rows, (rows if numbers is None else numbers) % pixels.shape[1]]


def unrelated(clips: Pixels) -> Pixels:
    """Clips whose frames are those of different clips, each in its place in time: the worst there can be.

    Args:
        clips: Shape (N, F, …), of any numbers.
    """
    count, frames = clips.shape[:2]
    times = np.arange(frames)
    return clips[(np.arange(count)[:, None] + times) % count, times]
