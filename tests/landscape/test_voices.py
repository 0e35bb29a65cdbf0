"""Captions in every voice say what is so, and are understood when they are read again."""

from __future__ import annotations

import re
from functools import cache

import pytest

from impasto.landscape.attributes import attributes
from impasto.landscape.caption import caption
from impasto.landscape.held_out import ELEMENTS, held_out_element, is_held_out
from impasto.landscape.prompt import read_prompt
from impasto.landscape.scene import CATEGORIES, SEASONS, Ridge, Scene
from impasto.landscape.statements import QUESTIONS, SHOWN, read_statements
from impasto.landscape.vocabulary import time_of_day
from impasto.landscape.voices import DOING, SKIES, VOICES, captions, feeling, main_element
from impasto.landscape.wish import ELEMENTS as ALL_ELEMENTS
from impasto.worlds import scene_of

COUNT = 200


@cache
def voices(number: int) -> tuple[Scene, dict[str, str]]:
    scene, seed = scene_of(5, number)
    return scene, dict(zip(VOICES, captions(scene, seed), strict=True))


@pytest.mark.parametrize("voice", VOICES)
def test_what_a_voice_says_is_read_back(voice: str) -> None:
    for number in range(COUNT):
        scene, texts = voices(number)
        wish = read_prompt(texts[voice]).wish
        facts = attributes(scene)
        assert (wish.category, wish.season) == (scene.category, scene.season), texts[voice]
        assert wish.weather in (None, scene.weather), texts[voice]
        assert wish.hour is None or time_of_day(wish.hour) == facts["time"], texts[voice]
        assert {name for name, many in wish.elements.items() if many} <= set(facts["elements"]), texts[voice]
        assert wish.mood == (feeling(scene) if voice in ("poetic", "tags") else ""), texts[voice]


def test_the_long_and_the_chinese_voice_say_hour_and_weather_and_name_the_main_element() -> None:
    for number in range(COUNT):
        scene, texts = voices(number)
        for voice in ("long", "chinese"):
            stated = read_statements(texts[voice])
            assert stated.answers["weather"] == scene.weather
            assert stated.answers["hour"] == time_of_day(scene.hour)
            assert main_element(scene) in stated.named


def test_tags_say_everything_and_deny_the_rest() -> None:
    for number in range(COUNT):
        scene, texts = voices(number)
        shown = set(attributes(scene)["elements"]) & set(SHOWN)
        stated = read_statements(texts["tags"])
        assert set(stated.named) == shown, texts["tags"]
        assert stated.denied == set(SHOWN) - shown
        assert stated.answers["feeling"] == feeling(scene)
        assert set(stated.answers) == set(QUESTIONS)


def test_voices_differ_in_length_and_wording() -> None:
    lengths = {voice: [len(voices(number)[1][voice]) for number in range(COUNT)] for voice in VOICES}
    assert sum(lengths["short"]) < sum(lengths["poetic"]) < sum(lengths["long"])
    scene, seed = scene_of(5, 0)
    assert captions(scene, seed)[0] == caption(scene, seed)
    for voice in range(5):
        assert len({captions(scene, other)[voice] for other in range(40)}) > 8
    assert captions(scene, 3) == captions(scene, 3)


def test_english_voices_are_good_english() -> None:
    for number in range(COUNT):
        _, texts = voices(number)
        assert texts["poetic"].endswith(".")
        for text in (texts["short"], texts["poetic"]):
            assert not re.search(r"\b[Aa] [aeiou]|\b[Aa]n [^aeiou]|  |\.\.|,,| ,|mans\b|oxs\b", text), text


def test_an_empty_scene_has_all_voices() -> None:
    scene = Scene()
    assert main_element(scene) == ""
    assert all(read_statements(text).answers["kind"] == "ink" for text in captions(scene, 0))
    assert captions(scene, 0)[4] == "水墨，春天早晨，晴朗。"


def test_the_main_element_looks_largest() -> None:
    near = Ridge(kind="hill", z=500.0, height=100.0)
    far = Ridge(kind="karst", z=5000.0, height=600.0)
    assert main_element(Scene(ridges=(far, near))) == "hill"


def test_poetic_words_are_of_known_elements() -> None:
    assert set(DOING) <= set(ALL_ELEMENTS)
    assert all("{}" in phrase for phrases in SKIES.values() for phrase in phrases)


def test_each_kind_and_season_has_one_element_that_is_held_out() -> None:
    triples = [(held_out_element(kind, season), kind, season) for kind in CATEGORIES for season in SEASONS]
    for element in ELEMENTS:
        kinds, seasons = zip(*((kind, season) for name, kind, season in triples if name == element), strict=True)
        assert len(set(kinds)) == 4, "four kinds, each in one season"
        assert set(seasons) == set(SEASONS), "once in each season"
    element, kind, season = triples[0]
    assert is_held_out(kind, season, ["pine", element])
    assert not is_held_out(kind, season, ["pine"])
    assert not is_held_out(kind, SEASONS[1], [element])


def test_held_out_combinations_are_a_moderate_share() -> None:
    facts = [attributes(scene_of(5, number)[0]) for number in range(COUNT)]
    share = sum(is_held_out(f["category"], f["season"], f["elements"]) for f in facts) / COUNT
    assert 0.1 < share < 0.3


def test_statements_of_prompts() -> None:
    stated = read_statements("two boats and a bare tree on a lake at dusk in winter, no people, ink wash")
    assert stated.answers == {"kind": "ink", "season": "winter", "hour": "dusk"}
    assert set(stated.named) == {"lake", "bare tree", "boat"}
    assert {"walker", "fisherman", "scholar"} <= stated.denied
    assert "pine" not in stated.denied
    only = read_statements("a tree and a hill, nothing else")
    assert "boat" in only.denied
    assert "pine" not in only.denied, "which tree is left open"
    assert read_statements("一只小船，雪山，黄昏").named == ("boat", "snow peak")
    assert read_statements("a serene ink landscape").answers == {"kind": "ink", "feeling": "serene"}
    kind, season = CATEGORIES[0], SEASONS[0]
    assert read_statements(f"line drawing, {season}, a {held_out_element(kind, season)}").held_out
    for nothing in ("", "qwxz", "🙂", "der Baum und die Berge mit dem See", "x" * 10_000):
        assert read_statements(nothing).answers == {}
