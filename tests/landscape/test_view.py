"""The eye sees the ground as a pinhole camera does; sun, shadow and mirror obey geometry."""

from __future__ import annotations

import math

import numpy as np
import pytest

from impasto.landscape.ground_samples import FAR, ground_at
from impasto.landscape.scene import Camera, Ridge, Scene, Water
from impasto.landscape.terrain import heights
from impasto.landscape.view import View, project, view_ground

SIDE = 128
OVERHEAD = (0.0, 1.0, 0.0)
CAMERA = Camera(height=20.0, horizon=0.4, focal=1.1)
LAKE = Water(near=30.0, far=5000.0, bend=0.0)
HILL = Ridge(kind="hill", x=0.0, z=900.0, width=700.0, height=120.0, rough=0.0)


def rows(side: int = SIDE) -> np.ndarray:
    return (np.arange(side) + 0.5) / side


def sun(elevation: float, ahead: bool) -> tuple[float, float, float]:
    angle = math.radians(elevation)
    return 0.0, math.sin(angle), math.cos(angle) * (1 if ahead else -1)


@pytest.fixture(scope="module")
def lake() -> View:
    """A hill behind level water."""
    scene = Scene(camera=CAMERA, water=Water(near=30.0, far=500.0, bend=0.0), ridges=(HILL,))
    return view_ground(scene, SIDE, OVERHEAD)


def test_places_are_projected_as_through_a_pinhole() -> None:
    camera = Camera(height=30.0, horizon=0.45, focal=1.3, x=5.0, z=-20.0)
    random = np.random.default_rng(0)
    x = random.uniform(-100, 100, 50)
    height = random.uniform(-20, 300, 50)
    z = random.uniform(10, 5000, 50)
    column, row = project(camera, x, height, z)
    np.testing.assert_allclose(column, 0.5 + 1.3 * (x - 5) / (z + 20))
    np.testing.assert_allclose(row, 0.45 + 1.3 * (30 - height) / (z + 20))
    # What is as high as the eye is seen at the horizon, however far it is.
    assert project(camera, 0, 30, [10.0, 1000.0])[1] == pytest.approx(0.45)


def test_what_lies_behind_the_eye_is_finite() -> None:
    assert np.isfinite(project(CAMERA, 1.0, 2.0, [-5.0, 0.0])).all()


def test_level_water_is_as_far_as_its_row_says() -> None:
    view = view_ground(Scene(camera=CAMERA, water=LAKE), SIDE, OVERHEAD)
    water = view.water & (rows()[:, None] > CAMERA.horizon + 0.03)
    expected = np.broadcast_to((CAMERA.focal * CAMERA.height / (rows() - CAMERA.horizon))[:, None], water.shape)
    assert water.mean() > 0.4
    np.testing.assert_allclose(view.distance[water], expected[water], rtol=0.01)
    assert view.height[view.water].max() == 0
    assert (view.normal[view.water] == (0, 1, 0)).all()


def test_depth_grows_up_the_picture_on_level_ground() -> None:
    for scene in (Scene(camera=CAMERA, water=LAKE), Scene(camera=CAMERA)):
        view = view_ground(scene, SIDE, OVERHEAD)
        for column in (3, 64, 120):
            distance = view.distance[:, column][~view.sky[:, column]]
            assert (np.diff(distance) <= 0).all()


def test_the_sky_is_far_and_the_ground_is_below_it(lake: View) -> None:
    assert (lake.distance[lake.sky] == FAR).all()
    assert (lake.distance[~lake.sky] < FAR).all()
    # In each column the sky ends where the ground begins.
    assert (np.diff(lake.sky.astype(int), axis=0) <= 0).all()
    assert not (lake.sky & lake.water).any()
    for values in (lake.distance, lake.height, lake.normal, lake.sunlight, lake.mirror):
        assert np.isfinite(values).all()


def test_a_summit_is_seen_where_it_is_projected(lake: View) -> None:
    column, row = project(CAMERA, HILL.x, HILL.height, HILL.z)
    crest = int(np.flatnonzero(~lake.sky[:, int(column * SIDE)])[0])
    assert crest == pytest.approx(float(row) * SIDE, abs=1.5)
    assert lake.distance[crest + 1, SIDE // 2] == pytest.approx(HILL.z, rel=0.05)
    assert lake.height[crest + 1, SIDE // 2] == pytest.approx(HILL.height, rel=0.1)
    assert lake.surface[crest + 1, SIDE // 2] == 0


def test_a_ridge_behind_a_taller_near_one_is_not_seen() -> None:
    near = Ridge(kind="hill", z=600.0, width=900.0, height=200.0, rough=0.0)
    far = Ridge(kind="hill", z=2000.0, width=300.0, height=200.0, rough=0.0)
    alone = view_ground(Scene(camera=CAMERA, ridges=(far,)), SIDE, OVERHEAD)
    both = view_ground(Scene(camera=CAMERA, ridges=(far, near)), SIDE, OVERHEAD)
    assert (alone.surface == 0).sum() > 50
    assert (both.surface == 0).sum() == 0
    assert (both.surface == 1).sum() > (alone.surface == 0).sum()
    # From high up one sees over the near one.
    high = Camera(height=600.0, horizon=0.1, focal=1.0)
    assert (view_ground(Scene(camera=high, ridges=(far, near)), SIDE, OVERHEAD).surface == 0).sum() > 20


def test_normals_are_unit_and_follow_the_slope_of_the_ground(lake: View) -> None:
    np.testing.assert_allclose((lake.normal**2).sum(axis=2)[~lake.sky], 1, atol=1e-4)
    assert (lake.normal[..., 1][~lake.sky] > 0).all()
    scene = Scene(camera=CAMERA, water=Water(near=30.0, far=500.0, bend=0.0), ridges=(HILL,))
    pixels = np.argwhere((lake.surface == 0) & (lake.height > 30) & (lake.height < 90))
    errors = []
    for row, column in pixels[:: max(1, len(pixels) // 40)]:
        distance = float(lake.distance[row, column])
        x = ((column + 0.5) / SIDE - 0.5) * distance / CAMERA.focal
        d = 2.0
        grid_x = np.array([[x - d, x, x + d]] * 3, np.float32)
        grid_z = np.array([[distance - d], [distance], [distance + d]], np.float32)
        around, _ = heights(scene, grid_x, grid_z)
        slope_x = (around[1, 2] - around[1, 0]) / (2 * d)
        slope_z = (around[2, 1] - around[0, 1]) / (2 * d)
        normal = np.array([-slope_x, 1, slope_z]) / math.sqrt(slope_x**2 + 1 + slope_z**2)
        errors.append(math.degrees(math.acos(min(1.0, float(normal @ lake.normal[row, column])))))
    assert len(errors) > 20
    assert np.median(errors) < 2
    assert max(errors) < 12


def test_a_hill_faces_the_eye_and_falls_off_to_both_sides(lake: View) -> None:
    mask = (lake.surface == 0) & (lake.height > 20)
    left = mask.copy()
    right = mask.copy()
    left[:, 60:] = False
    right[:, :68] = False
    assert lake.normal[mask][:, 2].mean() > 0.1
    assert lake.normal[left][:, 0].mean() < -0.02
    assert lake.normal[right][:, 0].mean() > 0.02


def test_a_low_sun_leaves_the_ground_behind_a_ridge_dark() -> None:
    ridge = Ridge(kind="range", z=900.0, width=3000.0, height=300.0, rough=0.0)
    scene = Scene(camera=CAMERA, ridges=(ridge,))
    # The sun ahead: the shadow falls towards the eye, as far as height / tan(elevation).
    low, high = (view_ground(scene, SIDE, sun(angle, ahead=True)) for angle in (10.0, 75.0))
    inside = (low.surface == -1) & (low.distance > 250) & (low.distance < 500)
    inside[:, :40] = inside[:, 88:] = False
    assert inside.sum() > 20
    assert low.sunlight[inside].mean() < 0.3
    assert high.sunlight[inside].mean() > 0.95
    # The sun behind the eye: the ground before the ridge is lit, that behind it is not.
    back = view_ground(scene, SIDE, sun(10.0, ahead=False)).ground
    middle = slice(40, 88)
    before = (back.distance > 250) & (back.distance < 500)
    behind = (back.distance > 1150) & (back.distance < 1600)
    assert back.sunlight[before, middle].mean() > 0.95
    assert back.sunlight[behind, middle].mean() < 0.4


def test_level_ground_under_the_sun_is_lit() -> None:
    view = view_ground(Scene(camera=CAMERA, water=LAKE), SIDE, sun(30.0, ahead=True))
    assert view.sunlight[view.water].min() > 0.9
    assert view.sunlight.max() <= 1


@pytest.mark.parametrize(("height", "horizon"), [(20.0, 0.4), (8.0, 0.55), (40.0, 0.25)])
def test_water_mirrors_a_crest_as_a_level_mirror_does(height: float, horizon: float) -> None:
    camera = Camera(height=height, horizon=horizon, focal=1.1)
    scene = Scene(camera=camera, water=Water(near=20.0, far=500.0, bend=0.0), ridges=(HILL,))
    view = view_ground(scene, SIDE, OVERHEAD)
    for column in (56, 64, 70):
        mirrored = np.flatnonzero(view.water[:, column] & (view.mirror[:, column] >= 0))
        assert len(mirrored) > 3
        # The same place as the crest, as far below the water as the crest is above it.
        crest = int(np.flatnonzero(~view.sky[:, column])[0])
        top = float(view.height[crest, column])
        distance = float(view.distance[crest, column])
        expected = SIDE * (horizon + camera.focal * (height + top) / distance)
        assert mirrored[-1] == pytest.approx(expected, abs=2.0)
        # It shows the crest there, and further up what lies lower.
        assert view.mirror[mirrored[-1], column] == pytest.approx(crest, abs=2.5)
        assert (np.diff(view.mirror[mirrored, column]) < 0).all()
        below = view.water[:, column] & (np.arange(SIDE) > mirrored[-1])
        assert (view.mirror[below, column] == -1).all()


def test_without_water_nothing_is_mirrored() -> None:
    view = view_ground(Scene(camera=CAMERA, ridges=(HILL,)), 64, OVERHEAD)
    assert (view.mirror == -1).all()
    assert not view.water.any()


def test_the_ground_at_places_is_that_of_the_world() -> None:
    scene = Scene(camera=CAMERA, water=Water(near=30.0, far=500.0, bend=0.0), ridges=(HILL,))
    ground = view_ground(scene, SIDE, OVERHEAD).ground
    x = np.array([0.0, 40.0, -60.0, 10.0])
    z = np.array([900.0, 820.0, 860.0, 200.0])
    height, _, _ = ground_at(ground, CAMERA, x, z)
    true = [max(0.0, float(heights(scene, np.array([[a]], np.float32), np.array([[b]], np.float32))[0][0, 0]))
            for a, b in zip(x, z, strict=True)]  # fmt: skip
    np.testing.assert_allclose(height, true, atol=3)
    far = ground_at(ground, CAMERA, np.array([1e5, -1e5]), np.array([1e5, 1.0]))
    assert np.isfinite(far).all()


def test_the_view_is_the_same_at_two_resolutions() -> None:
    scene = Scene(
        camera=CAMERA, water=Water(near=30.0, far=500.0, bend=0.4), ridges=(HILL, Ridge(kind="peak", z=3000.0))
    )
    fine = view_ground(scene, 256, OVERHEAD)
    coarse = view_ground(scene, 64, OVERHEAD)
    agree = fine.surface[2::4, 2::4] == coarse.surface
    assert agree.mean() > 0.97
    land = agree & ~coarse.sky
    ratio = fine.distance[2::4, 2::4][land] / coarse.distance[land]
    assert np.median(np.abs(np.log(ratio))) < 0.02


def test_moving_forward_brings_things_nearer() -> None:
    scene = Scene(camera=CAMERA, ridges=(HILL,))
    moved = Scene(camera=Camera(height=20.0, horizon=0.4, focal=1.1, z=300.0), ridges=(HILL,))
    first, second = (view_ground(s, SIDE, OVERHEAD) for s in (scene, moved))
    assert (second.surface == 0).sum() > 1.8 * (first.surface == 0).sum()
    nearest = [float(view.distance[view.surface == 0].min()) for view in (first, second)]
    assert nearest[0] - nearest[1] == pytest.approx(300, abs=40)
