"""Noise is the same everywhere, continuous and within its range; curves and filters equal their closed forms."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from impasto.landscape.fields import blur, exp_decay, fbm, noise, ridged, smoothstep, upsample

SIDE = 300


def plane(step: float = 0.137) -> tuple[np.ndarray, np.ndarray]:
    grid = (np.arange(SIDE) * step).astype(np.float32) - np.float32(9)
    return np.broadcast_to(grid, (SIDE, SIDE)), np.broadcast_to(grid[:, None], (SIDE, SIDE))


def test_noise_follows_its_seed_alone() -> None:
    x, y = plane()
    first = noise(x, y, 3)
    assert first.dtype == np.float32
    assert np.array_equal(first, noise(x, y, 3))
    others = [noise(x, y, seed) for seed in (0, 1, 2, 4, 300, 2**31, 2**62)]
    for other in others:
        assert abs(np.corrcoef(first.ravel(), other.ravel())[0, 1]) < 0.1
    assert np.array_equal(first[10:20, 30:40], noise(x[10:20, 30:40], y[10:20, 30:40], 3))


def test_noise_has_the_bytes_that_were_recorded() -> None:
    # Pictures are repeated bit for bit, on this machine and on others.
    x, y = plane()
    assert hashlib.sha256(noise(x, y, 5).tobytes()).hexdigest()[:16] == "817ef96da7fc3aba"


def test_noise_is_zero_on_its_lattice_and_within_its_range() -> None:
    x, y = plane(1.0)
    assert np.abs(noise(x, y, 1)).max() == 0
    x, y = plane()
    for seed in range(6):
        values = noise(x, y, seed)
        assert np.abs(values).max() <= 0.75
        assert values.max() > 0.4
        assert values.min() < -0.4
        assert abs(values.mean()) < 0.03


def test_noise_is_continuous_across_its_cells() -> None:
    y = np.linspace(-3, 3, 101).astype(np.float32)
    for edge in (-2.0, 0.0, 1.0, 255.0, 256.0):
        before, after = (noise(np.full_like(y, np.float32(edge) + d), y, 8) for d in (-0.002, 0.002))
        # Gradients have length 1, with a fade whose slope is at most 1.9.
        assert np.abs(after - before).max() < 0.004 * 4


def test_sums_of_noise_are_within_their_range() -> None:
    x, y = plane()
    for seed in range(4):
        assert np.abs(fbm(x, y, seed, 5)).max() < 1.2
        crests = ridged(x, y, seed, 4)
        assert crests.min() >= 0
        assert crests.max() <= 1
        assert crests.std() > 0.1
    assert np.array_equal(fbm(x, y, 2, 1), noise(x + y * np.float32(0.3), y - x * np.float32(0.3), 2) * np.float32(1.2))


def test_more_octaves_add_finer_forms_to_the_same_large_ones() -> None:
    x, y = plane(0.03)
    few = fbm(x, y, 4, 2)
    many = fbm(x, y, 4, 6)
    assert np.corrcoef(few.ravel(), many.ravel())[0, 1] > 0.85
    assert np.abs(np.diff(many, axis=1)).mean() > 1.5 * np.abs(np.diff(few, axis=1)).mean()


def test_smooth_is_the_cubic_both_ways() -> None:
    x = np.array([-5, 2, 2.5, 3, 3.5, 4, 9], np.float32)
    t = np.array([0, 0, 0.25, 0.5, 0.75, 1, 1])
    np.testing.assert_allclose(smoothstep(2, 4, x), 3 * t**2 - 2 * t**3, atol=1e-6)
    np.testing.assert_allclose(smoothstep(4, 2, x), 1 - (3 * t**2 - 2 * t**3), atol=1e-6)


def test_fall_is_the_exponential() -> None:
    x = np.linspace(0, 30, 200).astype(np.float32)
    np.testing.assert_allclose(exp_decay(x), np.exp(-x.astype(np.float64)), rtol=1e-6)
    assert exp_decay(x).dtype == np.float32


@pytest.mark.parametrize("side", [8, 11, 16, 40])
def test_spread_keeps_a_ramp_straight(side: int) -> None:
    size = 8
    grid = (np.arange(size) + 0.5) / size
    ramp = (2 * grid[None, :] - 3 * grid[:, None]).astype(np.float32)
    fine = (np.arange(side) + 0.5) / side
    # Beyond the middles of the outer samples there is nothing to go on with.
    held = fine.clip(0.5 / size, 1 - 0.5 / size)
    np.testing.assert_allclose(upsample(ramp, side), 2 * held[None, :] - 3 * held[:, None], atol=1e-5)


@pytest.mark.parametrize("radius", [1, 3, 7.4])
def test_blur_keeps_the_mean_and_softens(radius: float) -> None:
    field = np.random.default_rng(0).random((64, 64)).astype(np.float32)
    soft = blur(field, radius)
    assert soft.shape == field.shape
    assert abs(soft.mean() - field.mean()) < 0.02
    assert soft.std() < 0.5 * field.std()
    point = np.zeros((64, 64), np.float32)
    point[32, 32] = 1
    spot = blur(point, radius)
    assert spot.sum() == pytest.approx(1, abs=1e-4)
    # Two boxes of 2 r + 1 pixels: a variance of 2 (n² - 1) / 12 in each direction.
    n = 2 * round(radius) + 1
    variance = (spot.sum(axis=0) * (np.arange(64) - 32) ** 2).sum()
    assert variance == pytest.approx((n * n - 1) / 6, rel=1e-3)


def test_blur_of_less_than_a_pixel_changes_nothing() -> None:
    field = np.random.default_rng(0).random((16, 16)).astype(np.float32)
    assert np.array_equal(blur(field, 0.4), field)
