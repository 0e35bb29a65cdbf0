"""Where the water of a picture begins, above each of its pixels."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from impasto.landscape.fields import Field

__all__ = ["shore_above"]

SMOOTH = 50
"""Columns of the picture for each column over which a shore is smoothed."""


def shore_above(water: npt.NDArray[np.bool_]) -> Field:
    """The row at which the water above each pixel of water begins, smoothed along the shore.

    Args:
        water: True where the water is, shape (H, W).

    Returns:
        Rows, shape (H, W), float32; 0 where the water begins at the upper edge. Outside the water it means nothing.
    """
    height, width = water.shape
    rows = np.arange(1, height + 1, dtype=np.float32)[:, None]
    first: Field = np.maximum.accumulate(np.where(water, 0, rows), axis=0).astype(np.float32)
    size = 2 * (width // SMOOTH) + 1
    there = water.astype(np.float32)
    smooth = cv2.blur(first * there, (size, 1)) / np.maximum(cv2.blur(there, (size, 1)), 1e-6)
    # Beside a boat, whose edge lies far below the shore, nothing is smoothed.
    return np.where(np.abs(smooth - first) < 0.02 * height, smooth, first).astype(np.float32)
