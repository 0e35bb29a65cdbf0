from __future__ import annotations

import numpy as np
import pytest

from impasto.data.depth import CODE, to_levels, to_metres


def test_depth_comes_back_within_half_a_step() -> None:
    depth = np.geomspace(0.5, 1e5, 10_000).astype(np.float32)
    assert np.abs(to_metres(to_levels(depth)) / depth - 1).max() < 0.025


def test_levels_follow_the_formula_of_the_manifest() -> None:
    levels = np.arange(256, dtype=np.uint8)
    metres = eval(CODE["formula"].partition("=")[2], {**CODE, "level": np.arange(256)})
    assert to_metres(levels) == pytest.approx(metres, rel=1e-6)
    assert (to_levels(to_metres(levels)) == levels).all()


def test_what_is_nearer_or_farther_takes_the_ends() -> None:
    assert to_levels(np.array([[0, 0.1], [1e9, np.inf]], np.float32)).tolist() == [[0, 0], [255, 255]]
