"""Maps, with one value for each pixel (such as a label), are read as they are and framed exactly as their pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from impasto.images.framing import Box, cut, padded_size
from impasto.images.reading import PIXEL_LIMIT, Unreadable, check_pixels, decoded
from impasto.images.size import Size

__all__ = ["frame_map", "read_map"]

MODES = ("L", "P", "1")
"""Modes of one channel and 8 bits or fewer: levels, numbers of a palette, and 0 or 1."""
TOLERANCE = 0.02
"""Largest share by which the aspect of a map may differ from that of its picture."""


def read_map(path: Path, limit: int = PIXEL_LIMIT) -> Image.Image:
    """The values of a map as they are in its file: of a palette the numbers, not the colours.

    Args:
        path: The file.
        limit: Most pixels.

    Returns:
        Mode L; 0 and 1 of a picture of one bit.

    Raises:
        Unreadable: When the file cannot be read, or has several channels or more than 8 bits.
    """
    return decoded(path, lambda image: _values(image, limit))[0]


def _values(image: Image.Image, limit: int) -> Image.Image:
    check_pixels(image, limit)
    if image.mode not in MODES:
        raise Unreadable("not of one channel of 8 bits", f"it is of mode {image.mode}")
    return Image.fromarray(np.asarray(image).astype(np.uint8))


def frame_map(values: Image.Image, size: Size, crop: str, *, box: Box, extent: Box) -> npt.NDArray[np.uint8]:
    """A map framed as its picture, each pixel with the value of the nearest one.

    Args:
        values: Mode L; may be larger or smaller than the picture, but shows the same.
        size: Of the result.
        crop: A key of `framing.CROPS`.
        box: What of the picture is framed.
        extent: All of the picture, in the same pixels.

    Returns:
        Shape (H, W); 0 where the picture is padded.

    Raises:
        Unreadable: When the map has another aspect than the picture.
    """
    horizontal = values.width / (extent[2] - extent[0])
    vertical = values.height / (extent[3] - extent[1])
    if abs(horizontal / vertical - 1) > TOLERANCE:
        raise Unreadable(
            "its map is of another shape",
            f"{values.width} × {values.height} pixels, where the picture has {extent[2]:.0f} × {extent[3]:.0f}",
        )

    def scaled(part: Box) -> Box:
        left, top, right, bottom = part
        return (
            (left - extent[0]) * horizontal,
            (top - extent[1]) * vertical,
            # Rounding may lead a hair beyond the last pixel.
            min(values.width, (right - extent[0]) * horizontal),
            min(values.height, (bottom - extent[1]) * vertical),
        )

    if crop != "pad":
        shown = scaled(cut(box, size, crop))
        return np.asarray(values.resize((size.width, size.height), Image.Resampling.NEAREST, shown))
    small_size = padded_size(box, size)
    small = values.resize((small_size.width, small_size.height), Image.Resampling.NEAREST, scaled(box))
    canvas = Image.new("L", (size.width, size.height))
    canvas.paste(small, ((size.width - small_size.width) // 2, (size.height - small_size.height) // 2))
    return np.asarray(canvas)
