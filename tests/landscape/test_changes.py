"""Scenes before and after an instruction: what was asked for is so, everything else is as it was, and words say it."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from impasto.landscape.attributes import attributes
from impasto.landscape.changes import CHANGES, FEELINGS, KINDS, Change, changed_scene, is_held_out_change
from impasto.landscape.instructions import instructions, question_of
from impasto.landscape.render import render
from impasto.landscape.scene import CATEGORIES, Scene
from impasto.landscape.statements import read_statements
from impasto.landscape.vocabulary import time_of_day

PAIRS = [changed_scene(seed) for seed in range(0, 60_000, 1000)]
TREES = ("willow", "plum")


def undone(after: Scene, before: Scene, change: Change) -> Scene:
    """The scene after, with the part that a change is about as it was before."""
    if change.kind in ("add", "remove"):
        names = {"plants": before.plants, "buildings": before.buildings, "figures": before.figures}
        return replace(after, sky=replace(after.sky, birds=before.sky.birds), **names)
    if change.kind == "feeling":
        return replace(after, mood=before.mood, valence=before.valence, arousal=before.arousal)
    if change.kind == "weather":
        return replace(after, weather=before.weather, sky=before.sky)
    field = {"kind": "category"}.get(change.kind, change.kind)
    return replace(after, **{field: getattr(before, field)})


def test_what_was_asked_for_is_so_and_the_rest_is_as_it_was() -> None:
    for before, after, changes in PAIRS:
        restored = after
        for change in changes:
            assert change in CHANGES
            if change.kind in ("add", "remove"):
                there = {change.kind == "add": after, change.kind == "remove": before}
                assert change.value in attributes(there[True])["elements"]
                assert change.value not in attributes(there[False])["elements"]
            elif change.kind == "hour":
                assert time_of_day(after.hour) == change.value != time_of_day(before.hour)
            elif change.kind == "feeling":
                assert (after.valence, after.arousal) == FEELINGS[change.value]
            else:
                field = {"kind": "category"}.get(change.kind, change.kind)
                assert getattr(after, field) == change.value != getattr(before, field)
            restored = undone(restored, before, change)
        assert restored == before
        assert after.weather != "snow" or after.season == "winter" or before.weather == "snow"


def test_every_kind_of_change_comes_and_some_come_together() -> None:
    assert {change.kind for pair in PAIRS for change in pair.changes} == set(KINDS)
    two = [pair.changes for pair in PAIRS if len(pair.changes) == 2]
    assert 0.1 < len(two) / len(PAIRS) < 0.4
    assert all(first.kind != second.kind for first, second in two)


def test_the_same_seed_gives_the_same_pair_and_a_category_is_kept() -> None:
    assert changed_scene(5) == changed_scene(5) != changed_scene(6)
    assert changed_scene(5, "ink").before.category == "ink"


def test_only_the_part_that_is_left_out_looks_different() -> None:
    before, after, _ = next(pair for pair in PAIRS if [change.kind for change in pair.changes] == ["remove"])
    first, second = (render(scene, 64).pixels.astype(int) for scene in (before, after))
    changed = np.abs(first - second).max(2) > 8
    assert 0 < changed.mean() < 0.25


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_the_question_to_a_reader_states_what_was_asked_for(change: Change) -> None:
    question = question_of(change)
    stated = read_statements(question.text)
    if change.kind in ("add", "remove"):
        assert (question.attribute, stated.named) == ("main", (change.value,))
        assert question.expected == (change.kind == "add")
    else:
        assert stated.answers[question.attribute] == change.value


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_instructions_are_several_and_say_what_is_asked_for(change: Change) -> None:
    texts = instructions([change], 3)
    assert len(texts) == len(set(texts)) == 4
    assert texts == instructions([change], 3)
    if change.kind in ("season", "hour", "weather", "kind"):
        for text in texts:
            assert read_statements(text).answers[change.kind] == change.value, text
    elif change.kind == "add":
        for text in texts:
            assert change.value in read_statements(text).named, text
    elif change.kind == "remove":
        assert any(change.value in read_statements(text).denied for text in texts)


def test_two_changes_are_asked_for_in_one_sentence() -> None:
    texts = instructions([Change("season", "winter"), Change("add", "boat")], 0)
    assert len(texts) == 3
    for text in texts:
        stated = read_statements(text)
        assert (stated.answers["season"], stated.named) == ("winter", ("boat",)), text


def test_each_change_is_held_out_in_one_kind_and_beside_a_quarter_of_the_others() -> None:
    for change in CHANGES:
        assert sum(is_held_out_change(category, [change]) for category in CATEGORIES) == 1
    pairs = [*combinations(CHANGES, 2)]
    alone = [not any(is_held_out_change("ink", [change]) for change in pair) for pair in pairs]
    held_out = [is_held_out_change("ink", pair) for pair, free in zip(pairs, alone, strict=True) if free]
    assert 0.2 < np.mean(held_out) < 0.3
