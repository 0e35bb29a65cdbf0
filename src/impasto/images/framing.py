"""A picture of any shape is brought to a given height and width."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from impasto.images.size import Size

__all__ = ["CROPS", "find_bars", "flags_of", "frame", "least_side"]

CROPS = {
    "cover": "the picture fills the frame, what is over at its longer side is cut off evenly",
    "centre": "the middle is cut out at its own scale, or enlarged where the picture is too small",
    "pad": "the whole picture lies in the frame, the rest is background",
}

Pixels = npt.NDArray[np.uint8]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels."""


def least_side(crop: str, size: Size, crop_bars: bool) -> int | None:
    """Pixels that the short side of a picture must keep when a JPEG is decoded at a smaller scale.

    At twice the size the framed picture differs from that of a full decoding by less than one level
    on average. Not below 128, so that stores of different sizes find nearly the same duplicates.

    Args:
        crop: A key of `CROPS`.
        size: Of the framed picture.
        crop_bars: Whether letterbox bars, which may take half of a side, are cut off before.

    Returns:
        None where the picture must be decoded at its full scale.
    """
    if crop == "centre":
        return None
    return max(128, max(size.height, size.width) * (4 if crop_bars else 2))


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
    left, top, right, bottom = _cut(box, size, crop)
    if (bottom - top, right - left) == (size.height, size.width):
        left, top = int(left), int(top)
        return np.asarray(image.crop((left, top, left + size.width, top + size.height)))
    small = image.resize(
        (size.width, size.height), Image.Resampling.LANCZOS, (left, top, right, bottom), reducing_gap=3.0
    )
    return np.asarray(small)


def _cut(box: Box, size: Size, crop: str) -> Box:
    """The part of a box, around its middle, that has the aspect of `size`; with 'centre' not larger than that."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    part_width = min(width, height * size.width / size.height)
    part_height = min(height, width * size.height / size.width)
    if crop == "centre" and (part_width > size.width or part_height > size.height):
        part_width, part_height = size.width, size.height
    left += (width - part_width) / 2
    top += (height - part_height) / 2
    return left, top, left + part_width, top + part_height


def _padded(image: Image.Image, size: Size, background: tuple[int, int, int], box: Box) -> Pixels:
    """All of a box, in the middle of a frame of the background."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    scale = min(size.width / width, size.height / height)
    small_width = max(1, round(width * scale))
    small_height = max(1, round(height * scale))
    canvas = Image.new("RGB", (size.width, size.height), background)
    small = image.resize((small_width, small_height), Image.Resampling.LANCZOS, box, reducing_gap=3.0)
    canvas.paste(small, ((size.width - small_width) // 2, (size.height - small_height) // 2))
    return np.asarray(canvas)


def find_bars(image: Image.Image) -> tuple[int, int, int, int] | None:
    """The picture inside its letterbox, as left, top, right, bottom; None where there are no bars.

    Bars are plain, of one colour, of about the same thickness on both sides, and take between 4 and
    40 % of the side each.
    """
    width, height = image.size
    step = max(1, min(width, height) // 192)
    grey = np.asarray(image.convert("L"))[::step, ::step]
    top, bottom = _pair(grey)
    left, right = _pair(grey.T)
    if not top and not left:
        return None
    # One more sample is cut, because the edge of a compressed bar is soft.
    x0, x1 = ((left + 1) * step, width - (right + 1) * step) if left else (0, width)
    y0, y1 = ((top + 1) * step, height - (bottom + 1) * step) if top else (0, height)
    return (x0, y0, x1, y1)


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


def _pair(rows: npt.NDArray[np.uint8]) -> tuple[int, int]:
    """Thickness of the bars at the first and the last rows; (0, 0) when they are no pair."""
    count = len(rows)
    for edge in (rows[0].tobytes(), rows[-1].tobytes()):  # most pictures are done here
        if max(edge) - min(edge) >= 16:
            return 0, 0
    plain = np.ptp(rows, axis=1) < 16
    if plain.all():
        return 0, 0
    levels = rows.mean(axis=1)
    first = _run(plain & (np.abs(levels - levels[0]) < 6))
    last = _run((plain & (np.abs(levels - levels[-1]) < 6))[::-1])
    alike = abs(float(levels[0] - levels[-1])) < 12 and abs(first - last) <= max(2, 0.25 * max(first, last))
    fits = math.ceil(0.04 * count) <= min(first, last) and max(first, last) <= 0.4 * count
    return (first, last) if alike and fits else (0, 0)


def _run(true: npt.NDArray[np.bool_]) -> int:
    return len(true) if true.all() else int(np.argmin(true))
