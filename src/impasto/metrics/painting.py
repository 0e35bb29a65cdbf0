"""Pictures to be measured, from the painter: bytes, as they would be saved."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from impasto.contract import Painter, Reconstructs
from impasto.errors import ImpastoError
from impasto.images.pictures import Pixels, to_float, to_uint8

__all__ = ["paint_pixels", "reconstruct_pixels"]

CHUNK = 256
BATCH = 64


def paint_pixels(
    painter: Painter,
    count: int,
    *,
    seed: int,
    category: str | None = None,
    first: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Pixels:
    """Pictures of a painter, a few hundred at a time, so that only their bytes are kept.

    Args:
        painter: Who paints.
        count: How many.
        seed: As in `Painter.paint`.
        category: As in `Painter.paint`.
        first: Index of the first picture.
        progress: Called with (pictures done, pictures in all).

    Returns:
        Shape (count, R, R, 3), uint8.

    Raises:
        ImpastoError: When a picture holds a number that is not finite, or is of another size.
    """
    parts = []
    for start in range(0, count, CHUNK):
        size = min(CHUNK, count - start)
        pictures = painter.paint(size, seed=seed, category=category, first=first + start, batch=BATCH).pictures
        parts.append(to_uint8(_sound(pictures, (size, 3, painter.data.height, painter.data.width), painter.name)))
        if progress:
            progress(start + size, count)
    return np.concatenate(parts)


def reconstruct_pixels(painter: Painter, originals: Pixels) -> Pixels:
    """The painter's own versions of pictures, rounded to bytes.

    Args:
        painter: One that has its own versions of pictures.
        originals: Shape (N, R, R, 3), uint8.

    Raises:
        ImpastoError: When a version holds a number that is not finite, or is of another size.
    """
    modes = [(module, module.training) for module in painter.modules()]
    painter.eval()
    assert isinstance(painter, Reconstructs)
    parts = []
    try:
        with torch.inference_mode():
            for start in range(0, len(originals), BATCH):
                pictures = to_float(originals[start : start + BATCH]).to(painter.device)
                parts.append(to_uint8(_sound(painter.reconstruct(pictures), tuple(pictures.shape), painter.name)))
    finally:
        for module, mode in modes:
            module.training = mode
    return np.concatenate(parts)


def _sound(pictures: Tensor, shape: tuple[int, ...], name: str) -> Tensor:
    if tuple(pictures.shape) != shape:
        raise ImpastoError(f"{name} painted pictures of shape {tuple(pictures.shape)}; wanted were {shape}.")
    bad = int((~torch.isfinite(pictures)).flatten(1).any(1).sum())
    if bad:
        raise ImpastoError(
            f"{bad} of {len(pictures)} pictures by {name} hold numbers that are not finite, so nothing was measured. "
            "Its weights are probably damaged or its training diverged: take an earlier checkpoint."
        )
    return pictures
