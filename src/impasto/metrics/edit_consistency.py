"""Whether an edited picture agrees with what was given of it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.metrics.metric import DISTANCE, Beside, Quantity, reports

__all__ = ["edit_consistency"]


@listed(
    name="edit-consistency",
    summary="difference between what was given and the same of the edited picture, such as its smaller version",
    year=2021,
    source="Saharia et al. 2021, Image super-resolution via iterative refinement (SR3), section 4.2 (consistency)",
)
@reports(
    Quantity(
        "edit-consistency",
        "Difference between what was given and the same of the edited picture",
        "lower",
        unit="levels of 255",
        bounds=DISTANCE,
    ),
    aspect="edits",
    beside=Beside({"kept": "kept_of_originals"}, of="true pictures, rounded like files"),
)
def edit_consistency(kept: npt.NDArray[np.float64], known: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean absolute difference of each picture, shape (N,).

    Args:
        kept: What an edit had to keep, computed of the edited pictures, shape (N, …), in 0..255.
        known: The same as it was given, of that shape.
    """
    return np.abs(kept - known).mean(tuple(range(1, kept.ndim)))
