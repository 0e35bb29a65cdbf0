"""The same scene before and after something is asked of it: make it winter, add a boat, leave the pagoda out.

An object is added by the reverse of leaving it out: a scene is composed with it, and taken apart. What nobody asked for
stays, down to the seed of each brush stroke.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from impasto.landscape.compose import compose
from impasto.landscape.scene import CATEGORIES, SEASONS, WEATHERS, Scene
from impasto.landscape.vocabulary import TIMES_OF_DAY, time_of_day
from impasto.landscape.voices import MOODS
from impasto.landscape.wish import Wish

__all__ = ["CHANGES", "KINDS", "Change", "ChangedScene", "changed_scene", "is_held_out_change"]

OBJECTS: dict[str, tuple[str, ...]] = {
    "boat": ("boat", "sail", "fisherman"),
    "sail": ("boat", "sail", "fisherman"),
    "walker": ("walker", "scholar"),
    "ox": ("ox",),
    "pagoda": ("pagoda",),
    "pavilion": ("pavilion",),
    "cottage": ("cottage",),
    "willow": ("willow",),
    "plum": ("plum",),
    "birds": (),
}
"""Element that is added or left out → the kinds of objects that go with it; birds are a number in the sky."""
HOURS = {"dawn": 6.0, "morning": 9.0, "noon": 12.0, "afternoon": 15.5, "dusk": 18.5, "night": 22.0}
"""Time of day → the hour that is asked for."""
FEELINGS = {"joyful": (0.7, 0.6), "serene": (0.6, -0.7), "melancholy": (-0.7, -0.6), "tense": (-0.6, 0.7)}
"""Feeling → valence and arousal that are asked for."""
COVER = {"clear": 0.22, "cloudy": 0.65, "mist": 0.35, "rain": 0.8, "snow": 0.7, "storm": 0.9}
"""Weather → share of the sky that clouds cover, on average, as `compose` has it."""
MISTY = ("mist", "rain")
MIST = 0.25
"""How much more mist hangs in the valleys in such weather."""
SECOND = 0.25
"""Share of the pairs in which two things are asked for."""
TRIES = 64


class Change(NamedTuple):
    """What is asked of a scene.

    Attributes:
        kind: One of `KINDS`.
        value: The season, time of day, weather, kind of painting or feeling to be; or the element to be there or not.
    """

    kind: str
    value: str


class ChangedScene(NamedTuple):
    """A scene before and after.

    Attributes:
        before: As it was.
        after: The same scene with what was asked for.
        changes: What was asked for, one or two of different kinds.
    """

    before: Scene
    after: Scene
    changes: tuple[Change, ...]


VALUES: dict[str, tuple[str, ...]] = {
    "season": SEASONS,
    "hour": tuple(name for name, _ in TIMES_OF_DAY),
    "weather": WEATHERS,
    "kind": CATEGORIES,
    "feeling": tuple(FEELINGS),
    "add": tuple(OBJECTS),
    "remove": tuple(OBJECTS),
}
KINDS = tuple(VALUES)
"""What can be asked for: an answer to a question, or an element to be there or not."""
CHANGES = tuple(Change(kind, value) for kind, values in VALUES.items() for value in values)
"""All that can be asked for."""


def is_held_out_change(category: str, changes: Sequence[Change]) -> bool:
    """Whether a pair is of a combination that is kept out of training where combinations are held out.

    Each change is held out in one of the nine kinds of painting, that of the scene before; and of the pairs of changes
    a quarter. So each is seen in training in eight kinds, and beside three quarters of the others.

    Args:
        category: Kind of painting of the scene before, one of `scene.CATEGORIES`.
        changes: One or two of `CHANGES`.
    """
    numbers = [CHANGES.index(change) for change in changes]
    alone = any((CATEGORIES.index(category) + number) % len(CATEGORIES) == 0 for number in numbers)
    return alone or (len(numbers) > 1 and sum(numbers) % 4 == 0)


def changed_scene(seed: int, category: str | None = None) -> ChangedScene:
    """A scene before and after something that is asked for; the seed decides which and what.

    Args:
        seed: Any integer of 0 or more.
        category: Kind of painting of the scene before; drawn by default.
    """
    random = np.random.default_rng((seed, 401))
    for attempt in range(TRIES):
        kinds = [str(kind) for kind in random.permutation(KINDS)[: 2 if random.random() < SECOND else 1]]
        if len(kinds) == 2 and {*kinds} in ({"add", "remove"}, {"season", "weather"}):
            # One object at a time; and snow ties the weather to the season.
            continue
        if changed := _changed(kinds, seed + attempt, category, random):
            return changed
    raise AssertionError("some scene can be changed")


def _changed(kinds: Sequence[str], seed: int, category: str | None, random: np.random.Generator) -> ChangedScene | None:
    """A scene with changes of these kinds; None where it cannot be changed so."""
    objects = [Change(kind, str(random.choice(VALUES[kind]))) for kind in kinds if kind in ("add", "remove")]
    wish = Wish(strict=True)
    if objects:
        element = objects[0].value
        wish = replace(wish, elements={element: 1}, exact=frozenset((element,)))
    whole = compose(wish, seed, category)
    without = _without(whole, objects[0].value) if objects else whole
    if objects and without == whole:
        return None
    before = without if objects and objects[0].kind == "add" else whole
    after = whole if objects and objects[0].kind == "add" else without
    changes = list(objects)
    for kind in kinds:
        if kind in ("add", "remove"):
            continue
        values = [*_other_values(before, kind)]
        if not values:
            return None
        changes.append(Change(kind, str(random.choice(values))))
        after = _with(after, changes[-1])
    return ChangedScene(before, after, tuple(changes))


def _other_values(scene: Scene, kind: str) -> Iterator[str]:
    """What a scene could become, of one kind of change, without anything else having to change."""
    now = {
        "season": scene.season,
        "hour": time_of_day(scene.hour),
        "weather": scene.weather,
        "kind": scene.category,
        "feeling": MOODS[scene.valence >= 0, scene.arousal >= 0],
    }[kind]
    for value in VALUES[kind]:
        snows = scene.weather == "snow" if kind == "season" else value == "snow"
        winter = value == "winter" if kind == "season" else scene.season == "winter"
        if value != now and (winter or not snows):
            yield value


def _with(scene: Scene, change: Change) -> Scene:
    """A scene with another season, hour, weather, kind or feeling."""
    if change.kind == "hour":
        return replace(scene, hour=HOURS[change.value])
    if change.kind == "feeling":
        valence, arousal = FEELINGS[change.value]
        return replace(scene, mood="", valence=valence, arousal=arousal)
    if change.kind == "weather":
        mist = scene.sky.mist + MIST * ((change.value in MISTY) - (scene.weather in MISTY))
        sky = replace(scene.sky, cover=COVER[change.value], mist=round(float(np.clip(mist, 0, 1)), 3))
        return replace(scene, weather=change.value, sky=sky)
    field: dict[str, Any] = {"category" if change.kind == "kind" else change.kind: change.value}
    return replace(scene, **field)


def _without(scene: Scene, element: str) -> Scene:
    """A scene without any of an element."""
    if element == "birds":
        return replace(scene, sky=replace(scene.sky, birds=0))
    kinds = OBJECTS[element]
    return replace(
        scene,
        plants=tuple(plant for plant in scene.plants if plant.kind not in kinds),
        buildings=tuple(building for building in scene.buildings if building.kind not in kinds),
        figures=tuple(figure for figure in scene.figures if figure.kind not in kinds),
    )
