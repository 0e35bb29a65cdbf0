"""A picture of any shape is brought to a given height and width."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from impasto.images.size import Size

__all__ = ["CROPS", "LEAST_SIDE", "Box", "cut", "flags_of", "frame", "least_side", "padded_size"]

CROPS = {
    "cover": "the picture fills the frame, what is over at its longer side is cut off evenly",
    "centre": "the middle is cut out at its own scale, or enlarged where the picture is too small",
    "pad": "the whole picture lies in the frame, the rest is background",
}

LEAST_SIDE = 128
"""Pixels of the short side at which a JPEG may be decoded for a thumbnail, and at least for anything else."""

Pixels = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""


def least_side(crop: str, size: Size, crop_bars: bool) -> int | None:
    """Pixels that the short side of a picture must keep when a JPEG is decoded at a smaller scale.

    At twice the size the framed picture differs from that of a full decoding by less than one level
    on average.

    Args:
        crop: A key of `CROPS`.
        size: Of the framed picture.
        crop_bars: Whether letterbox bars, which may take half of a side, are cut off before.

    Returns:
        None where the picture must be decoded at its full scale.
    """
    if crop == "centre":
        return None
    return max(LEAST_SIDE, max(size.height, size.width) * (4 if crop_bars else 2))


def frame(
    image: Image.Image, size: Size, crop: str, background: tuple[int, int, int], box: Box | None = None
) -> Pixels:
    """The picture at a given size, resized with antialiasing.

    Args:
        image: Mode RGB.
        size: Of the result.
        crop: A key of `CROPS`.
        background: What `pad` pads with, RGB in 0..255.
        box: What of the image is framed; by default all of it.

    Returns:
        Shape (H, W, 3).
    """
    box = box or (0, 0, *image.size)
    if crop == "pad":
        return _padded(image, size, background, box)
    left, top, right, bottom = cut(box, size, crop)
    if (bottom - top, right - left) == (size.height, size.width):
        return np.asarray(image.crop((int(left), int(top), int(right), int(bottom))))
    small = image.resize(
        (size.width, size.height), Image.Resampling.LANCZOS, (left, top, right, bottom), reducing_gap=3.0
    )
    return np.asarray(small)


def cut(box: Box, size: Size, crop: str) -> Box:
    """The part of a picture that 'cover' or 'centre' shows: around the middle of the box, with the aspect of `size`.

    Args:
        box: What of the picture may be shown.
        size: Of the framed picture.
        crop: 'cover' takes all that has the aspect, 'centre' no more than the size.

    Returns:
        On whole pixels where nothing has to be resized.
    """
    left, top, right, bottom = box
    width = right - left
    height = bottom - top
    part_width = min(width, height * size.width / size.height)
    part_height = min(height, width * size.height / size.width)
    if crop == "centre" and (part_width > size.width or part_height > size.height):
        part_width = size.width
        part_height = size.height
    left += (width - part_width) / 2
    top += (height - part_height) / 2
    if (part_height, part_width) == (size.height, size.width):
        left = int(left)
        top = int(top)
    return left, top, left + part_width, top + part_height


def padded_size(box: Box, size: Size) -> Size:
    """The size that a picture has inside the frame where 'pad' shows all of it."""
    left, top, right, bottom = box
    scale = min(size.width / (right - left), size.height / (bottom - top))
    return Size(max(1, round((bottom - top) * scale)), max(1, round((right - left) * scale)))


def _padded(image: Image.Image, size: Size, background: tuple[int, int, int], box: Box) -> Pixels:
    """All of a box, in the middle of a frame of the background."""
    small_size = padded_size(box, size)
    small = image.resize((small_size.width, small_size.height), Image.Resampling.LANCZOS, box, reducing_gap=3.0)
    canvas = Image.new("RGB", (size.width, size.height), background)
    canvas.paste(small, ((size.width - small_size.width) // 2, (size.height - small_size.height) // 2))
    return np.asarray(canvas)


def flags_of(pixels: Pixels) -> list[str]:
    """What is odd about the pixels of a picture, shape (H, W, 3): 'blank' (of one colour), 'grey' (without colours)."""
    flags = []
    red, green, blue = np.moveaxis(pixels, 2, 0)
    if all(channel.std() < 2.0 for channel in (red, green, blue)):
        flags.append("blank")
    high = np.maximum(np.maximum(red, green), blue)
    low = np.minimum(np.minimum(red, green), blue)
    if (high - low).mean() < 3.0:
        flags.append("grey")
    return flags
