"""Whether one sees where an edited part of a picture begins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.images.pictures import Pixels
from impasto.images.seam import seam
from impasto.metrics.metric import DISTANCE, Beside, Quantity, reports

__all__ = ["edit_seam"]


@listed(
    name="edit-seam",
    summary="how much pixels differ across the border of an edited part, over how much they differ elsewhere",
    year=2025,
    source="impasto.images.seam",
)
@reports(
    Quantity("edit-seam", "Difference across the border of the edited part, over that elsewhere", bounds=DISTANCE),
    aspect="edits",
    beside=Beside({"edited": "originals"}, of="pictures before a part was taken out"),
)
def edit_seam(edited: Pixels, masks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Ratio of each picture, shape (N,): above that of real pictures the border is a step, far below it a blur.

    Args:
        edited: Shape (N, H, W, 3).
        masks: True at the edited part, shape (N, H, W).
    """
    differences = np.array([seam(pixels, mask) for pixels, mask in zip(edited, masks, strict=True)], np.float64)
    # A picture of one even tone has no differences at all.
    return differences[:, 0] / np.maximum(differences[:, 1], 1e-3)
