from __future__ import annotations

import math

import numpy as np
import pytest

from impasto.editing.seam import joined
from impasto.editing.window import filled, mirrored, region_around, shrunk
from impasto.images.seam import seam


def box(height: int, width: int, rows: slice, columns: slice) -> np.ndarray:
    mask = np.zeros((height, width), bool)
    mask[rows, columns] = True
    return mask


def test_a_step_of_tone_at_the_border_is_hidden_inside_the_mask_only() -> None:
    given = np.full((40, 40, 3), 100, np.uint8)
    texture = np.random.default_rng(0).integers(-9, 10, (40, 40, 3))
    mask = box(40, 40, slice(10, 30), slice(10, 30))
    texture[~mask] = 0
    painted = (140 + texture).astype(np.uint8)
    result = joined(given, painted, mask)
    assert (result[~mask] == 100).all()
    assert np.array_equal(result[mask].astype(int), (100 + texture)[mask])
    flat = np.where(mask[..., None], 140, given).astype(np.uint8)
    assert seam(flat, mask) == (40.0, 0.0)


def test_a_shift_of_tone_that_changes_along_the_border_changes_smoothly_inside() -> None:
    columns = np.linspace(60, 120, 40)
    given = np.broadcast_to(columns[None, :, None], (40, 40, 3)).round().astype(np.uint8)
    mask = box(40, 40, slice(10, 30), slice(10, 30))
    result = joined(given, np.full_like(given, 90), mask)
    assert np.abs(result.astype(int) - given).max() <= 12
    assert seam(result, mask)[0] < 4


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
    ("mask", "rows", "columns"),
    [
        (box(64, 64, slice(0, 8), slice(0, 8)), (0, 32), (0, 32)),
        (box(64, 64, slice(28, 36), slice(56, 64)), (16, 48), (32, 64)),
        (box(64, 64, slice(0, 20), slice(0, 4)), (0, 40), (0, 32)),
        (box(48, 96, slice(0, 48), slice(0, 4)), (0, 48), (0, 32)),
        (box(20, 24, slice(0, 2), slice(0, 2)), (0, 20), (0, 24)),
    ],
)
def test_a_region_holds_the_mask_and_what_is_around_it(
    mask: np.ndarray, rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    assert region_around(mask, (32, 32)) == (slice(*rows), slice(*columns))


def test_reduced_any_pixel_to_be_painted_counts() -> None:
    mask = box(64, 64, slice(11, 12), slice(21, 22))
    assert np.argwhere(shrunk(mask, (32, 32))).tolist() == [[5, 10]]
    assert shrunk(mask, (64, 64)) is mask


def test_what_lies_under_a_mask_does_not_show_through() -> None:
    mask = box(32, 32, slice(8, 24), slice(8, 24))
    pixels = np.full((32, 32, 3), 90, np.uint8)
    pixels[mask] = 255
    assert (filled(pixels, mask) == 90).all()


@pytest.mark.parametrize("added", [((5, 0), (0, 7)), ((0, 6), (4, 4)), ((3, 3), (3, 3))])
def test_beyond_the_borders_the_mirror_image_is_that_of_numpy(added: tuple[tuple[int, int], tuple[int, int]]) -> None:
    inner = np.random.default_rng(0).integers(0, 256, (12, 10, 3), dtype=np.uint8)
    mask = np.pad(np.zeros((12, 10), bool), added, constant_values=True)
    guess = mirrored(np.pad(inner, (*added, (0, 0))), mask)
    assert np.array_equal(guess, np.pad(inner, (*added, (0, 0)), mode="symmetric"))


def test_a_hole_is_filled_with_what_is_around_it_and_never_with_itself() -> None:
    pixels = np.random.default_rng(0).integers(0, 100, (24, 20, 3), dtype=np.uint8)
    mask = box(24, 20, slice(2, 22), slice(6, 15))
    pixels[mask] = 255
    guess = mirrored(pixels, mask)
    assert guess.max() < 100
    assert np.array_equal(guess[~mask], pixels[~mask])
    assert np.array_equal(guess[10, 6:9], pixels[10, 5:2:-1])
