"""Edited films that do not flicker: each frame follows what became of the one before it, where the given film moves on.

Each frame is edited by itself, and then mixed with the frame before it, carried along the movement of the given film,
wherever that shows the same thing in the same light. So it works with every painter and needs no training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from impasto.images.optical_flow import Levels, movement
from impasto.images.pictures import Pixels

__all__ = ["steadied"]

TOLERANCE = 16.0
"""Levels of 255 by which the given film may change along its movement until a frame follows its predecessor less."""


def steadied(
    frames: Pixels, edited: Callable[[Pixels], Pixels], smoothness: float
) -> Iterator[tuple[Pixels, Pixels, Pixels]]:
    """Frames of a film, edited one after the other.

    Args:
        frames: The given film, shape (F, H, W, 3), uint8.
        edited: Edits a frame; the result may be larger than it.
        smoothness: How far a frame follows the one before it, 0 to 1: 0 leaves each as it was edited by itself; at 1
            nothing that stays in view is painted anew.

    Yields:
        Of each frame the given one at the size of the result, what was edited by itself, and the steadied result.

    Source: the temporal term of Lai et al. 2018, Learning Blind Video Temporal Consistency, equations 3 and 4, with its
        visibility, as a mixture of frames instead of a loss.
    """
    before: tuple[Pixels, Levels] | None = None
    for frame in frames:
        alone = edited(frame)
        given = _enlarged(frame, alone.shape[:2])
        levels = alone.astype(np.float32)
        if before is not None and smoothness > 0:
            moved = movement(given, before[0])
            change = np.abs(given.astype(np.float32) - moved.carried(before[0])).mean(2)
            weight = smoothness * moved.visible * np.exp(-np.square(change / TOLERANCE))
            levels += weight[..., None].astype(np.float32) * (moved.carried(before[1]) - levels)
        before = (given, levels)
        yield given, alone, np.rint(levels.clip(0, 255)).astype(np.uint8)


def _enlarged(frame: Pixels, shape: tuple[int, ...]) -> Pixels:
    """A frame at another height and width."""
    if frame.shape[:2] == tuple(shape):
        return frame
    return np.asarray(cv2.resize(frame, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.uint8)
