"""How colourful pictures are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.images.pictures import Pixels
from impasto.metrics.metric import DISTANCE, Beside, Quantity, reports

__all__ = ["colourfulness"]


@listed(
    name="colourfulness",
    summary="how colourful edited pictures are, on a scale that people's judgements were fitted to",
    year=2003,
    source="Hasler & Süsstrunk 2003, Measuring colourfulness in natural images, equation 5 (M3)",
)
@reports(
    Quantity("colourfulness", "Colourfulness", bounds=DISTANCE),
    aspect="edits",
    beside=Beside({"edited": "originals"}, of="true pictures"),
)
def colourfulness(edited: Pixels) -> npt.NDArray[np.float64]:
    """Colourfulness of each picture (N, H, W, 3), shape (N,): 0 is grey, 15 slightly, 33 moderately, 59 quite."""
    red, green, blue = np.moveaxis(edited.astype(np.float64), 3, 0)
    across = red - green
    along = 0.5 * (red + green) - blue
    spread = np.hypot(across.std((1, 2)), along.std((1, 2)))
    mean = np.hypot(across.mean((1, 2)), along.mean((1, 2)))
    return spread + 0.3 * mean
