"""A scene becomes one and the same painting, at any size, with maps that tell what is where."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from impasto.errors import UsageError
from impasto.landscape.colour_emotion import colour_emotion
from impasto.landscape.compose import compose
from impasto.landscape.emotion import EMOTIONS
from impasto.landscape.film import relight
from impasto.landscape.ground_samples import FAR
from impasto.landscape.render import Rendering, render
from impasto.landscape.scene import (
    BUILDINGS,
    CATEGORIES,
    FIGURES,
    LAYOUT,
    PLANTS,
    RIDGES,
    SEASONS,
    WEATHERS,
    Building,
    Camera,
    Figure,
    Path,
    Plant,
    Ridge,
    Scene,
    Sky,
    Water,
)
from impasto.landscape.wish import Wish


@cache
def scene(category: str) -> Scene:
    return compose(seed=CATEGORIES.index(category), category=category)


@cache
def painted(category: str, resolution: int) -> Rendering:
    return render(scene(category), resolution)


def share(rendering: Rendering, *labels: str) -> float:
    return float(np.isin(rendering.layout, [LAYOUT.index(name) for name in labels]).mean())


def same(first: Rendering, second: Rendering) -> bool:
    return all(np.array_equal(getattr(first, m), getattr(second, m)) for m in ("pixels", "layout", "depth", "normals"))


@pytest.mark.parametrize("resolution", [32, 64])
@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_becomes_a_picture_with_its_maps(category: str, resolution: int) -> None:
    rendering = painted(category, resolution)
    assert rendering.pixels.shape == (resolution, resolution, 3)
    assert rendering.pixels.dtype == np.uint8
    assert rendering.pixels.std() > 10
    assert rendering.layout.shape == rendering.depth.shape == (resolution, resolution)
    assert rendering.normals.shape == (resolution, resolution, 3)
    assert rendering.layout.max() < len(LAYOUT)
    assert len(np.unique(rendering.layout)) >= 3
    assert np.isfinite(rendering.depth).all()
    assert rendering.depth.min() > 0
    sky = rendering.layout == LAYOUT.index("sky")
    assert sky.any()
    assert (rendering.depth[sky] == FAR).all()
    assert (rendering.depth[~sky] < FAR).all()
    length = np.sqrt((rendering.normals**2).sum(axis=2))
    assert np.isclose(length, 0, atol=1e-6)[sky].all()
    assert (np.isclose(length, 0, atol=1e-6) | np.isclose(length, 1, atol=1e-3)).all()
    assert np.isclose(length, 1, atol=1e-3).mean() > 0.2


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_scene_is_the_same_at_two_sizes(category: str) -> None:
    small = painted(category, 64)
    large = painted(category, 256)
    averaged = large.pixels.reshape(64, 4, 64, 4, 3).mean(axis=(1, 3))
    assert np.corrcoef(small.pixels.ravel(), averaged.ravel())[0, 1] > 0.85
    assert np.abs(small.pixels - averaged).mean() < 20
    assert abs(small.pixels.mean() - averaged.mean()) < 5
    assert (small.layout == large.layout[2::4, 2::4]).mean() > 0.92
    ratio = np.log(small.depth / large.depth[2::4, 2::4])
    assert np.median(np.abs(ratio)) < 0.02


@pytest.mark.parametrize("category", ["ink", "realistic"])
def test_same_scene_same_bytes_and_another_seed_another_brush(category: str) -> None:
    assert same(render(scene(category), 48), render(scene(category), 48))
    other = render(replace(scene(category), seed=scene(category).seed + 1), 48)
    assert not np.array_equal(other.pixels, render(scene(category), 48).pixels)
    # The things that stand there are the same ones.
    assert (other.layout == render(scene(category), 48).layout).mean() > 0.9


@pytest.mark.parametrize("resolution", [33, 79, 80, 81, 96, 99])
def test_any_size_will_do(resolution: int) -> None:
    rendering = render(scene("ink"), resolution)
    assert rendering.pixels.shape == (resolution, resolution, 3)
    assert rendering.depth.shape == rendering.layout.shape == (resolution, resolution)
    small = render(scene("ink"), 40).layout
    grid = (np.arange(40) * resolution + resolution // 2) // 40
    assert (rendering.layout[grid[:, None], grid[None]] == small).mean() > 0.85


@pytest.mark.parametrize("resolution", [31, 0, -5, 2049])
def test_sizes_that_cannot_be_painted_are_refused(resolution: int) -> None:
    with pytest.raises(UsageError, match=f"painted at 32 to 2048 px, not {resolution}"):
        render(Scene(), resolution)


def test_what_stands_in_the_scene_is_in_the_layout() -> None:
    def layout(**values: object) -> Rendering:
        empty = Scene(category="realistic", hour=12.0, sky=Sky(cover=0.0, mist=0.0), seal=False, **values)  # type: ignore[arg-type]
        return render(empty, 64)

    camera = Camera(height=10.0, horizon=0.4)
    lake = Water(near=15.0, far=2000.0, bend=0.0)
    bare = layout(camera=camera)
    assert share(bare, "sky", "near ridge", "far ridge", "mist") == 1
    assert share(layout(camera=camera, water=lake), "water") > 0.3
    for kind in PLANTS:
        assert share(layout(camera=camera, plants=(Plant(kind=kind, z=60.0, height=18.0),)), "tree") > 0.005, kind
    for kind in BUILDINGS:
        house = Building(kind=kind, z=60.0, width=20.0, height=12.0)
        assert share(layout(camera=camera, buildings=(house,)), "bridge" if kind == "bridge" else "building") > 0.01
    for kind in FIGURES:
        rendering = layout(camera=camera, water=lake, figures=(Figure(kind=kind, z=60.0, size=15.0),))
        afloat = kind in ("boat", "sail", "fisherman")
        assert share(rendering, "boat" if afloat else "figure") > 0.003, kind
    assert share(layout(camera=camera, paths=(Path(width=6.0),)), "path") > 0.005
    assert share(layout(camera=camera, ridges=(Ridge(z=900.0),)), "near ridge", "rock") > share(bare, "near ridge")
    boulder = Ridge(kind="cliff", z=40.0, width=20.0, height=8.0)
    assert share(layout(camera=camera, ridges=(boulder,)), "rock") > 0.01


def test_things_are_as_far_as_they_are_placed() -> None:
    camera = Camera(height=10.0, horizon=0.4)
    for away in (50.0, 120.0):
        rendering = render(
            Scene(camera=camera, buildings=(Building(kind="hall", z=away, width=30.0, height=18.0),)), 64
        )
        assert np.unique(rendering.depth[rendering.layout == LAYOUT.index("building")]) == pytest.approx([away])


def test_what_is_near_hides_what_is_far() -> None:
    camera = Camera(height=10.0, horizon=0.4)
    house = Building(kind="wall", z=400.0, width=60.0, height=30.0)
    wall = Building(kind="wall", z=40.0, width=60.0, height=25.0)
    alone = render(Scene(camera=camera, buildings=(house,)), 64)
    both = render(Scene(camera=camera, buildings=(house, wall)), 64)
    assert (alone.depth == 400).any()
    assert not (both.depth == 400).any()
    # Strokes do not ask what is nearer: things are painted from far to near.
    tree = Plant(kind="pine", z=80.0, height=20.0)
    behind = render(Scene(camera=camera, plants=(tree,), buildings=(wall,)), 64)
    assert share(render(Scene(camera=camera, plants=(tree,)), 64), "tree") > 0.01
    assert share(behind, "tree") < 0.003


@pytest.mark.parametrize("category", CATEGORIES)
def test_another_hour_changes_the_light_alone(category: str) -> None:
    noon, night = (render(relight(scene(category), hour), 48) for hour in (12.0, 0.0))
    assert (noon.layout == night.layout).mean() >= 0.99
    assert (noon.depth == night.depth).mean() >= 0.99
    assert np.abs(noon.pixels.astype(float) - night.pixels).mean() > 4
    # How dark the hour is shows in every kind of painting, most in the one that paints light.
    assert night.pixels.mean() < 0.97 * noon.pixels.mean()
    if category == "realistic":
        assert night.pixels.mean() < 0.6 * noon.pixels.mean()


def test_a_low_sun_makes_a_realistic_picture_warmer() -> None:
    view = replace(scene("realistic"), season="spring", weather="clear", sky=Sky(cover=0.1))
    noon, dusk = (render(relight(view, hour), 48).pixels.astype(float).mean(axis=(0, 1)) for hour in (12.0, 18.0))
    assert dusk[0] / dusk[2] > 1.25 * noon[0] / noon[2]


def test_reflection_grows_towards_the_horizon() -> None:
    # A sky of one colour over still water: close to the horizon the water has the sky's colour, at one's feet its own.
    still = Scene(
        category="realistic", hour=12.0, camera=Camera(height=10.0, horizon=0.3), seal=False,
        water=Water(near=10.0, far=20_000.0, ripples=0.0, bend=0.0), sky=Sky(cover=0.0, mist=0.0, haze=0.0),
    )  # fmt: skip
    rendering = render(still, 64)
    water = rendering.layout == LAYOUT.index("water")
    bright = rendering.pixels.astype(float).sum(axis=2)
    rows = [bright[row][water[row]].mean() for row in range(64) if water[row].mean() > 0.8]
    far = rows[2:6]
    middle = rows[12:18]
    near = rows[-8:-4]
    assert np.mean(far) > 1.1 * np.mean(middle) > 1.15 * np.mean(near)


def test_seasons_weathers_and_seals_are_seen() -> None:
    base = replace(scene("realistic"), season="summer", weather="clear", hour=12.0, seal=False)
    plain = render(base, 48).pixels.astype(float)
    for season in SEASONS[1:]:
        if season != "summer":
            assert np.abs(render(replace(base, season=season), 48).pixels - plain).mean() > 1, season
    for weather in WEATHERS[1:]:
        assert np.abs(render(replace(base, weather=weather), 48).pixels - plain).mean() > 2, weather
    sealed = np.abs(render(replace(base, seal=True), 48).pixels - plain).max(axis=2)
    assert 1 <= (sealed > 40).sum() < 30


@pytest.mark.parametrize("category", CATEGORIES)
def test_categories_are_painted_in_ways_of_their_own(category: str) -> None:
    scene_of_category = replace(scene("ink"), category=category)
    others = [replace(scene("ink"), category=name) for name in CATEGORIES if name != category]
    pixels = render(scene_of_category, 32).pixels.astype(float)
    assert min(np.abs(pixels - render(other, 32).pixels).mean() for other in others) > 5


def test_glad_pictures_please_more_than_sad_ones() -> None:
    def pleasure(name: str) -> float:
        valence, arousal = EMOTIONS[name]
        wishes = [Wish(mood=name, valence=valence, arousal=arousal)] * 12
        return float(np.mean([colour_emotion(render(compose(w, seed), 32).pixels)[0] for seed, w in enumerate(wishes)]))

    assert pleasure("joyful") > pleasure("melancholy") + 0.03


def wild(random: np.random.Generator) -> Scene:
    """Any scene that a file can hold, often at the limits of what it may say."""

    def some(low: float, high: float) -> float:
        return float(random.choice([low, high, random.uniform(low, high), low + (high - low) * random.random() ** 6]))

    def pick(names: tuple[str, ...]) -> str:
        return str(random.choice(names))

    def several(most: int) -> range:
        return range(int(random.integers(0, most)))

    far = 1e5 if random.random() < 0.2 else 0.0
    seed = int(random.choice([0, 2**63 - 1]))
    return Scene(
        category=pick(CATEGORIES), season=pick(SEASONS), weather=pick(WEATHERS), hour=some(0, 24), fields=some(0, 1),
        camera=Camera(
            height=some(1, 5000), horizon=some(-1, 2), focal=some(0.3, 5), x=some(-far, far), z=some(-far, far)
        ),
        water=Water(near=some(0, 1e5), far=some(0, 1e5), bend=some(0, 1), ripples=some(0, 1), seed=seed),
        sky=Sky(
            cover=some(0, 1), drift=some(-1e5, 1e5), mist=some(0, 1), haze=some(0, 1), birds=int(some(0, 60)), seed=seed
        ),
        ridges=tuple(
            Ridge(kind=pick(RIDGES), x=some(-2000, 2000), z=some(1e-9, 1e5), width=some(5, 1e5),
                  height=some(0.5, 9000), rough=some(0, 1), seed=seed) for _ in several(6)
        ),
        plants=tuple(
            Plant(kind=pick(PLANTS), x=some(-50, 50), z=some(1e-9, 500), height=some(1e-6, 100), lean=some(-1, 1))
            for _ in several(5)
        ),
        buildings=tuple(
            Building(kind=pick(BUILDINGS), x=some(-90, 90), z=some(1e-9, 500), width=some(1e-6, 1000),
                     height=some(1e-6, 300), turn=some(-3.2, 3.2)) for _ in several(5)
        ),
        figures=tuple(
            Figure(kind=pick(FIGURES), x=some(-50, 50), z=some(1e-9, 500), size=some(1e-6, 100)) for _ in several(5)
        ),
        paths=tuple(Path(start=some(-1e5, 1e5), end=some(-1e5, 1e5), far=some(1e-9, 1e5)) for _ in several(3)),
        valence=some(-1, 1), arousal=some(-1, 1), seed=seed,
    )  # fmt: skip


def test_scenes_at_the_limits_are_painted_too() -> None:
    random = np.random.default_rng(7)
    for _ in range(100):
        rendering = render(wild(random), 32)
        assert rendering.depth.min() > 0
        assert np.isfinite(rendering.depth).all()
        assert np.isfinite(rendering.normals).all()
        assert rendering.layout.max() < len(LAYOUT)
