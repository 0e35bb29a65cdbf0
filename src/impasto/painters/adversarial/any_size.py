"""A convolutional network that changes pictures, applied to a picture of any size."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.errors import DataError
from impasto.sampling.windows import blended, windows_over

__all__ = ["at_any_size"]

MIN_SIDE = 16
"""Fewest rows or columns of a picture that can be changed."""
MULTIPLE = 4
"""What height and width must be divisible by for the networks."""
MARGIN = 12
"""Pixels that are added around a picture. With up to 3 more, which make its size a multiple of 4, they must be fewer
than its shorter side, because they mirror it."""
TILE = 1056
"""Rows and columns that a network sees at a time at most, for the sake of memory; larger pictures are cut into tiles
that overlap by half or more. Statistics of a norm are then those of a tile."""


def at_any_size(picture: Tensor, change: Callable[[Tensor], Tensor], name: str) -> Tensor:
    """A picture changed at its own size.

    Args:
        picture: Shape (3, H, W), in [-1, 1], on the device of the network.
        change: Pictures (1, 3, h, w) → pictures of that shape, for h and w that are multiples of 4.
        name: Of the painter, for errors.

    Returns:
        Shape (1, 3, H, W), float32, on the CPU.

    Raises:
        DataError: When a side is too short.
    """
    height, width = picture.shape[1:]
    if min(height, width) < MIN_SIDE:
        raise DataError(
            f"The picture is {width} × {height} px; {name} needs {MIN_SIDE} px or more on each side. "
            "Give a larger picture, or one less narrow."
        )
    # Mirrored at its edges: beyond them convolutions see zeros, and paint lines there.
    margins = (MARGIN, MARGIN + -width % MULTIPLE, MARGIN, MARGIN + -height % MULTIPLE)
    with torch.inference_mode():
        padded = F.pad(picture[None], margins, mode="reflect")
        rows, columns = padded.shape[-2:]
        tiles = windows_over((rows, columns), (min(TILE, rows), min(TILE, columns)))
        parts = ((tile, change(padded[(..., *tile)]).float().cpu()) for tile in tiles)
        changed = blended(parts, torch.zeros(1, 3, rows, columns))
    return changed[:, :, MARGIN : MARGIN + height, MARGIN : MARGIN + width].float().clamp(-1, 1)
