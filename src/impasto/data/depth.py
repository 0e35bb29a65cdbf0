"""Depth in a byte a pixel: level q stands for NEAREST · RATIO^q metres, so that each is 5 % farther than the last.

256 levels reach from half a metre to 126 km, and a depth comes back within 2.5 %.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["CODE", "to_levels", "to_metres"]

NEAREST = 0.5
RATIO = 1.05

CODE: dict[str, Any] = {
    "unit": "metre",
    "nearest": NEAREST,
    "ratio": RATIO,
    "formula": "metres = nearest * ratio ** level",
}
"""What a manifest tells of a depth map."""


def _ladder() -> npt.NDArray[np.float64]:
    # By multiplication alone, since powers differ in their last digit from processor to processor.
    rungs = np.full(256, RATIO)
    rungs[0] = NEAREST
    return np.multiply.accumulate(rungs)


_METRES = _ladder()
_EDGES = np.sqrt(_METRES[:-1] * _METRES[1:])


def to_levels(depth: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """The nearest level of each depth in metres, of any shape; what lies farther than the last takes that."""
    return np.searchsorted(_EDGES, depth.astype(np.float64)).astype(np.uint8)


def to_metres(levels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The depth in metres that each level stands for, of any shape."""
    return _METRES[levels].astype(np.float32)
