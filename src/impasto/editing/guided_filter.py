"""Small maps brought to the size of a picture, whose edges they follow."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from impasto.editing.window import Pixels

__all__ = ["following"]

RADIUS = 2
"""Places beside each place of the small map that are looked at together."""
SMOOTHNESS = 2e-3
"""How much the colours of a picture, in [0, 1], must vary (as a variance) for a map to follow them."""


def following(maps: npt.NDArray[np.float32], pixels: Pixels) -> npt.NDArray[np.float32]:
    """Small maps at the size of a picture: around each place a linear function of its colours.

    Args:
        maps: Shape (h, w, C).
        pixels: The picture, shape (H, W, 3); it may have another aspect than the maps, and is squeezed to theirs.

    Returns:
        Shape (H, W, C).

    Source: He, Sun & Tang 2013, Guided image filtering, equations 19 and 20; He & Sun 2015, Fast guided filter.
    """
    rows, columns, count = maps.shape
    height, width = pixels.shape[:2]
    guide = pixels.astype(np.float32) / np.float32(255)
    small = np.asarray(cv2.resize(guide, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)

    def mean(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        blurred = cv2.blur(values.reshape(rows, columns, -1), (2 * RADIUS + 1, 2 * RADIUS + 1))
        return np.asarray(blurred, np.float32).reshape(values.shape)

    mean_guide = mean(small)
    products = mean(np.ascontiguousarray(small[..., :, None] * small[..., None, :]))
    covariance = products - mean_guide[..., :, None] * mean_guide[..., None, :]
    mean_maps = mean(maps)
    crossed = mean(np.ascontiguousarray(small[..., :, None] * maps[..., None, :]))
    crossed -= mean_guide[..., :, None] * mean_maps[..., None, :]
    slopes = np.linalg.solve(covariance + SMOOTHNESS * np.eye(3, dtype=np.float32), crossed)
    offsets = mean(np.ascontiguousarray(mean_maps - np.einsum("hwic,hwi->hwc", slopes, mean_guide)))
    slopes = mean(np.ascontiguousarray(slopes))
    full = np.empty((height, width, count), np.float32)
    for channel in range(count):
        slope = cv2.resize(np.ascontiguousarray(slopes[..., channel]), (width, height))
        full[..., channel] = cv2.resize(np.ascontiguousarray(offsets[..., channel]), (width, height))
        full[..., channel] += (slope * guide).sum(axis=2)
    return full
