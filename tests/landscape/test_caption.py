"""Captions say what a scene holds, and are understood when they are read again."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from impasto.landscape.attributes import attributes
from impasto.landscape.caption import KIND_WORDS, WEATHER_WORDS, caption
from impasto.landscape.emotion import EMOTIONS
from impasto.landscape.prompt import read_prompt
from impasto.landscape.scene import (
    BUILDINGS,
    CATEGORIES,
    FIGURES,
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
from impasto.landscape.vocabulary import time_of_day
from impasto.landscape.wish import ELEMENTS


def random_scene(seed: int) -> Scene:
    rng = np.random.default_rng(seed)

    def some(cls: type, kinds: tuple[str, ...], most: int, far: float) -> tuple:
        kinds = tuple(rng.choice(kinds, 2))
        return tuple(
            cls(kind=str(rng.choice(kinds)), x=float(rng.uniform(-0.5, 0.5) * z), z=z)
            for z in rng.uniform(20, far, rng.integers(0, most)).tolist()
        )

    near = float(rng.uniform(20, 100))
    return Scene(
        category=str(rng.choice(CATEGORIES)),
        season=str(rng.choice(SEASONS)),
        hour=float(rng.uniform(0, 24)),
        weather=str(rng.choice(WEATHERS)),
        camera=Camera(x=0.0, z=0.0),
        ridges=some(Ridge, RIDGES, 6, 8000),
        water=Water(near=near, far=near + float(rng.choice([0, 300])), bend=float(rng.random())),
        sky=Sky(birds=int(rng.integers(0, 4)), mist=float(rng.random()), cover=float(rng.random())),
        plants=some(Plant, PLANTS, 9, 300),
        buildings=some(Building, BUILDINGS, 4, 300),
        figures=some(Figure, FIGURES, 4, 300),
        paths=(Path(),) * int(rng.integers(0, 2)),
        fields=float(rng.choice([0.0, 0.6])),
        mood=str(rng.choice(["", *EMOTIONS])),
    )


def test_what_a_caption_says_is_read_back():
    shown_count = named_count = 0
    for seed in range(400):
        scene = random_scene(seed)
        text = caption(scene, seed)
        wish = read_prompt(text).wish
        facts = attributes(scene)
        assert (wish.category, wish.season, wish.weather) == (scene.category, scene.season, scene.weather), text
        assert wish.hour is not None
        assert time_of_day(wish.hour) == facts["time"], text
        assert wish.mood == scene.mood, text
        named = {name for name, n in wish.elements.items() if n}
        assert named <= set(facts["elements"]), (text, named, facts["elements"])
        shown_count += len(facts["elements"])
        named_count += len(named)
    assert named_count / shown_count > 0.65


def test_captions_are_good_english():
    for seed in range(400):
        text = caption(random_scene(seed), seed)
        assert text.isprintable()
        assert text[0].isupper()
        assert text.endswith(".")
        assert not re.search(r"\b[Aa] [aeiou]", text), text
        assert not re.search(r"\b[Aa]n [^aeiou]", text), text
        assert not re.search(r"  |\.\.|,,| ,|mans\b|oxs\b", text), text
        assert not re.search(r"\b(two|three|four|many) (far )?(boat|cottage|ox|hill|walker)\b", text), text


def test_chance_comes_from_the_seed_only_and_words_vary():
    scene = random_scene(5)
    assert caption(scene, 1) == caption(scene, 1)
    assert len({caption(scene, seed) for seed in range(60)}) > 40


def test_places_are_those_of_the_picture():
    boat = Figure(kind="boat", x=-20.0, z=100.0)
    scene = Scene(figures=(boat,))
    assert "boat on the left" in caption(scene, 0)
    assert "boat on the right" in caption(dataclasses.replace(scene, camera=Camera(x=-60.0)), 0)
    assert "boat in the middle" in caption(dataclasses.replace(scene, camera=Camera(x=-20.0)), 0)
    far = dataclasses.replace(scene, figures=(Figure(kind="boat", x=0.0, z=900.0),))
    assert re.search(r"a far (fishing )?boat", caption(far, 0))


def test_mountains_stand_behind_the_water_or_beside_it():
    water = Water(near=50.0, far=400.0, bend=0.2)
    assert "behind a lake" in caption(Scene(ridges=(Ridge(kind="hill", z=2000.0),), water=water), 0)
    assert "beside a lake" in caption(Scene(ridges=(Ridge(kind="hill", z=390.0),), water=water), 0)


def test_an_empty_scene_and_a_mood_in_free_words():
    text = caption(Scene(mood="the day my dog came home"), 3)
    assert "level ground" in text
    assert text.endswith("the day my dog came home.")


def test_attributes():
    scene = Scene(
        season="winter",
        hour=18.0,
        ridges=(Ridge(kind="peak"), Ridge(kind="range"), Ridge(kind="cliff", z=30.0, width=12.0)),
        water=Water(near=50.0, far=400.0, bend=0.95),
        plants=(Plant(kind="bare"),) * 25,
        buildings=(Building(kind="cottage"),) * 5 + (Building(kind="hall"), Building(kind="wall")),
        sky=Sky(birds=7, mist=0.0, cover=0.9),
        valence=-0.5,
    )
    facts = attributes(scene)
    assert facts["counts"] == {
        "snow peak": 1, "mountain": 1, "rock": 1, "water": 1, "river": 1, "bare tree": 25, "forest": 1, "cottage": 5,
        "village": 1, "hall": 1, "wall": 1, "courtyard": 1, "birds": 7, "cloud": 1,
    }  # fmt: skip
    assert facts["elements"] == sorted(facts["counts"])
    assert set(facts["elements"]) <= set(ELEMENTS)
    assert (facts["time"], facts["hour"], facts["season"], facts["valence"]) == ("dusk", 18.0, "winter", -0.5)


@pytest.mark.parametrize("table", [(KIND_WORDS, CATEGORIES), (WEATHER_WORDS, WEATHERS)])
def test_the_words_cover_all_values(table):
    assert set(table[0]) == set(table[1])
