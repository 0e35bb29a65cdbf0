"""The part of a picture that is looked at where some of it is painted anew, and what is put under a mask."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from impasto.nn.push_pull import push_pull

__all__ = ["Mask", "Pixels", "filled", "mirrored", "region_around", "shrunk"]

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
"""True where is to be painted, shape (H, W)."""

CONTEXT = 2.0
"""Sides of a region beside those of what is to be painted: a painter has to see what it continues."""


def region_around(mask: Mask, size: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns in which a painter sees what is to be painted, and as much again around it.

    Args:
        mask: True somewhere, shape (H, W).
        size: Height and width of the painter's pictures; the region has no fewer rows and columns, unless the picture
            has fewer.
    """
    rows, columns = (_stretch(np.flatnonzero(mask.any(1 - axis)), size[axis], mask.shape[axis]) for axis in (0, 1))
    return rows, columns


def _stretch(marked: npt.NDArray[np.intp], least: int, total: int) -> slice:
    """A stretch around marked places, of `least` or of `CONTEXT` times as many, inside a total length."""
    first = int(marked[0])
    end = int(marked[-1]) + 1
    length = min(total, max(least, round(CONTEXT * (end - first))))
    start = min(max(0, round((first + end - length) / 2)), total - length)
    return slice(start, start + length)


def shrunk(mask: Mask, shape: tuple[int, int]) -> Mask:
    """A mask at a height and width: a pixel is to be painted if any part of it is."""
    if mask.shape == shape:
        return mask
    share = Image.fromarray(mask.astype(np.float32)).resize(shape[::-1], Image.Resampling.BOX)
    return np.asarray(share) > 0


def filled(pixels: npt.NDArray[np.floating] | Pixels, mask: Mask) -> npt.NDArray[np.float32]:
    """Values (H, W, C) where a mask (H, W) is not True, and under it a smooth continuation of those around.

    What lies under a mask is to be replaced, and must not show through where its surroundings are resized or encoded.
    """
    values = torch.from_numpy(pixels.astype(np.float32)).permute(2, 0, 1)[None]
    known = torch.from_numpy(~mask)[None, None]
    return push_pull(values, known)[0].permute(1, 2, 0).numpy()


def mirrored(pixels: Pixels, mask: Mask) -> Pixels:
    """A picture with what lies under a mask replaced by its surroundings, mirrored at the mask's border.

    So lines and textures go on without a seam. Where the mirror image would lie under the mask too, or beyond the
    picture, the surroundings are continued smoothly.

    Args:
        pixels: Shape (H, W, 3).
        mask: Not True throughout, shape (H, W).
    """
    _, labels = cv2.distanceTransformWithLabels(
        mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    place = np.indices(mask.shape)
    nearest_of = np.zeros((2, labels.max() + 1), place.dtype)
    nearest_of[:, labels[~mask]] = place[:, ~mask]
    nearest = nearest_of[:, labels]
    # The pixel beside the border is the mirror image of the first one under the mask.
    rows, columns = 2 * nearest - place + np.sign(place - nearest)
    inside = (rows >= 0) & (columns >= 0) & (rows < mask.shape[0]) & (columns < mask.shape[1])
    rows, columns = np.where(inside, rows, 0), np.where(inside, columns, 0)
    there = inside & ~mask[rows, columns]
    smooth = np.clip(np.rint(filled(pixels, mask)), 0, 255).astype(np.uint8)
    return np.where((mask & there)[..., None], pixels[rows, columns], smooth)
