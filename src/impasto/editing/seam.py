"""The seam between what was painted and what was there: hidden, and measured."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from impasto.editing.window import Mask, Pixels, filled

__all__ = ["joined", "seam"]


def joined(given: Pixels, painted: Pixels, mask: Mask, width: int) -> Pixels:
    """A given picture with the painted one inside a mask; outside, every byte is the given one.

    Where the painted picture differs in tone from the given one beside the mask's border, it is shifted to it; the
    shift falls to nothing over some pixels, all of them inside the mask.

    Args:
        given: Shape (H, W, 3).
        painted: Of that shape, painted outside the mask too, as near to the given one as the painter could.
        mask: True where is painted, shape (H, W).
        width: Pixels over which the shift falls.
    """
    # The painter's error beside the border, carried inward from the nearest pixel outside.
    error = given.astype(np.int16) - painted
    carried = filled((error // 2 + 128).astype(np.uint8), mask).astype(np.float32)
    shift = 2 * (carried - 128)
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    weight = np.clip(1 - (depth - 1) / width, 0, 1)[..., None]
    shifted = np.clip(np.rint(painted + weight * shift), 0, 255).astype(np.uint8)
    return np.where(mask[..., None], shifted, given)


def seam(pixels: npt.NDArray[np.uint8], mask: Mask) -> tuple[float, float]:
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
    return tuple(float(each.mean()) if len(each) else math.nan for each in means)  # type: ignore[return-value]
