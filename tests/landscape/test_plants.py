"""Plants grow from kind, seed and season, and stay the size that they are meant to have."""

from __future__ import annotations

import numpy as np
import pytest

from impasto.landscape.brush import Strokes
from impasto.landscape.growth import LEAF_POINTS, WOOD_POINTS
from impasto.landscape.plants import PlantShape, grow
from impasto.landscape.scene import PLANTS, SEASONS

PARTS = ("wood", "shade", "leaves", "blossom")


def parts(plant: PlantShape) -> list[Strokes]:
    return [getattr(plant, part) for part in PARTS]


def same(first: PlantShape, second: PlantShape) -> bool:
    return all(
        np.array_equal(getattr(a, field), getattr(b, field))
        for a, b in zip(parts(first), parts(second), strict=True)
        for field in ("points", "width", "ink", "dry")
    )


def points(plant: PlantShape) -> np.ndarray:
    return np.concatenate([strokes.points.reshape(-1, 2) for strokes in parts(plant)])


@pytest.mark.parametrize("kind", PLANTS)
@pytest.mark.parametrize("season", SEASONS)
def test_strokes_are_finite_and_fit_together(kind: str, season: str) -> None:
    for seed in range(6):
        for detail in (1.0, 0.45, 0.25, 0.01):
            plant = grow(kind, seed, season, 0.1, detail)
            for name, strokes in zip(PARTS, parts(plant), strict=True):
                count = len(strokes)
                each = WOOD_POINTS if name == "wood" else LEAF_POINTS
                assert strokes.points.shape == (count, each, 2)
                assert strokes.width.shape == strokes.ink.shape == (count, each)
                assert strokes.dry.shape == (count,)
                for values in (strokes.points, strokes.width, strokes.ink, strokes.dry):
                    assert np.isfinite(values).all()
                assert strokes.width.min(initial=0) >= 0
                assert strokes.ink.min(initial=0) >= 0
                assert ((strokes.dry >= 0) & (strokes.dry <= 1)).all()
            assert len(plant.wood) > 0


@pytest.mark.parametrize("kind", PLANTS)
def test_a_plant_stands_at_its_foot_and_is_about_one_high(kind: str) -> None:
    tops = []
    for seed in range(20):
        plant = grow(kind, seed, "summer", 0.0, 1.0)
        # Culms of bamboo stand beside one another.
        assert np.abs(plant.wood.points[0, 0]).max() < 0.35
        assert plant.wood.points[0, 0, 1] == 0
        at = points(plant)
        assert at[:, 1].min() > -0.2
        assert np.abs(at[:, 0]).max() < 1.3
        tops.append(at[:, 1].max())
    assert 0.6 < np.mean(tops) < 1.25
    assert max(tops) < 1.6


@pytest.mark.parametrize("kind", PLANTS)
def test_same_seed_same_plant_and_no_two_seeds_alike(kind: str) -> None:
    assert same(grow(kind, 5, "spring", 0.1, 1.0), grow(kind, 5, "spring", 0.1, 1.0))
    shapes = {grow(kind, seed, "spring", 0.0, 1.0).wood.points[:, :, 0].sum().round(9) for seed in range(100)}
    assert len(shapes) == 100


def test_kinds_differ() -> None:
    grown = [grow(kind, 3, "spring", 0.0, 1.0) for kind in PLANTS]
    sizes = {tuple(len(strokes) for strokes in parts(plant)) for plant in grown}
    assert len(sizes) == len(PLANTS)
    # Bamboo is slender, pines are wider than their trunk is high, willows hang.
    thick = {kind: float(plant.wood.width.max()) for kind, plant in zip(PLANTS, grown, strict=True)}
    assert min(thick, key=thick.__getitem__) == "bamboo"
    willow = grown[PLANTS.index("willow")].leaves.points
    assert (willow[:, -1, 1] < willow[:, 0, 1]).all()


def test_seasons_change_what_a_plant_bears() -> None:
    for seed in range(5):
        winter, summer = (grow("leafy", seed, season, 0.0, 1.0) for season in ("winter", "summer"))
        assert len(winter.leaves) == len(winter.shade) == 0
        assert len(summer.leaves) > 50
        assert len(grow("willow", seed, "winter", 0, 1.0).leaves) < len(grow("willow", seed, "summer", 0, 1.0).leaves)
        assert len(grow("plum", seed, "spring", 0.0, 1.0).blossom) > 10
        assert len(grow("plum", seed, "winter", 0.0, 1.0).leaves) == 0
        assert len(grow("plum", seed, "summer", 0.0, 1.0).blossom) == 0
        for season in SEASONS:
            assert len(grow("bare", seed, season, 0.0, 1.0).leaves) == 0
            assert len(grow("pine", seed, season, 0.0, 1.0).leaves) > 50


@pytest.mark.parametrize("kind", [kind for kind in PLANTS if kind != "bamboo"])
def test_a_plant_leans_to_the_side_it_is_told(kind: str) -> None:
    def top(lean: float) -> float:
        return float(np.mean([grow(kind, seed, "spring", lean, 1.0).wood.points[0, -1, 0] for seed in range(12)]))

    assert top(-0.5) < top(0.0) - 0.05 < top(0.5) - 0.1


@pytest.mark.parametrize("kind", [kind for kind in PLANTS if kind != "bare"])
def test_less_detail_is_fewer_and_larger_leaves(kind: str) -> None:
    fine, coarse = (grow(kind, 2, "spring", 0.0, detail) for detail in (1.0, 0.25))
    for name in ("leaves", "blossom"):
        many = getattr(fine, name)
        few = getattr(coarse, name)
        if len(many):
            assert len(few) < 0.8 * len(many)
            assert few.width.max() > many.width.max()
