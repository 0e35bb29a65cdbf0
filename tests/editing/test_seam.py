from __future__ import annotations

import math

import numpy as np
import pytest

from impasto.editing.seam import joined, seam
from impasto.editing.window import Window, filled, window_around


def picture(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def box(height: int, width: int, rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    mask[rows, columns] = True
    return mask


def test_a_step_of_tone_at_the_border_is_hidden_inside_the_mask_only() -> None:
    given = np.full((40, 40, 3), 100, np.uint8)
    painted = np.full((40, 40, 3), 140, np.uint8)
    mask = box(40, 40, slice(10, 30), slice(10, 30))
    result = joined(given, painted, mask, 5)
    assert (result[~mask] == 100).all()
    assert abs(int(result[10, 20, 0]) - 100) <= 1
    assert (result[18:22, 18:22] == 140).all()
    assert seam(result, mask)[0] <= 1
    assert seam(np.where(mask[..., None], painted, given), mask) == (40.0, 0.0)


def test_the_seam_is_measured_across_the_border() -> None:
    pixels = np.zeros((4, 6, 3), np.uint8)
    pixels[:, 3:] = 60
    right = box(4, 6, slice(None), slice(3, None))
    assert seam(pixels, right) == (60.0, 0.0)
    across, elsewhere = seam(pixels, box(4, 6, slice(None), slice(5, None)))
    # Four of 34 other pairs differ by 60.
    assert (across, elsewhere) == (0.0, pytest.approx(4 * 60 / 34))
    assert math.isnan(seam(pixels, np.ones((4, 6), bool))[0])


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        (box(64, 64, slice(0, 8), slice(0, 8)), Window(0, 0, 32, 32)),
        (box(64, 64, slice(28, 36), slice(56, 64)), Window(32, 16, 32, 32)),
        (box(64, 64, slice(0, 20), slice(0, 4)), Window(0, 0, 40, 40)),
        (box(48, 96, slice(0, 48), slice(0, 4)), Window(0, -24, 96, 96)),
        (box(20, 24, slice(0, 2), slice(0, 2)), Window(0, -2, 24, 24)),
    ],
)
def test_a_window_holds_the_mask_and_what_is_around_it(mask: np.ndarray, expected: Window) -> None:
    assert window_around(mask, (32, 32)) == expected


def test_what_is_cut_and_put_back_at_its_own_size_is_the_same() -> None:
    pixels = picture(40, 50)
    mask = box(40, 50, slice(4, 9), slice(30, 44))
    window = window_around(mask, (32, 32))
    part, part_mask = window.cut(pixels, mask, (32, 32))
    assert part_mask.sum() == mask.sum()
    put = window.put(pixels, part)
    assert (put[~mask] == pixels[~mask]).all()
    assert (put[mask] != pixels[mask]).any()


def test_a_window_larger_than_the_picture_is_to_be_painted_beyond_it() -> None:
    pixels = picture(16, 48)
    mask = box(16, 48, slice(0, 16), slice(0, 40))
    part, part_mask = window_around(mask, (48, 48)).cut(pixels, mask, (48, 48))
    assert part.shape == (48, 48, 3)
    assert part_mask[:16].all()
    assert part_mask[32:].all()
    assert (part[16:32, 40:] == pixels[:, 40:]).all()


def test_reduced_to_the_painter_any_pixel_to_be_painted_counts() -> None:
    mask = box(64, 64, slice(11, 12), slice(21, 22))
    _, part_mask = Window(0, 0, 64, 64).cut(picture(64, 64), mask, (32, 32))
    assert np.argwhere(part_mask).tolist() == [[5, 10]]


def test_what_lies_under_a_mask_does_not_show_through() -> None:
    mask = box(32, 32, slice(8, 24), slice(8, 24))
    pixels = np.full((32, 32, 3), 90, np.uint8)
    pixels[mask] = 255
    assert (filled(pixels, mask) == 90).all()
