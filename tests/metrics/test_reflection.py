"""Agreement of water with what it mirrors, on pictures whose mirror images are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from impasto.contract import LightReading
from impasto.landscape.light_reader import shipped_light_reader
from impasto.metrics.reflection import mirror_agreements, reflection_agreement

SHORE = 20


def reads_water_below(pictures: Tensor) -> LightReading:
    reading = shipped_light_reader()(pictures)
    water = torch.zeros_like(reading.water)
    water[:, 2 * SHORE :] = 1
    return replace(reading, water=water)


def blocks(count: int) -> np.ndarray:
    """Land of coarse blocks above its own mirror image."""
    coarse = np.random.default_rng(0).integers(0, 256, (count, 5, 8, 3), np.uint8)
    land = coarse.repeat(8, 1).repeat(8, 2)
    pictures = np.zeros((count, 64, 64, 3), np.uint8)
    pictures[:, : 2 * SHORE] = land
    pictures[:, 2 * SHORE :] = land[:, ::-1][:, :24]
    return pictures


def test_a_mirror_agrees_and_other_pictures_do_not() -> None:
    pictures = blocks(24)
    agreements = mirror_agreements(pictures, reads_water_below)
    assert agreements.min() > 0.1
    others = mirror_agreements(pictures, reads_water_below, np.roll(pictures, 1, 0))
    assert abs(others.mean()) < 0.2
    number = reflection_agreement(pictures, reads_water_below)
    assert number.value == agreements.mean() > 0.5
    assert number.n == {"pictures with water": 24}


def test_what_is_upright_is_no_mirror_image() -> None:
    pictures = blocks(24)
    pictures[:] = pictures[:, :1]
    assert np.corrcoef(pictures[0, 10, :, 0], pictures[0, 50, :, 0])[0, 1] > 0.99
    assert abs(reflection_agreement(pictures, reads_water_below).value) < 0.01


def test_flat_water_agrees_with_nothing() -> None:
    pictures = blocks(12)
    pictures[:, 2 * SHORE :] = 90
    assert abs(reflection_agreement(pictures, reads_water_below).value) < 0.2


def test_without_water_the_number_says_why() -> None:
    dry = np.zeros((12, 64, 64, 3), np.uint8)
    number = reflection_agreement(
        dry, lambda pictures: replace(reads_water_below(pictures), water=torch.zeros(12, 32, 32))
    )
    assert np.isnan(number.value)
    assert "Water was read in 0 of 12 pictures" in number.remark
