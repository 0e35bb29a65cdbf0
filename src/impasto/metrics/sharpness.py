"""How sharp painted pictures are, compared with real ones."""

from __future__ import annotations

import numpy as np

from impasto.catalogue import listed
from impasto.errors import UsageError
from impasto.images.pictures import Pixels
from impasto.metrics.metric import SHARE, Beside, Estimate, Quantity, reports

__all__ = ["sharpness"]

CHUNK = 256


@listed(
    name="sharpness",
    summary="mean absolute difference of neighbouring pixels; it should be as in real pictures",
    year=2015,
    source="The gradients of Mathieu, Couprie & LeCun 2015, of one picture alone",
)
@reports(
    Quantity("sharpness", "Sharpness: mean difference of neighbouring pixels", headline=5, bounds=SHARE),
    aspect="variety",
    beside=Beside({"painted": "real"}, "test split"),
)
def sharpness(painted: Pixels) -> Estimate:
    """Mean absolute difference of neighbouring pixels, down and to the right, on the range [0, 1].

    Args:
        painted: Shape (N, H, W, 3), uint8, H and W of 2 or more.

    Returns:
        The mean over the pictures.

    Raises:
        UsageError: When the pictures are of one pixel.
    """
    if painted.ndim != 4 or min(painted.shape[1:3]) < 2:
        raise UsageError(f"Sharpness needs pictures (N, H, W, 3) of 2 px or more, not {painted.shape}.")
    parts = []
    for start in range(0, len(painted), CHUNK):
        levels = painted[start : start + CHUNK].astype(np.float32) / 255
        down = np.abs(np.diff(levels, axis=1)).mean((1, 2, 3), dtype=np.float64)
        right = np.abs(np.diff(levels, axis=2)).mean((1, 2, 3), dtype=np.float64)
        parts.append((down + right) / 2)
    return Estimate.mean(np.concatenate(parts), method={"range": "[0, 1]", "dtype": "float32"})
