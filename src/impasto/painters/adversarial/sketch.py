"""Pictures of files, and sketches of pictures, for painters that paint over them."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.errors import DataError
from impasto.images.framing import frame
from impasto.images.pictures import to_float
from impasto.images.reading import Unreadable, read_picture
from impasto.images.size import Size

__all__ = ["BLANK", "picture_of_file", "sketch", "sketch_of_file"]

BLANK = 1.0
"""Value of a sketch where there is no line: white paper."""


def sketch(pictures: Tensor) -> Tensor:
    """Dark lines where the brightness of a picture changes, on white paper.

    Args:
        pictures: Shape (N, 3, R, R), in [-1, 1].

    Returns:
        Shape (N, 1, R, R), in [-1, 1].

    Source: Sobel & Feldman 1968, the gradient in 3×3 pixels.
    """
    brightness = pictures.mean(dim=1, keepdim=True)
    horizontal = brightness.new_tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8
    kernels = torch.stack([horizontal, horizontal.T]).unsqueeze(1)
    gradients = F.conv2d(F.pad(brightness, (1, 1, 1, 1), mode="replicate"), kernels)
    return BLANK - 2 * torch.tanh(4 * gradients.square().sum(dim=1, keepdim=True).sqrt())


def sketch_of_file(path: str, resolution: int) -> Tensor:
    """The sketch of a picture in a file, shape (1, 1, R, R), in [-1, 1].

    Raises:
        DataError: When the file is missing or is not a picture that can be read.
    """
    return sketch(picture_of_file(path, resolution))


def picture_of_file(path: str, resolution: int) -> Tensor:
    """The middle square of a picture in a file, shape (1, 3, R, R), in [-1, 1].

    Raises:
        DataError: When the file is missing or is not a picture that can be read.
    """
    try:
        picture = read_picture(Path(path))
    except Unreadable as error:
        raise DataError(f"{path} cannot be painted over: {error}. Give a picture that can be opened.") from None
    return to_float(frame(picture.image, Size(resolution, resolution), "cover", (255, 255, 255), picture.box)[None])
