"""Whether sky and water stay where they were, outside of what was to be changed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from torch import Tensor

from impasto.metrics.layout_kept import layout_kept

SIDE = 8


def read(pictures: Tensor) -> SimpleNamespace:
    """What is blue is sky, what is green is water."""
    return SimpleNamespace(sky=(pictures[:, 2] + 1) / 2, water=(pictures[:, 1] + 1) / 2)


def landscape(sky_to: int, water_from: int = SIDE) -> np.ndarray:
    pixels = np.zeros((SIDE, SIDE, 3), np.uint8)
    pixels[:sky_to, :, 2] = 255
    pixels[water_from:, :, 1] = 255
    return pixels


def kept(edited: np.ndarray, source: np.ndarray, changed: np.ndarray | None = None):
    changed = np.zeros((SIDE, SIDE), bool) if changed is None else changed
    return layout_kept(edited[None], source[None], changed[None], read)


def test_it_is_the_mean_overlap_of_the_surfaces_that_are_there() -> None:
    assert kept(landscape(4, 6), landscape(4, 6)).value == 1
    assert kept(landscape(2), landscape(4)).value == 0.5
    assert kept(landscape(4, 6), landscape(4)).value == 0.5
    assert kept(landscape(2, 6), landscape(4, 6)).value == pytest.approx((0.5 + 1) / 2)


def test_only_what_is_outside_counts() -> None:
    changed = np.zeros((SIDE, SIDE), bool)
    changed[2:4] = True
    assert kept(landscape(2), landscape(4), changed).value == 1
    changed[:5] = True
    assert np.isnan(kept(landscape(2), landscape(4), changed).value)


def test_where_nothing_is_read_nothing_is_said() -> None:
    estimate = kept(landscape(0), landscape(0))
    assert np.isnan(estimate.value)
    assert "sky or water" in estimate.remark
