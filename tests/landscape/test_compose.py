"""Compositions follow their seed, their wish and the rules they are composed by."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from impasto.errors import UnknownName, UsageError
from impasto.landscape.attributes import attributes
from impasto.landscape.compose import DAYLIGHT, MIN_SUMMIT_GAP, SHARES, compose
from impasto.landscape.dry_land import ground_height, water_depth
from impasto.landscape.emotion import EMOTIONS
from impasto.landscape.light import light_of
from impasto.landscape.scene import CATEGORIES, SEASONS, WEATHERS, Ridge, Scene, scene_from_json, scene_to_json
from impasto.landscape.view import project
from impasto.landscape.wish import ELEMENTS, Wish

COUNTED = [
    name for name in ELEMENTS if name not in ("waterfall", "sea", "sun", "moon", "tree", "building", "temple", "figure")
]
"""Elements that `attributes` tells by their own name."""
AFLOAT = ("boat", "fisherman", "sail")
PEOPLE = ("walker", "scholar", "ox")


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    """Three hundred scenes that nobody asked anything of."""
    return [compose(seed=seed) for seed in range(300)]


def of_mood(name: str, count: int = 40) -> list[Scene]:
    valence, arousal = EMOTIONS[name]
    return [compose(Wish(mood=name, valence=valence, arousal=arousal), seed) for seed in range(count)]


def mountains(scene: Scene) -> list[Ridge]:
    """Ridges but for boulders, and for the banks that a bridge stands on."""
    return [ridge for ridge in scene.ridges if ridge.z >= 150 and ridge.width >= 80]


def rise(scene: Scene, ridge: Ridge) -> float:
    """How far a summit stands above the horizon, as a share of the picture."""
    return scene.camera.focal * (ridge.height - scene.camera.height) / ridge.z


def counts(scene: Scene) -> dict[str, int]:
    counted = attributes(scene)["counts"]
    assert isinstance(counted, dict)
    return counted


def test_same_seed_same_scene_and_other_seeds_other_scenes(scenes: list[Scene]) -> None:
    assert [compose(seed=seed) for seed in range(20)] == scenes[:20]
    assert len({scene_to_json(scene) for scene in scenes}) == len(scenes)
    assert compose(Wish(), seed=2**62) != scenes[0]


def test_every_scene_comes_back_from_json(scenes: list[Scene]) -> None:
    for scene in scenes:
        assert scene_from_json(scene_to_json(scene)) == scene


def test_categories_come_in_their_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    # What stands in the scenes takes most of the time and does not matter here.
    monkeypatch.setattr("impasto.landscape.compose.furnish", lambda scene, *_: scene)
    many = 2000
    drawn = Counter(compose(seed=seed).category for seed in range(many))
    assert set(SHARES) == set(CATEGORIES)
    assert sum(SHARES.values()) == pytest.approx(1)
    for name, share in SHARES.items():
        assert abs(drawn[name] / many - share) < 4 * math.sqrt(share * (1 - share) / many), name


def test_seasons_weathers_hours_and_forms_vary(scenes: list[Scene]) -> None:
    assert {scene.season for scene in scenes} == set(SEASONS)
    assert {scene.weather for scene in scenes} == set(WEATHERS)
    assert 0.3 < np.mean([scene.has_water for scene in scenes]) < 0.95
    assert 0.5 < np.mean([scene.seal for scene in scenes]) < 1
    night = [not DAYLIGHT[s.season][0] - 1 <= s.hour <= DAYLIGHT[s.season][1] + 1 for s in scenes]
    assert 0 < np.mean(night) < 0.25


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_is_told_is_kept(category: str) -> None:
    for seed, (season, weather) in enumerate((s, w) for s in SEASONS for w in WEATHERS):
        scene = compose(Wish(season=season, weather=weather, hour=float(seed)), seed, category)
        assert (scene.category, scene.season, scene.weather, scene.hour) == (category, season, weather, seed)
    assert compose(Wish(category=category), 0, "white").category == category


@pytest.mark.parametrize("element", COUNTED)
@pytest.mark.parametrize("many", [1, 3])
def test_what_is_wished_for_is_there(element: str, many: int) -> None:
    countable = counts(compose(Wish(elements={"birds": 3, "forest": 1, "village": 1})))
    assert countable["birds"] == 3
    for seed in range(12):
        season = "summer" if element == "peak" else None
        element_counts = counts(compose(Wish(season=season, elements={element: many}), seed))
        several = element not in ("water", "lake", "river", "mist", "cloud", "forest", "field", "village", "courtyard")
        least = many if several and element != "path" else 1
        assert element_counts.get(element, 0) >= least, (seed, element_counts)


@pytest.mark.parametrize("element", COUNTED)
def test_what_is_not_wanted_is_not_there(element: str) -> None:
    for seed in range(16):
        assert element not in counts(compose(Wish(elements={element: 0}), seed)), seed


@pytest.mark.parametrize("element", ["boat", "fisherman", "sail", "walker", "scholar", "ox", "pagoda", "bridge"])
def test_what_is_counted_is_there_as_often(element: str) -> None:
    for seed in range(8):
        for many in (1, 2, 3):
            assert counts(compose(Wish(elements={element: many}), seed))[element] == many


def test_compound_wishes() -> None:
    for seed in range(12):
        assert compose(Wish(elements={"tree": 0}), seed).plants == ()
        assert compose(Wish(elements={"tree": 1}), seed).plants
        only = compose(Wish(elements={"tree": 0, "pine": 2}), seed).plants
        assert {plant.kind for plant in only} <= {"pine"}
        assert not [b for b in compose(Wish(elements={"building": 0}), seed).buildings if b.kind != "bridge"]
        alone = compose(Wish(elements={"figure": 0}), seed).figures
        assert alone == ()
        assert any(f.kind in PEOPLE for f in compose(Wish(elements={"figure": 2}), seed).figures)
        assert compose(Wish(elements={"sea": 1}), seed).has_water
        bare = counts(compose(Wish(elements={"mountain": 0}), seed))
        assert not bare.keys() & {"mountain", "peak", "cliff", "karst", "snow peak"}
        temple = {b.kind for b in compose(Wish(elements={"temple": 1}), seed).buildings}
        assert temple & {"hall", "pagoda"}


def test_several_wishes_at_once_are_all_there() -> None:
    random = np.random.default_rng(3)
    free = [e for e in COUNTED if e not in ("peak", "snow peak", "lake", "river", "water", "bridge", "rock", "cloud")]
    for seed in range(60):
        names = [str(name) for name in random.choice(free, size=4, replace=False)]
        element_counts = counts(compose(Wish(elements=dict.fromkeys(names, 1)), seed))
        assert not [name for name in names if name not in element_counts], (seed, names, element_counts)


def test_any_wish_gives_a_valid_scene() -> None:
    random = np.random.default_rng(4)
    for seed in range(120):
        names = random.choice(ELEMENTS, size=int(random.integers(1, 9)), replace=False)
        wish = Wish(
            category=str(random.choice(CATEGORIES)),
            season=str(random.choice(SEASONS)) if random.random() < 0.5 else None,
            weather=str(random.choice(WEATHERS)) if random.random() < 0.5 else None,
            hour=float(random.uniform(0, 24)) if random.random() < 0.5 else None,
            elements={str(name): int(random.choice([0, 1, 2, 5, 10_000])) for name in names},
            valence=float(random.uniform(-1, 1)),
            arousal=float(random.uniform(-1, 1)),
        )
        scene = compose(wish, seed)
        assert scene_from_json(scene_to_json(scene)) == scene


def place_of_light(scene: Scene) -> tuple[float, float]:
    """Column and row of the sun or moon, as shares of the picture."""
    right, up, forward = light_of(scene).direction
    assert forward > 0
    return 0.5 + scene.camera.focal * right / forward, scene.camera.horizon - scene.camera.focal * up / forward


@pytest.mark.parametrize(("element", "share"), [("sun", 1.0), ("moon", 0.8)])
def test_a_wished_sun_or_moon_stands_in_the_picture(element: str, share: float) -> None:
    composed = [compose(Wish(elements={element: 1}), seed) for seed in range(40)]
    assert {scene.weather for scene in composed} == {"clear"}
    assert all((light_of(scene).elevation < -5) == (element == "moon") for scene in composed)
    inside = [all(0 < c < 1 for c in place_of_light(scene)) for scene in composed]
    assert np.mean(inside) >= share


def test_the_main_mass_stands_off_the_middle(scenes: list[Scene]) -> None:
    middles = []
    for scene in scenes:
        # A range that runs through the whole picture has no side.
        masses = [r for r in mountains(scene) if r.width * scene.camera.focal < r.z]
        if masses:
            main = max(masses, key=lambda r: rise(scene, r))
            middles.append(float(project(scene.camera, main.x, 0, main.z)[0]))
    assert len(middles) > 250
    assert np.mean(np.abs(np.array(middles) - 0.5) < 0.1) < 0.03
    assert 0.35 < np.mean(np.array(middles) < 0.5) < 0.65


def test_summits_keep_apart_from_one_another_and_from_the_horizon(scenes: list[Scene]) -> None:
    close = 0
    for scene in scenes:
        rows = [0.0, *(rise(scene, ridge) for ridge in mountains(scene))]
        close += sum(abs(a - b) < 0.95 * MIN_SUMMIT_GAP for nth, a in enumerate(rows) for b in rows[:nth])
    assert close <= 3


def test_what_stands_there_is_seen(scenes: list[Scene]) -> None:
    for items, share in (("plants", 0.8), ("buildings", 0.85), ("figures", 0.97)):
        in_picture = []
        for scene in scenes:
            for item in getattr(scene, items):
                column, row = project(scene.camera, item.x, 0.0, item.z)
                in_picture.append(0 <= column <= 1 and row <= 1.1 and item.z > scene.camera.z)
        assert len(in_picture) > 100
        assert np.mean(in_picture) > share, items


def test_people_trees_and_houses_stand_on_land(scenes: list[Scene]) -> None:
    standing = 0
    for scene in scenes:
        if not scene.has_water:
            continue
        items = [t for t in (*scene.plants, *scene.buildings, *scene.figures) if t.kind not in (*AFLOAT, "bridge")]
        if items:
            standing += len(items)
            height = ground_height(scene, [t.x for t in items], [t.z for t in items])
            assert height.min() > 0, scene.seed
    assert standing > 500


def test_boats_float(scenes: list[Scene]) -> None:
    composed = [*scenes, *(compose(Wish(elements={kind: 2}), seed) for kind in AFLOAT for seed in range(20))]
    depths = [water_depth(s, f.x, f.z, f.size) for s in composed for f in s.figures if f.kind in AFLOAT]
    assert len(depths) > 150
    assert np.mean(np.array(depths) > 0) > 0.95
    # Water that is narrower than a boat is long: its bow lies on the bank, and no higher.
    assert min(depths) > -0.5


def test_moods_shift_the_scene_to_their_side() -> None:
    composed = {name: of_mood(name) for name in ("serene", "wild", "joyful", "melancholy")}

    def mean(name: str, of: Callable[[Scene], float]) -> float:
        return float(np.mean([of(scene) for scene in composed[name]]))

    def tallest(scene: Scene) -> float:
        return max(rise(scene, ridge) for ridge in mountains(scene))

    assert mean("serene", lambda s: s.sky.mist) > mean("wild", lambda s: s.sky.mist) + 0.2
    assert mean("serene", lambda s: s.water.ripples) < 0.6 * mean("wild", lambda s: s.water.ripples)
    assert mean("serene", tallest) < 0.85 * mean("wild", tallest)
    assert mean("joyful", lambda s: len(s.figures)) > mean("melancholy", lambda s: len(s.figures)) + 0.3
    grey = ("rain", "mist", "cloudy", "storm", "snow")
    assert mean("joyful", lambda s: s.weather in grey) < mean("melancholy", lambda s: s.weather in grey) - 0.3
    assert mean("wild", lambda s: s.weather == "storm") > mean("serene", lambda s: s.weather == "storm") + 0.1


def test_a_mood_is_kept_in_the_scene() -> None:
    scene = compose(Wish(mood="serene", valence=0.65, arousal=-0.6))
    assert (scene.mood, scene.valence, scene.arousal) == ("serene", 0.65, -0.6)
    assert compose(seed=1).mood == ""


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (Wish(category="inky"), "There is no category 'inky'"),
        (Wish(season="sumer"), "did you mean 'summer'"),
        (Wish(weather="storms"), "did you mean 'storm'"),
        (Wish(elements={"piine": 1}), "There is no element 'piine'; did you mean 'pine'"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(wish: Wish, message: str) -> None:
    with pytest.raises(UnknownName) as caught:
        compose(wish)
    assert message in str(caught.value)


@pytest.mark.parametrize("hour", [-0.1, 24.1, float("nan"), float("inf")])
def test_hours_that_do_not_exist_are_refused(hour: float) -> None:
    with pytest.raises(UsageError, match="it must be from 0 to 24"):
        compose(Wish(hour=hour))


def test_negative_seeds_are_refused() -> None:
    with pytest.raises(UsageError, match="seed must be 0 or more, not -1"):
        compose(seed=-1)
