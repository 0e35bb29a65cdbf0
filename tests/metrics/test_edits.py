"""Measures of edits, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from impasto.metrics.colourfulness import colourfulness
from impasto.metrics.edit_consistency import edit_consistency
from impasto.metrics.edit_seam import edit_seam
from impasto.metrics.outside_change import outside_change


def masks(count: int, side: int) -> np.ndarray:
    mask = np.zeros((count, side, side), bool)
    mask[:, :, side // 2 :] = True
    return mask


def test_a_step_at_the_border_is_a_seam_and_none_is_none() -> None:
    ramp = np.broadcast_to(10 * np.arange(8, dtype=np.uint8)[None, :, None], (8, 8, 3))
    stepped = ramp.copy()
    stepped[:, 4:] += 40
    flat = np.full_like(ramp, 7)
    ratios = edit_seam(np.stack([ramp, stepped, flat]), masks(3, 8))
    # Elsewhere: 48 pairs of columns differ by 10, 56 pairs of rows by 0.
    usual = 480 / 104
    np.testing.assert_allclose(ratios, [10 / usual, 50 / usual, 0])


def test_only_changes_outside_count() -> None:
    original = np.zeros((2, 4, 4, 3), np.uint8)
    edited = original.copy()
    edited[:, :, 2:] = 9
    edited[1, 0, 0, 2] = 1
    np.testing.assert_allclose(outside_change(edited, original, masks(2, 4)), [0, 1 / 8])


def test_consistency_is_the_mean_difference_of_each_picture() -> None:
    kept = np.arange(12, dtype=float).reshape(2, 2, 3)
    np.testing.assert_allclose(edit_consistency(kept + np.array([[[1.0]], [[-3.0]]]), kept), [1, 3])


def test_colourfulness_is_that_of_hasler_and_suesstrunk() -> None:
    grey = np.random.default_rng(0).integers(0, 256, (1, 8, 8, 1), dtype=np.uint8).repeat(3, axis=3)
    half = np.zeros((1, 2, 2, 3), np.uint8)
    half[:, 0] = (200, 0, 0)
    # rg is 200 and 0, yb is 100 and 0: spreads 100 and 50, means 100 and 50.
    expected = np.hypot(100, 50) * 1.3
    assert colourfulness(grey)[0] == pytest.approx(0)
    assert colourfulness(half)[0] == pytest.approx(expected)
