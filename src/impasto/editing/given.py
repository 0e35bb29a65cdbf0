"""The picture that is to be edited: read, brought to size, and what is odd about it said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from impasto.errors import DataError
from impasto.images.framing import flags_of
from impasto.images.reading import Unreadable, read_picture

__all__ = ["given"]

LEAST = 16
"""Fewest rows or columns, in the file and after it is brought to size."""


def given(path: str | Path, size: int) -> tuple[npt.NDArray[np.uint8], list[str]]:
    """A picture file at the size of an edit.

    Args:
        path: The file.
        size: Its longest side in pixels becomes this, larger or smaller.

    Returns:
        Pixels, shape (H, W, 3), and remarks in sentences: what is odd about the file, enlarged, without colour, one
        even tone.

    Raises:
        DataError: When the file is missing, broken, or has too many or too few pixels.
    """
    try:
        read = read_picture(path, least=size)
    except Unreadable as why:
        raise DataError(f"{path} cannot be edited: {why}. Give a picture that can be opened.") from None
    width, height = read.size
    scale = size / max(width, height)
    shape = (round(width * scale), round(height * scale))
    if min(width, height, *shape) < LEAST:
        raise DataError(
            f"{path} is {width} × {height} px, and at size {size} {shape[0]} × {shape[1]} px; "
            f"each side takes {LEAST} px or more. Give a larger picture, or one less narrow."
        )
    pixels = np.asarray(read.image.resize(shape, Image.Resampling.LANCZOS, read.box, reducing_gap=3.0))
    notes = [f"{path} was read with losses: {', '.join(read.flags)}."] if read.flags else []
    if scale > 1.5:
        notes.append(
            f"{path} has only {width} × {height} px and was enlarged {scale:.1f} times: what is fine is invented."
        )
    flags = flags_of(pixels)
    if "blank" in flags:
        notes.append(f"{path} is of one even tone.")
    elif "grey" in flags:
        notes.append(f"{path} has no colours, so only its lights and darks are followed.")
    return pixels, notes
