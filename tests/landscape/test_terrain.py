"""The ground: ridges where and as high as they are told, water between its shores."""

from __future__ import annotations

import numpy as np
import pytest

from impasto.landscape.scene import RIDGES, Ridge, Scene, Water
from impasto.landscape.terrain import depth_of, heights, shore


def grid(x: tuple[float, float], z: tuple[float, float], many: int = 160) -> tuple[np.ndarray, np.ndarray]:
    across = np.linspace(*x, many).astype(np.float32)
    away = np.linspace(*z, many).astype(np.float32)[:, None]
    return np.broadcast_to(across, (many, many)), away


@pytest.mark.parametrize("kind", RIDGES)
@pytest.mark.parametrize("seed", [0, 1, 2, 2**62])
def test_a_ridge_stands_where_and_about_as_high_as_it_is_told(kind: str, seed: int) -> None:
    ridge = Ridge(kind=kind, x=300.0, z=2000.0, width=900.0, height=400.0, rough=0.7, seed=seed)
    x, z = grid((-800, 1400), (1000, 3000))
    height, surface = heights(Scene(ridges=(ridge,)), x, z)
    mask = surface == 0
    assert mask.any()
    assert set(np.unique(surface)) == {-1, 0}
    assert 0.5 * 400 < height.max() < 1.4 * 400
    assert np.isfinite(height).all()
    across = x[mask]
    away = np.broadcast_to(z, x.shape)[mask]
    assert np.abs(across - 300).max() <= 0.62 * 900 + 15
    assert np.abs(away - 2000).max() <= depth_of(ridge) + 15
    assert abs(np.average(across, weights=height[mask]) - 300) < 0.25 * 900
    # What does not belong to the ridge is nearly level.
    assert height[~mask].max() < 30


def test_same_seed_same_ridge_and_other_seeds_other_ridges() -> None:
    x, z = grid((-400, 400), (1500, 2500), 60)

    def ground(seed: int, kind: str) -> np.ndarray:
        return heights(Scene(ridges=(Ridge(kind=kind, z=2000.0, width=800.0, seed=seed),)), x, z)[0]

    for kind in RIDGES:
        assert np.array_equal(ground(3, kind), ground(3, kind))
        assert not np.array_equal(ground(3, kind), ground(4, kind))
    assert len({ground(3, kind).tobytes() for kind in RIDGES}) == len(RIDGES)


def test_rough_ridges_are_rougher() -> None:
    x, z = grid((-400, 400), (1700, 2300))
    for kind in ("peak", "range", "hill"):
        bent = []
        for rough in (0.0, 1.0):
            height, _ = heights(Scene(ridges=(Ridge(kind=kind, z=2000.0, width=800.0, rough=rough),)), x, z)
            bent.append(np.abs(np.diff(height, 2, axis=1)).mean())
        assert bent[1] > 1.2 * bent[0], kind


def test_the_taller_of_two_ridges_is_the_ground() -> None:
    low = Ridge(kind="hill", z=2000.0, width=800.0, height=100.0, rough=0.0)
    tall = Ridge(kind="hill", z=2000.0, width=800.0, height=300.0, rough=0.0, seed=5)
    x, z = grid((-300, 300), (1800, 2200), 40)
    both, surface = heights(Scene(ridges=(low, tall)), x, z)
    parts = [heights(Scene(ridges=(ridge,)), x, z)[0] for ridge in (low, tall)]
    np.testing.assert_array_equal(both, np.maximum(*parts))
    assert (surface == 1).mean() > 0.8


def test_the_ground_does_not_depend_on_what_else_is_asked_for() -> None:
    scene = Scene(ridges=(Ridge(z=2000.0), Ridge(kind="karst", z=1500.0, x=400.0)), water=Water(near=40.0, far=900.0))
    x, z = grid((-600, 600), (30, 3000), 80)
    whole, surface = heights(scene, x, z)
    part, part_surface = heights(scene, x[20:50, 10:60], z[20:50])
    np.testing.assert_array_equal(part, whole[20:50, 10:60])
    np.testing.assert_array_equal(part_surface, surface[20:50, 10:60])
    single, _ = heights(scene, x[33:34, 44:45], z[33:34])
    assert single[0, 0] == whole[33, 44]


@pytest.mark.parametrize("bend", [0.0, 0.6])
def test_water_lies_between_its_shores(bend: float) -> None:
    water = Water(near=50.0, far=400.0, bend=bend, seed=3)
    x, z = grid((-150, 150), (20, 700), 400)
    height, _ = heights(Scene(water=water), x, z)
    wet = height <= 0
    for column in (0, 130, 399):
        run = z[wet[:, column], 0]
        at = x[:1, column]
        near = 50 + float(shore(water, at, 50.0, 0.5)[0])
        far = 400 + float(shore(water, at, 400.0, 40.5)[0])
        # The ground rises slowly from the shore, and rolls by a few decimetres.
        assert run.min() == pytest.approx(near, abs=8)
        assert run.max() == pytest.approx(far, abs=25)
        assert wet[(z[:, 0] > run.min()) & (z[:, 0] < run.max()), column].all()
    if not bend:
        assert not shore(water, x[0], 50.0, 0.5).any()


def test_without_water_all_ground_is_land() -> None:
    x, z = grid((-500, 500), (10, 5000))
    height, surface = heights(Scene(), x, z)
    assert np.abs(height).max() < 9
    assert (surface == -1).all()


def test_a_ridge_never_reaches_the_eye() -> None:
    for z in (20.0, 100.0, 5000.0):
        for width in (10.0, 1e5):
            assert 0 < depth_of(Ridge(z=z, width=width, height=9000.0)) < 0.5 * z
