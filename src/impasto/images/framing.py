"""A picture of any shape becomes a square of the store's resolution."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

__all__ = ["CROPS", "find_bars", "flags_of", "frame", "least_side"]

CROPS = {
    "cover": "the short side fills the square, what is over at the long side is cut off evenly",
    "centre": "the middle is cut out at its own scale, or enlarged where the picture is too small",
    "pad": "the long side fills the square, the rest is background",
}

Pixels = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]


def least_side(crop: str, resolution: int, crop_bars: bool) -> int | None:
    """Pixels that the short side must keep when a picture is decoded at a smaller scale.

    At twice the resolution the square differs from that of a full decoding by less than one level
    on average. Not below 128, so that stores of different resolutions find nearly the same duplicates.
    """
    if crop == "centre":
        return None
    return max(128, resolution * (4 if crop_bars else 2))


def frame(
    image: Image.Image,
    resolution: int,
    crop: str,
    background: tuple[int, int, int],
    box: tuple[float, float, float, float] | None = None,
) -> Pixels:
    """The square picture, resized with antialiasing.

    Args:
        image: Mode RGB.
        resolution: Rows and columns of the result.
        crop: A key of `CROPS`.
        background: What `pad` pads with, RGB in 0..255.
        box: What of the image is framed, as left, top, right, bottom; by default all of it.

    Returns:
        Shape (resolution, resolution, 3).
    """
    left, top, right, bottom = box or (0, 0, *image.size)
    width, height = right - left, bottom - top
    if crop == "pad":
        scale = resolution / max(width, height)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        canvas = Image.new("RGB", (resolution, resolution), background)
        small = image.resize(size, Image.Resampling.LANCZOS, box, reducing_gap=3.0)
        canvas.paste(small, ((resolution - size[0]) // 2, (resolution - size[1]) // 2))
        return np.asarray(canvas)
    side = min(width, height) if crop == "cover" else min(width, height, resolution)
    left, top = left + (width - side) / 2, top + (height - side) / 2
    if side == resolution:
        left, top = int(left), int(top)
        return np.asarray(image.crop((left, top, left + resolution, top + resolution)))
    square = (left, top, left + side, top + side)
    small = image.resize((resolution, resolution), Image.Resampling.LANCZOS, square, reducing_gap=3.0)
    return np.asarray(small)


def find_bars(image: Image.Image) -> Box | None:
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
    """What is odd about the pixels of a square picture, shape (R, R, 3): 'blank', 'grey'."""
    found = []
    red, green, blue = channels = np.moveaxis(pixels, 2, 0)
    if all(channel.std() < 2.0 for channel in channels):
        found.append("blank")
    high, low = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    if (high - low).mean() < 3.0:
        found.append("grey")
    return found


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
