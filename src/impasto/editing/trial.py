"""A picture from which something is taken that an edit shall give back, so that the edit can be measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from impasto.editing.window import Mask, Pixels

__all__ = ["Trial", "middle"]


@dataclass(frozen=True)
class Trial:
    """What an edit is given of a true picture, and what it has to keep of that.

    Attributes:
        given: The picture that is edited, shape (h, w, 3).
        settings: Those of the edit, under which the edited picture has the size of the true one.
        mask: The mask that the edit is given, shape (h, w), where it takes one.
        other: The second picture that it is given, of the shape of `given`, where it takes one.
        painted: The part of the true picture that is painted anew, shape (H, W); None where all of it is.
        known: What is given of the true picture and has to stay, as numbers in 0..255; None where nothing has to.
        kept: The same, computed of an edited picture (H, W, 3).
    """

    given: Pixels
    settings: Any
    mask: Mask | None = None
    other: Pixels | None = None
    painted: Mask | None = None
    known: npt.NDArray[np.float64] | None = None
    kept: Callable[[Pixels], npt.NDArray[np.float64]] | None = None


def middle(shape: tuple[int, int]) -> Mask:
    """A mask of the middle quarter of a picture of some height and width."""
    height, width = shape
    mask = np.zeros(shape, bool)
    mask[height // 4 : height - height // 4, width // 4 : width - width // 4] = True
    return mask
