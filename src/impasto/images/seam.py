"""How visible the border of a part of a picture is."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from impasto.images.pictures import Pixels

__all__ = ["seam"]


def seam(pixels: Pixels, mask: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """How much a picture changes from pixel to pixel across the border of a mask, and elsewhere.

    Args:
        pixels: Shape (H, W, 3).
        mask: Shape (H, W).

    Returns:
        Mean absolute differences of pixels beside one another, over channels, in 0..255: of pairs that the border
        divides, and of all other pairs. NaN where there is no such pair.
    """
    across: list[npt.NDArray[np.float32]] = []
    elsewhere: list[npt.NDArray[np.float32]] = []
    for axis in (0, 1):
        change = np.abs(np.diff(pixels.astype(np.float32), axis=axis)).mean(2)
        border = np.diff(mask, axis=axis)
        across.append(change[border])
        elsewhere.append(change[~border])
    means = [np.concatenate(each) for each in (across, elsewhere)]
    first, second = (float(each.mean()) if len(each) else math.nan for each in means)
    return first, second
