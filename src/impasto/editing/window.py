"""The part of a picture that a painter of a fixed size works at, and how it goes there and back."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["Mask", "Pixels", "Window", "filled", "window_around"]

Pixels = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
"""True where is to be painted, shape (H, W)."""

CONTEXT = 2.0
"""Sides of a window beside those of what is to be painted: a painter has to see what it continues."""


@dataclass(frozen=True)
class Window:
    """A part of a picture, in pixels; it may reach beyond the picture where the aspects differ.

    Attributes:
        left: First column; may be below 0.
        top: First row.
        width: Columns.
        height: Rows.
    """

    left: int
    top: int
    width: int
    height: int

    def cut(self, pixels: Pixels, mask: Mask, size: tuple[int, int]) -> tuple[Pixels, Mask]:
        """What the window shows, at the painter's size; what is masked or beyond the picture is filled from around it.

        Args:
            pixels: Shape (H, W, 3).
            mask: Shape (H, W), not True throughout.
            size: Height and width of the result.

        Returns:
            Pixels and mask of that size; a pixel is to be painted if any part of it is.
        """
        rows, columns = mask.shape
        around = (
            (max(0, -self.top), max(0, self.top + self.height - rows)),
            (max(0, -self.left), max(0, self.left + self.width - columns)),
        )
        top = self.top + around[0][0]
        left = self.left + around[1][0]
        shown = np.s_[top : top + self.height, left : left + self.width]
        part = np.pad(pixels, (*around, (0, 0)))[shown]
        masked = np.pad(mask, around, constant_values=True)[shown]
        part = filled(part, masked)
        if masked.shape == size:
            return part, masked
        height, width = size
        small = np.asarray(Image.fromarray(part).resize((width, height), Image.Resampling.LANCZOS))
        share = Image.fromarray(masked.astype(np.float32)).resize((width, height), Image.Resampling.BOX)
        return small, np.asarray(share) > 0

    def put(self, pixels: Pixels, painted: Pixels) -> Pixels:
        """A picture with the window painted; `painted` is the window at the painter's size."""
        large = Image.fromarray(painted)
        if large.size != (self.width, self.height):
            large = large.resize((self.width, self.height), Image.Resampling.LANCZOS)
        picture = Image.fromarray(pixels)
        picture.paste(large, (self.left, self.top))
        return np.array(picture)


def window_around(mask: Mask, size: tuple[int, int]) -> Window:
    """The window in which a painter sees what is to be painted, and as much again around it.

    Args:
        mask: True somewhere, shape (H, W).
        size: Height and width of the painter's pictures; the window has their aspect, and no fewer pixels unless the
            picture has fewer.
    """
    rows = np.flatnonzero(mask.any(1))
    columns = np.flatnonzero(mask.any(0))
    needed = max((rows[-1] + 1 - rows[0]) / size[0], (columns[-1] + 1 - columns[0]) / size[1])
    whole = max(mask.shape[0] / size[0], mask.shape[1] / size[1])
    scale = min(max(1.0, CONTEXT * needed), whole)
    # A scale such as 128 / 96 must not make 97 of 96 pixels.
    height, width = (int(np.ceil(scale * side - 1e-6)) for side in size)
    top = _start((rows[0] + rows[-1] + 1) / 2, height, mask.shape[0])
    left = _start((columns[0] + columns[-1] + 1) / 2, width, mask.shape[1])
    return Window(left, top, width, height)


def _start(middle: float, length: int, total: int) -> int:
    """Where a stretch around a middle begins, moved inside where it fits, else centred."""
    if length >= total:
        return (total - length) // 2
    return int(min(max(0, round(middle - length / 2)), total - length))


def filled(pixels: Pixels, mask: Mask) -> Pixels:
    """A picture with the nearest pixel outside the mask in the place of each inside, blurred with those around it.

    What lies under a mask is to be replaced, and must not show through where its surroundings are resized or encoded.
    """
    if not mask.any() or mask.all():
        return pixels
    _, labels = cv2.distanceTransformWithLabels(
        mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    by_label = np.zeros((labels.max() + 1, 3), np.uint8)
    by_label[labels[~mask]] = pixels[~mask]
    nearest = by_label[labels]
    side = max(3, min(mask.shape) // 16)
    return np.where(mask[..., None], cv2.blur(nearest, (side, side)), pixels)
