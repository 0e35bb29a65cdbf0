"""Whether what an instruction is not about stays as it was."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.images.pictures import Pixels, to_float
from impasto.metrics.metric import DISTANCE, Beside, Estimate, Quantity, reports
from impasto.metrics.perceptual_distance import lpips, lpips_hash

__all__ = ["MOST_CHANGED", "changed_part", "outside_lpips"]

NET = "squeeze"
LEVELS = 8
"""Least difference of a byte that is a change, and not grain."""
AROUND = 5
"""Side in pixels of the square by which a changed part grows."""
MOST_CHANGED = 0.5
"""Largest share of a picture that may be changed for there to be an outside."""


@listed(
    name="outside-lpips",
    summary="learned perceptual distance from the picture before, outside of the part that the instruction is about",
    year=2018,
    source="Zhang et al. 2018 (LPIPS); outside only: as background preservation in Ju et al. 2024, PnP Inversion",
)
@reports(
    Quantity("outside-lpips", "Perceptual distance outside of the part to be changed", "lower", bounds=DISTANCE),
    aspect="edits",
    beside=Beside({"edited": "originals"}, of="the true pictures after"),
)
def outside_lpips(edited: Pixels, sources: Pixels, changed: npt.NDArray[np.bool_]) -> Estimate:
    """LPIPS of the pictures before and the edited ones with the changed part as it was before.

    Only pictures count of which less than half is to be changed; of the others nothing is outside.

    Args:
        edited: Shape (N, H, W, 3).
        sources: The pictures before, of that shape.
        changed: The part to be changed, bool, shape (N, H, W).

    Raises:
        WeightsMissing: When the network's files are not installed.
    """
    rows = np.flatnonzero(changed.mean((1, 2)) < MOST_CHANGED)
    if not len(rows):
        return Estimate(float("nan"), remark="Of each of these pictures more than half is to be changed.")
    outside = np.where(changed[rows, ..., None], sources[rows], edited[rows])
    distances = lpips(to_float(outside), to_float(sources[rows]), net=NET).numpy()
    return Estimate.mean(distances, n={"pictures": len(rows)}, method={"net": NET, "weights": lpips_hash(NET)})


def changed_part(before: Pixels, after: Pixels) -> npt.NDArray[np.bool_]:
    """Where true pictures before and after differ, and a little around it, bool, shape (N, H, W)."""
    differs = (np.abs(before.astype(np.int16) - after).max(3) > LEVELS).astype(np.uint8)
    square = np.ones((AROUND, AROUND), np.uint8)
    return np.stack([cv2.dilate(each, square) > 0 for each in differs])
