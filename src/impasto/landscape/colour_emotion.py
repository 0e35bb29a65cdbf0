"""The emotion of a picture's colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from impasto.errors import DataError

__all__ = ["colour_emotion"]


def colour_emotion(pixels: NDArray[np.uint8]) -> tuple[float, float]:
    """Pleasure and arousal of a picture's colours, on brightness and saturation in [0, 1].

    Brightness is the largest of red, green and blue, saturation that of HSV; both are averaged over the
    picture. The published equations are of standardized variables, so these numbers compare pictures with
    each other: white paper has (0.69, -0.31), black ink (0, 0), pure red (0.91, 0.29).

    Args:
        pixels: Shape (H, W, 3), dtype uint8.

    Raises:
        DataError: When the picture is empty, of another shape or of another dtype.

    Source: Valdez & Mehrabian 1994, abstract: Pleasure = .69 B + .22 S, Arousal = -.31 B + .60 S.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0 or pixels.dtype != np.uint8:
        raise DataError(f"A picture is uint8 of shape (H, W, 3), not {pixels.dtype} of shape {pixels.shape}.")
    top = pixels.max(axis=2).astype(np.float64)
    depth = top - pixels.min(axis=2)
    brightness = float(top.mean()) / 255
    saturation = float(np.divide(depth, top, out=np.zeros_like(top), where=top > 0).mean())
    return 0.69 * brightness + 0.22 * saturation, -0.31 * brightness + 0.60 * saturation
