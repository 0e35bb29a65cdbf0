"""Whether an edit leaves alone what it should."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.images.pictures import Pixels
from impasto.metrics.metric import SHARE, Quantity, reports

__all__ = ["outside_change"]


@listed(
    name="outside-change",
    summary="share of the pixels outside of the edited part that have changed in any byte",
    year=2025,
    source="this page",
)
@reports(
    Quantity("outside-change", "Share of changed pixels outside of the edited part", "lower", bounds=SHARE),
    aspect="edits",
)
def outside_change(edited: Pixels, originals: Pixels, masks: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Share of each picture, shape (N,); 0 is none.

    Args:
        edited: Shape (N, H, W, 3).
        originals: The pictures before a part was taken out, of that shape.
        masks: True at the edited part, somewhere not, shape (N, H, W).
    """
    changed = (edited != originals).any(3)
    return (changed & ~masks).sum((1, 2)) / (~masks).sum((1, 2))
