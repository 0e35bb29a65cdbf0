"""Buildings are drawn in true perspective."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from impasto.landscape.buildings import paint_building
from impasto.landscape.easel import Easel
from impasto.landscape.light import light_of
from impasto.landscape.programme import PROGRAMMES
from impasto.landscape.scene import BUILDINGS, LAYOUT, Building, Camera, Scene
from impasto.landscape.stage import Stage
from impasto.landscape.view import project, view_ground

CAMERA = Camera(height=30.0, horizon=0.35, focal=1.2)


def stage_of(easel: Any, side: int = 64) -> Stage:
    scene = Scene(camera=CAMERA, hour=12.0)
    light = light_of(scene)
    return Stage(easel, scene, light, view_ground(scene, side, light.direction), np.zeros((side, side), np.float32))


def faces(building: Building) -> list[np.ndarray]:
    """The corners of all faces as they are drawn, in shares of the picture."""
    drawn: list[np.ndarray] = []
    easel = SimpleNamespace(
        programme=PROGRAMMES["realistic"], fill=lambda corners, *_, **__: drawn.append(np.asarray(corners))
    )
    paint_building(stage_of(easel), building)
    return drawn


def crossing(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Where the line through a and b crosses that through c and d."""
    part = np.linalg.solve(np.stack([b - a, c - d], axis=1), c - a)[0]
    return a + part * (b - a)


@pytest.mark.parametrize("turn", [0.4, -0.6, 1.0])
@pytest.mark.parametrize("kind", ["cottage", "hall", "wall", "pagoda"])
def test_level_edges_that_are_parallel_meet_at_one_point_of_the_horizon(kind: str, turn: float) -> None:
    building = Building(kind=kind, x=12.0, z=90.0, width=20.0, height=16.0, turn=turn)
    along = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
    points = [0.5 + CAMERA.focal * x / z for x, z in along]
    met = []
    for quad in faces(building):
        # Walls are (low, low, high, high); their upright edges stay upright.
        upright = (
            abs(quad[1, 0] - quad[2, 0]) < 1e-9 and abs(quad[0, 0] - quad[3, 0]) < 1e-9 if len(quad) == 4 else False
        )
        if upright and abs(quad[0, 0] - quad[1, 0]) > 1e-6:
            met.append(crossing(quad[0], quad[1], quad[3], quad[2]))
    assert len(met) >= 4
    for column, row in met:
        assert row == pytest.approx(CAMERA.horizon, abs=1e-6)
        assert min(abs(column - p) for p in points) < 1e-5
    assert {int(np.argmin([abs(c - p) for p in points])) for c, _ in met} == {0, 1}


@pytest.mark.parametrize("kind", BUILDINGS)
def test_twice_as_far_is_half_as_large(kind: str) -> None:
    def size(z: float) -> np.ndarray:
        corners = np.concatenate(faces(Building(kind=kind, z=z, width=10.0, height=8.0, turn=0.0)))
        return np.ptp(corners, axis=0)

    near = size(400.0)
    far = size(800.0)
    np.testing.assert_allclose(near / far, 2, rtol=0.06)


@pytest.mark.parametrize("kind", BUILDINGS)
def test_a_building_is_as_large_as_it_is_told_and_stands_at_its_place(kind: str) -> None:
    building = Building(kind=kind, x=-30.0, z=300.0, width=24.0, height=18.0)
    corners = np.concatenate(faces(building))
    scale = CAMERA.focal / building.z
    assert np.isfinite(corners).all()
    low = corners.min(axis=0)
    high = corners.max(axis=0)
    # Roofs reach out over walls.
    assert 0.95 * 24 * scale < high[0] - low[0] < 1.5 * 24 * scale
    assert 0.8 * 18 * scale < high[1] - low[1] < 1.5 * 18 * scale
    column, row = project(CAMERA, building.x, 0.0, building.z)
    assert (low[0] + high[0]) / 2 == pytest.approx(float(column), abs=0.2 * 24 * scale)
    assert high[1] == pytest.approx(float(row), abs=0.5 * 18 * scale)


def test_a_turned_building_is_seen_from_another_side_and_stays_as_high() -> None:
    first, second = (
        np.concatenate(faces(Building(kind="hall", z=300.0, width=20.0, height=12.0, turn=turn))) for turn in (0.0, 0.7)
    )
    assert np.abs(first - second).max() > 0.005
    assert np.ptp(first[:, 1]) == pytest.approx(np.ptp(second[:, 1]), rel=0.15)


@pytest.mark.parametrize("kind", BUILDINGS)
def test_every_kind_leaves_its_mark_on_picture_layout_and_depth(kind: str) -> None:
    easel = Easel(96, PROGRAMMES["realistic"], 3)
    easel.distance[:] = 1e5
    before = easel.colour.copy()
    paint_building(stage_of(easel, 96), Building(kind=kind, z=120.0, width=30.0, height=20.0, turn=0.3))
    label = LAYOUT.index("bridge" if kind == "bridge" else "building")
    mask = easel.layout == label
    assert mask.sum() > 20
    assert (easel.distance[mask] == 120).all()
    assert np.abs(easel.colour - before)[mask].mean() > 0.02
    assert np.isfinite(easel.colour).all()


def test_nearer_things_hide_a_building() -> None:
    easel = Easel(96, PROGRAMMES["realistic"], 3)
    easel.distance[:] = 50.0
    before = easel.colour.copy()
    paint_building(stage_of(easel, 96), Building(kind="hall", z=120.0, width=30.0, height=20.0))
    assert np.array_equal(easel.colour, before)
    assert not (easel.layout == LAYOUT.index("building")).any()
