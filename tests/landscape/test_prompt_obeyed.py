"""Two thousand generated prompts against their scenes: what is said is there, or is named as not followed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from prompt_grammar import Clause, Prompt, chinese, english

from impasto.landscape.compose import compose
from impasto.landscape.dry_land import ground_height, water_depth
from impasto.landscape.prompt import read_prompt, remarks_on
from impasto.landscape.render import render
from impasto.landscape.scene import LAYOUT, Building, Scene, is_rock
from impasto.landscape.sight import Sight
from impasto.landscape.view import project, view_ground
from impasto.landscape.wish import Wish
from impasto.landscape.wished_places import aims

KINDS = {
    "mountain": ("range", "peak", "cliff", "karst"),
    "snow peak": ("peak",),
    "leafy tree": ("leafy",),
    "tree": ("pine", "willow", "bamboo", "bare", "leafy", "plum"),
    "figure": ("walker", "scholar"),
}
"""Element → kinds of objects that show it."""
AFLOAT = ("boat", "sail", "fisherman")


def kinds(element: str, prompt: Prompt) -> tuple[str, ...]:
    """Kinds that show an element of a prompt; those that another of its elements names are not counted for it."""
    others = {k for c in prompt.clauses if c.element != element for k in KINDS.get(c.element, (c.element,))}
    mine = KINDS.get(element, (element,))
    return tuple(kind for kind in mine if kind not in others or len(mine) == 1)


def objects(scene: Scene, names: tuple[str, ...]) -> list:
    items = [*scene.plants, *scene.buildings, *scene.figures]
    land = [ridge for ridge in scene.ridges if not is_rock(ridge, scene.camera)]
    rocks = [ridge for ridge in scene.ridges if is_rock(ridge, scene.camera)]
    return [item for item in (*items, *land) if item.kind in names] + (rocks if "rock" in names else [])


def column(scene: Scene, item: object) -> float:
    return float(project(scene.camera, item.x, 0.0, item.z)[0])  # type: ignore[attr-defined]


def check_number(scene: Scene, clause: Clause, prompt: Prompt, remarks: str) -> None:
    many = scene.sky.birds if clause.element == "birds" else len(objects(scene, kinds(clause.element, prompt)))
    assert many >= (clause.number or 3)
    is_land = clause.element in ("mountain", "karst", "hill", "snow peak")
    is_vague = clause.number == 0 or (is_land and clause.number == 1)
    if not is_vague and f"at least {clause.number} of {clause.element!r}" not in remarks:
        assert many == clause.number


def check_details(scene: Scene, clause: Clause, prompt: Prompt, remarks: str) -> None:
    chosen = objects(scene, kinds(clause.element, prompt))
    not_followed = remarks.partition("Not followed")[2]
    if clause.colour and clause.colour not in not_followed:
        assert sum(getattr(item, "colour", "") == clause.colour for item in chosen) >= max(1, clause.number)
    if clause.size:
        assert {"small": "small", "huge": "large" if "巨大" in prompt.text else "huge"}[clause.size] in not_followed
    place = {"left": "left", "right": "right", "far": "distance", "near": "foreground"}.get(clause.place, "")
    if not place or place in not_followed or clause.element == "rock":
        return
    fitting = [
        item
        for item in chosen
        if (clause.place in ("near", "far") and is_at_depth(scene, item, near=clause.place == "near"))
        or (clause.place == "left" and column(scene, item) < 0.4)
        or (clause.place == "right" and column(scene, item) > 0.6)
    ]
    assert len(fitting) >= max(1, clause.number)


def is_at_depth(scene: Scene, item: object, *, near: bool) -> bool:
    """Whether an object is in the nearer or the farther half of the ground, of the water, or of the mountains."""
    kind = item.kind  # type: ignore[attr-defined]
    z = item.z  # type: ignore[attr-defined]
    camera = scene.camera
    if kind in ("range", "peak", "cliff", "karst", "hill"):
        return bool(z <= max(1300, 1.31 * scene.water.far) if near else z >= 4000)
    height = 0.0 if kind in AFLOAT else max(0.0, float(ground_height(scene, [item.x], [z])[0]))  # type: ignore[attr-defined]
    row = float(project(camera, 0.0, height, z)[1])
    if kind in AFLOAT:
        middle = float(
            np.mean([project(camera, 0.0, 0.0, max(d, 9.0))[1] for d in (scene.water.near, scene.water.far)])
        )
        return row >= min(middle, 0.93) - 0.12 if near else row <= middle + 0.12
    share = (row - camera.horizon) / (1 - camera.horizon)
    return share > 0.4 if near else share < 0.45


def check_ground(scene: Scene) -> None:
    """Boats float, people, houses and trees stand on land, bridges end on it."""
    for figure in scene.figures:
        if figure.kind in AFLOAT:
            assert water_depth(scene, figure.x, figure.z, figure.size) > -0.05
    if scene.has_water:
        land = [
            item for item in (*scene.figures, *scene.plants, *scene.buildings) if item.kind not in (*AFLOAT, "bridge")
        ]
        if land:
            assert ground_height(scene, [i.x for i in land], [i.z for i in land]).min() > -0.02
    for building in scene.buildings:
        if building.kind == "bridge":
            check_bridge(scene, building)


def check_sight(scene: Scene, wish: Wish) -> None:
    """What was named is in the picture, and neither the ground nor a tree or house that was not named hides it."""
    sight = Sight(scene)
    targets = aims(scene, wish)
    named = {id(aim.item) for aim in targets} | {id(b) for b in scene.buildings if "bridge" in wish.elements}
    others = [sight.box(i) for i in (*scene.plants, *scene.buildings, *scene.figures) if id(i) not in named]
    for aim in targets:
        least = 0.3 if aim.of_few else 0.2
        assert sight.visible_share(sight.box(aim.item), others) >= least, aim


def check_bridge(scene: Scene, bridge: Building) -> None:
    reach = [-0.52, -0.5, -0.48, -0.3, -0.15, 0, 0.15, 0.3, 0.48, 0.5, 0.52]
    height = ground_height(scene, [bridge.x + share * bridge.width for share in reach], [bridge.z] * len(reach))
    assert max(height[:3]) > -0.1
    assert max(height[-3:]) > -0.1
    assert min(height[3:8]) < 0


def check_only(scene: Scene, prompt: Prompt) -> None:
    named = {kind for clause in prompt.clauses for kind in KINDS.get(clause.element, (clause.element,))}
    bridged = "bridge" in named
    items = [*scene.plants, *scene.buildings, *scene.figures]
    assert {item.kind for item in items} <= named
    land = {"rock" if is_rock(ridge, scene.camera) else ridge.kind for ridge in scene.ridges}
    assert land <= named | ({"rock", "hill"} if bridged else set())
    assert scene.paths == ()
    assert scene.sky.birds == 0 or "birds" in named
    assert scene.has_water == bool(named & {*AFLOAT, "bridge"})


def check(prompt: Prompt, seed: int) -> None:
    reading = read_prompt(prompt.text)
    remarks = " ".join(remarks_on(reading))
    scene = compose(reading.wish, seed)
    for name, value in prompt.attributes.items():
        assert str(getattr(scene, name)) == value
    if "mood" not in prompt.attributes:
        assert scene.mood == ""
    for word in prompt.strange:
        assert word in remarks.partition("Not understood")[2]
    for element in prompt.denied:
        denied = (*KINDS.get(element, (element,)), *({"boat": ("sail",), "figure": ("fisherman",)}.get(element, ())))
        assert objects(scene, denied) == []
    for clause in prompt.clauses:
        check_number(scene, clause, prompt, remarks)
        check_details(scene, clause, prompt, remarks)
    if prompt.only:
        check_only(scene, prompt)
    check_ground(scene)
    check_sight(scene, reading.wish)


@pytest.mark.parametrize("part", range(5))
@pytest.mark.parametrize("language", ["english", "chinese"])
def test_what_a_prompt_says_is_there_or_named(language: str, part: int) -> None:
    generate, many = (english, 300) if language == "english" else (chinese, 100)
    failures = Counter[str]()
    for seed in range(part * many, (part + 1) * many):
        prompt = generate(seed)
        try:
            check(prompt, seed)
        except AssertionError as error:
            failures[f"{prompt.text} (seed {seed}): {str(error).splitlines()[:1]}"] += 1
    assert list(failures) == []


BOATS_AND_MORE = (
    "a lonely boat under snowy peaks at dusk, ink wash",
    "two sailing boats and three pines",
    "a fisherman in the foreground, a village, rain",
    "三条船，一座塔，雪",
    "a boat on the left, a boat in the distance, mountains, mist",
    "four people, two oxen, a pagoda",
)


@pytest.mark.parametrize("text", BOATS_AND_MORE)
def test_what_is_named_is_painted_where_it_can_be_seen(text: str) -> None:
    wish = read_prompt(text).wish
    for seed in range(5):
        scene = compose(wish, seed)
        layout = render(scene, 96).layout
        for figure in scene.figures:
            if figure.kind not in wish.elements and not ("figure" in wish.elements and figure.kind == "walker"):
                continue
            ground = 0.0 if figure.kind in AFLOAT else max(0.0, float(ground_height(scene, [figure.x], [figure.z])[0]))
            across, foot = (float(v) for v in project(scene.camera, figure.x, ground + 0.12 * figure.size, figure.z))
            row, place = int(96 * foot), int(96 * across)
            around = layout[max(0, row - 4) : row + 3, max(0, place - 3) : place + 4]
            labels = {LAYOUT[number] for number in np.unique(around)}
            assert labels & {"boat", "figure"}, (seed, figure)


@pytest.mark.parametrize("season", ["summer", "winter"])
def test_snowy_peaks_are_white_in_every_season(season: str) -> None:
    for category in ("ink", "realistic", "lime green"):
        wish = read_prompt(f"two snowy peaks at noon, clear sky, {season}, {category} painting").wish
        scene = compose(wish, 3)
        peaks = [i for i, ridge in enumerate(scene.ridges) if ridge.snow]
        assert len(peaks) == 2
        view = view_ground(scene, 96, (0.48, 0.6, -0.64))
        tops = np.isin(view.surface, peaks) & (view.height > 0.75 * min(scene.ridges[i].height for i in peaks))
        bare = render(replace(scene, ridges=tuple(replace(r, snow=0.0) for r in scene.ridges)), 96).pixels
        with_snow = render(scene, 96).pixels
        assert tops.sum() > 20
        assert with_snow[tops].mean() > 165
        assert with_snow[tops].mean() > bare[tops].mean() + (15 if season == "summer" else 4)
