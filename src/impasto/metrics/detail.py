"""How sharp pictures are, painted beside real."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.errors import UsageError
from impasto.images.pictures import Pixels
from impasto.metrics.numbers import Number, mean_of

__all__ = ["detail", "sharpness"]


@listed(
    name="sharpness",
    summary="Mean absolute difference of neighbouring pixels; painted and real should agree",
    year=2015,
    source="The gradients of Mathieu, Couprie & LeCun 2015, of one picture alone",
)
def sharpness(pixels: Pixels) -> npt.NDArray[np.float64]:
    """Mean absolute difference of neighbouring pixels, down and to the right.

    Args:
        pixels: Shape (N, H, W, 3), uint8, H and W of 2 or more.

    Returns:
        On the range [0, 1], shape (N,), float64.

    Raises:
        UsageError: When the pictures are of one pixel.
    """
    if pixels.ndim != 4 or min(pixels.shape[1:3]) < 2:
        raise UsageError(f"Sharpness needs pictures (N, H, W, 3) of 2 px or more, not {pixels.shape}.")
    found = []
    for start in range(0, len(pixels), 256):
        levels = pixels[start : start + 256].astype(np.float32) / 255
        down = np.abs(np.diff(levels, axis=1)).mean((1, 2, 3), dtype=np.float64)
        right = np.abs(np.diff(levels, axis=2)).mean((1, 2, 3), dtype=np.float64)
        found.append((down + right) / 2)
    values: npt.NDArray[np.float64] = np.concatenate(found)
    return values


def detail(painted: Pixels, real: Pixels, *, seed: int) -> dict[str, Number]:
    """Sharpness of painted pictures, with that of real ones as yardstick."""
    recipe = {"resolution": painted.shape[1], "range": "[0, 1]", "dtype": "float32"}

    def of(pixels: Pixels, word: str) -> Number:
        values = sharpness(pixels)
        title = "Sharpness: mean difference of neighbouring pixels"
        return mean_of(title, values, "neither", n={word: len(values)}, recipe=recipe, seed=seed)

    number = of(painted, "painted").beside(of(real, "test"), "test split")
    return {"sharpness": number}
