"""Whether sky and water stay where they were, outside of what an instruction is about."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from impasto.catalogue import listed
from impasto.contract import LightReading
from impasto.images.pictures import Pixels, to_float
from impasto.metrics.metric import SHARE, Beside, Estimate, Quantity, reports
from impasto.metrics.outside_distance import MOST_CHANGED

__all__ = ["layout_kept"]

Mask = npt.NDArray[np.bool_]
Reader = Callable[[Tensor], LightReading]

LEAST = 0.02
"""Least share of the outside that must be read as a surface before or after for it to count."""
CHUNK = 64


@listed(
    name="layout-kept",
    summary="where sky and water are read before and after an edit, outside of the part that the instruction is about",
    year=2026,
    source="impasto; intersection over union: Jaccard 1901",
)
@reports(
    Quantity("layout-kept", "Sky and water outside of the part to be changed that stay", "higher", bounds=SHARE),
    aspect="edits",
    beside=Beside({"edited": "originals"}, of="the true pictures after"),
)
def layout_kept(edited: Pixels, sources: Pixels, changed: Mask, light_reader: Reader) -> Estimate:
    """Intersection over union of sky, and of water, as read from the picture before and the edited one; their mean.

    Only pictures count of which less than half is to be changed, and surfaces that are read in one of the two.

    Args:
        edited: Shape (N, H, W, 3).
        sources: The pictures before, of that shape.
        changed: The part to be changed, bool, shape (N, H, W).
        light_reader: Pictures (N, 3, H, W), in [-1, 1], → shares of sky and water, shape (N, h, w) of any size.
    """
    rows = np.flatnonzero(changed.mean((1, 2)) < MOST_CHANGED)
    before, after = (_surfaces(pictures[rows], light_reader) for pictures in (sources, edited))
    kept = [_overlap(*each) for each in zip(before, after, ~changed[rows], strict=True)]
    values = np.array([value for value in kept if value is not None])
    if not len(values):
        return Estimate(float("nan"), remark="In none of these pictures are sky or water read outside of the change.")
    return Estimate.mean(values, n={"pictures": len(values)})


def _surfaces(pictures: Pixels, light_reader: Reader) -> npt.NDArray[np.bool_]:
    """Where sky and water are read, shape (N, 2, H, W)."""
    height, width = pictures.shape[1:3]
    parts = [np.zeros((0, 2, height, width), bool)]
    for start in range(0, len(pictures), CHUNK):
        reading = light_reader(to_float(pictures[start : start + CHUNK]))
        shares = torch.stack([reading.sky, reading.water], dim=1).float()
        parts.append(F.interpolate(shares, (height, width), mode="bilinear").cpu().numpy() > 0.5)
    return np.concatenate(parts)


def _overlap(before: Mask, after: Mask, outside: Mask) -> float | None:
    """Mean intersection over union of the surfaces (2, H, W) where `outside` (H, W); None where there is none."""
    values = []
    for one, other in zip(before, after, strict=True):
        union = (one | other) & outside
        if union.sum() >= LEAST * outside.sum() > 0:
            values.append(float((one & other & outside).sum() / union.sum()))
    return float(np.mean(values)) if values else None
