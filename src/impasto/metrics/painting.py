"""Pictures to be measured, from the painter: bytes, as they would be saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

from impasto.contract import Painter, Reconstructs
from impasto.errors import ImpastoError, NotCapable
from impasto.images.pictures import Pixels, to_float, to_uint8
from impasto.metrics.clips import one_frame

__all__ = ["as_bytes", "checked_pictures", "evaluation_mode", "paint_clips", "paint_pixels", "reconstruct_pixels"]

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
        painter: The painter; of one of clips, a frame of each clip is taken.
        count: How many.
        seed: As in `Painter.paint`.
        category: As in `Painter.paint`.
        first: Index of the first picture.
        progress: Called with (pictures done, pictures in all).

    Returns:
        Shape (count, H, W, 3), uint8.

    Raises:
        ImpastoError: When a picture holds a number that is not finite, or is of another size.
    """
    return one_frame(paint_clips(painter, count, seed=seed, category=category, first=first, progress=progress))


def paint_clips(
    painter: Painter,
    count: int,
    *,
    seed: int,
    category: str | None = None,
    first: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Pixels:
    """The same with all frames of a painter of clips, shape (count, F, H, W, 3); arguments as of `paint_pixels`."""
    parts = []
    for start in range(0, count, CHUNK):
        size = min(CHUNK, count - start)
        pictures = painter.paint(size, seed=seed, category=category, first=first + start, batch=BATCH).pictures
        parts.append(as_bytes(pictures, size, painter))
        if progress:
            progress(start + size, count)
    return np.concatenate(parts)


def as_bytes(pictures: Tensor, count: int, painter: Painter) -> Pixels:
    """Bytes of pictures or clips of a painter.

    Raises:
        ImpastoError: As of `checked_pictures`.
    """
    frames = (painter.data.frames,) if painter.clips else ()
    return to_uint8(checked_pictures(pictures, (count, *frames, 3, *painter.data.size), painter.name))


def reconstruct_pixels(painter: Painter, originals: Pixels) -> Pixels:
    """The painter's own versions of pictures, rounded to bytes.

    Args:
        painter: The painter.
        originals: Shape (N, H, W, 3), uint8.

    Returns:
        Of the same shape.

    Raises:
        NotCapable: When the painter cannot map pictures back to latents.
        ImpastoError: When a version holds a number that is not finite, or is of another size.
    """
    if not isinstance(painter, Reconstructs):
        raise NotCapable(f"{painter.name} cannot reconstruct: it cannot map a picture back to a latent.")
    parts = []
    # Not inference mode, inside which a painter that searches its latents could not turn gradients on again.
    with evaluation_mode(painter), torch.no_grad():
        for start in range(0, len(originals), BATCH):
            pictures = to_float(originals[start : start + BATCH]).to(painter.device)
            parts.append(to_uint8(checked_pictures(painter.reconstruct(pictures), tuple(pictures.shape), painter.name)))
    return np.concatenate(parts)


@contextmanager
def evaluation_mode(net: nn.Module) -> Iterator[None]:
    """All modules are in evaluation mode inside the block, and afterwards as they were."""
    modes = [(module, module.training) for module in net.modules()]
    net.eval()
    try:
        yield
    finally:
        for module, mode in modes:
            module.training = mode


def checked_pictures(pictures: Tensor, shape: tuple[int, ...], name: str) -> Tensor:
    """The pictures as they are, once they are known to be of a shape and finite.

    Args:
        pictures: Of a painter.
        shape: What they should be.
        name: That of the painter.

    Raises:
        ImpastoError: When they are not.
    """
    if tuple(pictures.shape) != shape:
        raise ImpastoError(f"{name} painted pictures of shape {tuple(pictures.shape)} instead of {shape}.")
    bad = int((~torch.isfinite(pictures)).flatten(1).any(1).sum())
    if bad:
        raise ImpastoError(
            f"{bad} of {len(pictures)} pictures by {name} hold numbers that are not finite, so nothing was measured. "
            "Its weights are probably damaged or its training diverged: take an earlier checkpoint."
        )
    return pictures
