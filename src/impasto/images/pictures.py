"""Pictures and clips as numbers in [-1, 1], as bytes, and many of them on one sheet."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from impasto.errors import UsageError
from impasto.files import write_whole
from impasto.images.marks import marked

__all__ = ["contact_sheet", "sheet_file", "to_float", "to_uint8", "write_sheet"]

Pixels = npt.NDArray[np.uint8]

SHEET_WIDTH = 1024
"""Least width of a contact sheet, in pixels: small pictures are enlarged, by whole factors, until it is that wide."""


def to_uint8(pictures: Tensor) -> Pixels:
    """Bytes of pictures, rounded to the nearest; what is out of range is clipped, NaN is black.

    Args:
        pictures: Shape (N, 3, H, W), or (N, F, 3, H, W) for clips, in [-1, 1], on any device.

    Returns:
        Pixels, shape (N, H, W, 3) or (N, F, H, W, 3), in 0..255.
    """
    levels = pictures.detach().float().add(1).mul_(127.5).nan_to_num_(0.0).round_().clamp_(0, 255)
    pixels: Pixels = levels.to(torch.uint8).movedim(-3, -1).contiguous().cpu().numpy()
    return pixels


def to_float(pixels: Pixels | Tensor) -> Tensor:
    """Pictures of bytes; `to_uint8` gives the same bytes back.

    Args:
        pixels: Shape (N, H, W, 3), or (N, F, H, W, 3) for clips, uint8.

    Returns:
        Shape (N, 3, H, W) or (N, F, 3, H, W), float32, in [-1, 1], laid out channels last, on the device of `pixels`.
    """
    if not isinstance(pixels, Tensor):
        # A memory map is read-only, which a tensor cannot be.
        pixels = torch.from_numpy(pixels if pixels.flags.writeable else pixels.copy())
    return pixels.to(torch.float32).mul_(2 / 255).sub_(1).movedim(-1, -3)


def contact_sheet(
    pixels: Pixels,
    *,
    columns: int | None = None,
    scale: int | None = None,
    gap: int = 2,
    background: tuple[int, int, int] = (24, 24, 24),
) -> Image.Image:
    """One image of many pictures, row by row; a clip is a strip of its frames from left to right.

    Args:
        pixels: Shape (N, H, W, 3), or (N, F, H, W, 3) for clips, uint8, N at least 1.
        columns: Pictures a row; without it the sheet of pictures is about square, and each clip has a row.
        scale: Each pixel becomes a square of this side; without it the least with which the sheet is 1,024 pixels
            wide or more.
        gap: Pixels between the pictures and around the sheet.
        background: Colour of the gaps, RGB in 0..255.

    Raises:
        UsageError: When there is no picture, or a number is out of range.
    """
    if pixels.ndim not in (4, 5) or len(pixels) == 0:
        raise UsageError(
            f"A contact sheet needs pictures of shape (N, H, W, 3) or clips of shape (N, F, H, W, 3), and N of 1 or "
            f"more, not {pixels.shape}."
        )
    if columns is None:
        columns = 1 if pixels.ndim == 5 else math.ceil(math.sqrt(len(pixels)))
    if pixels.ndim == 5:
        count, frames, height, width, _ = pixels.shape
        pixels = pixels.transpose(0, 2, 1, 3, 4).reshape(count, height, frames * width, 3)
    count, height, width, _ = pixels.shape
    for word, value, least in (("columns", columns, 1), ("scale", scale, 1), ("gap", gap, 0)):
        if value is not None and value < least:
            raise UsageError(f"{word} must be {least} or more, not {value}.")
    columns = min(columns, count)
    scale = scale or max(1, math.ceil((SHEET_WIDTH - gap * (columns + 1)) / (columns * width)))
    rows = math.ceil(count / columns)
    row_height = height * scale + gap
    column_width = width * scale + gap
    sheet = np.empty((rows * row_height + gap, columns * column_width + gap, 3), np.uint8)
    sheet[:] = background
    for i, picture in enumerate(pixels):
        top = i // columns * row_height + gap
        left = i % columns * column_width + gap
        large = picture.repeat(scale, axis=0).repeat(scale, axis=1)
        sheet[top : top + height * scale, left : left + width * scale] = large
    return Image.fromarray(sheet)


def sheet_file(sheet: Image.Image) -> bytes:
    """The PNG file of a sheet, marked as one."""
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return marked(file.getvalue(), "contact sheet")


def write_sheet(path: Path, pixels: Pixels, *, columns: int | None = None) -> None:
    """Write a contact sheet of pictures, or of the first frames of clips, as a PNG file.

    Args:
        path: The file.
        pixels: Shape (N, H, W, 3), or (N, F, H, W, 3) for clips, uint8, N at least 1.
        columns: Pictures a row; without it the sheet is about square.

    Raises:
        UsageError: When there is no picture.
        ImpastoError: When the file cannot be written.
    """
    write_whole(path, sheet_file(contact_sheet(pixels if pixels.ndim == 4 else pixels[:, 0], columns=columns)))
