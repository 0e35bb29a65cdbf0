"""Scenes are plain numbers: they come back from JSON as they were, and what cannot be is named."""

from __future__ import annotations

import dataclasses
import json

import pytest

from impasto.errors import ConfigError
from impasto.landscape.scene import (
    LAYOUT,
    Building,
    Camera,
    Figure,
    Path,
    Plant,
    Ridge,
    Scene,
    Sky,
    Water,
    scene_from_json,
    scene_to_json,
)

FULL = Scene(
    category="light reddish-red",
    season="winter",
    hour=17.25,
    weather="snow",
    camera=Camera(height=12.5, horizon=0.61, focal=1.15, facing=200.0, x=-3.0, z=7.5),
    ridges=(
        Ridge(),
        Ridge(kind="karst", x=-200.0, z=1500.0, width=333.0, height=77.0, rough=1.0, seed=2**62, snow=0.4),
    ),
    water=Water(near=30.0, far=200.0, bend=1.0, ripples=0.0, seed=4),
    sky=Sky(cover=1.0, drift=-9.5, mist=0.0, haze=0.1, birds=7, seed=5, bird_size=2.5),
    plants=(Plant(kind="plum", x=1.5, z=40.0, height=6.0, lean=-0.2, seed=6),),
    buildings=(Building(kind="pagoda", x=-9.0, z=120.0, width=8.0, height=24.0, turn=0.5, seed=7, colour="red"),),
    figures=(Figure(kind="ox", x=2.0, z=50.0, size=1.5, seed=8, colour="black", deserted=True),),
    paths=(Path(start=-5.0, end=10.0, far=90.0, width=2.5, seed=9),),
    fields=0.5,
    seal=False,
    mood="serene",
    valence=0.65,
    arousal=-0.6,
    seed=10,
    fine_paper=True,
)


@pytest.mark.parametrize("scene", [Scene(), FULL])
def test_a_scene_comes_back_from_json_as_it_was(scene: Scene) -> None:
    assert scene_from_json(scene_to_json(scene)) == scene
    assert scene_from_json(scene_to_json(scene).encode()) == scene


def test_every_value_of_a_full_scene_differs_from_its_default() -> None:
    # So that the round trip above would see a value that is lost.
    plain = dataclasses.asdict(Scene())
    assert [name for name, value in dataclasses.asdict(FULL).items() if value == plain[name]] == []


def test_what_came_later_is_in_no_file_that_does_not_need_it() -> None:
    later = ("snow", "bird_size", "colour", "deserted", "fine_paper")
    objects = Scene(ridges=(Ridge(),), buildings=(Building(),), figures=(Figure(),))
    assert [name for name in later if name in scene_to_json(objects)] == []
    assert [name for name in later if name not in scene_to_json(FULL)] == []


def test_what_is_not_named_takes_its_default() -> None:
    assert scene_from_json("{}") == Scene()
    scene = scene_from_json('{"hour": 7, "camera": {"height": 5}, "ridges": [{"kind": "hill"}]}')
    assert scene == Scene(hour=7.0, camera=Camera(height=5.0), ridges=(Ridge(kind="hill"),))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"camera": {"height": -3}}', "camera.height = -3: input should be greater than or equal to 1"),
        ('{"camera": {"height": NaN}}', "camera.height = nan: input should be a finite number"),
        ('{"camera": {"focal": 0}}', "camera.focal = 0"),
        ('{"camera": null}', "camera = None"),
        ('{"camera": [1]}', "camera = [1]"),
        ('{"hour": 30}', "hour = 30: input should be less than or equal to 24"),
        ('{"hour": 1e999}', "hour = inf"),
        ('{"hour": "ten"}', "hour = 'ten': input should be a valid number"),
        ('{"season": "Winter"}', "season = 'Winter': input should be 'spring', 'summer', 'autumn' or 'winter'"),
        ('{"weather": "hail"}', "weather = 'hail'"),
        ('{"category": "oil"}', "category = 'oil'"),
        ('{"seed": -1}', "seed = -1"),
        ('{"seed": 1.5}', "seed = 1.5"),
        ('{"seed": 9223372036854775808}', "seed = 9223372036854775808"),
        ('{"seal": 3}', "seal = 3"),
        ('{"mood": "' + "a" * 61 + '"}', "mood = "),
        ('{"valence": 1.1}', "valence = 1.1"),
        ('{"ridges": {"kind": "peak"}}', "ridges = "),
        ('{"ridges": [3]}', "ridges.0 = 3"),
        ('{"ridges": [{"kind": "volcano"}]}', "ridges.0.kind = 'volcano': input should be 'peak'"),
        ('{"plants": [{}, {"kind": "oak"}]}', "plants.1.kind = 'oak': input should be 'pine'"),
        ('{"plants": [{"height": 0}]}', "plants.0.height = 0"),
        ('{"buildings": [{"kind": "castle"}]}', "buildings.0.kind = 'castle'"),
        ('{"figures": [{"kind": "dragon"}]}', "figures.0.kind = 'dragon'"),
        ('{"paths": [{"width": -1}]}', "paths.0.width = -1"),
        (
            '{"plants": [' + ",".join(["{}"] * 500) + "]}",
            "tuple should have at most 400 items after validation, not 500",
        ),
        ('{"sky": {"birds": 61}}', "sky.birds = 61"),
        ('{"water": {"far": -1}}', "water.far = -1"),
        ('{"colour": "red"}', "unknown setting 'colour'"),
        ('{"hours": 3}', "unknown setting 'hours'; did you mean 'hour'? impasto.explain('scene') lists them."),
        ('{"camera": {"heigth": 3}}', "'camera.heigth'; did you mean 'height'?"),
        ('{"ridges": [{"with": 3}]}', "'ridges.0.with'; did you mean 'width'?"),
    ],
)
def test_what_cannot_be_is_named(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        scene_from_json(text)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 400


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        scene_from_json('{"hour": 30, "sky": {"mist": 2}, "plants": [{"kind": "oak"}], "moon": 1}')
    for part in ("hour = 30", "sky.mist = 2", "plants.0.kind = 'oak'", "'moon'"):
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("a mountain", "also=['scene.json']"),
        ("{'hour': 3}", "not JSON"),
        (b"\xff\xfe\x00\x01", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"seed": ' + "9" * 5000 + "}", "not JSON"),
        ("[]", "not a list"),
        ("3", "not a int"),
        ("null", "not a NoneType"),
    ],
)
def test_what_is_no_scene_is_refused(text: str | bytes, message: str) -> None:
    with pytest.raises(ConfigError, match="scene") as caught:
        scene_from_json(text)
    assert message in str(caught.value)


def test_nesting_too_deep_for_a_scene_is_refused_shortly() -> None:
    with pytest.raises(ConfigError, match=r"camera = \[") as caught:
        scene_from_json('{"camera": ' + "[" * 500 + "]" * 500 + "}")
    assert len(str(caught.value)) < 200


def test_a_scene_is_frozen_and_checked_when_it_is_made() -> None:
    scene = Scene()
    with pytest.raises(dataclasses.FrozenInstanceError):
        scene.hour = 3.0  # type: ignore[misc]
    with pytest.raises(ValueError, match="less than or equal to 24"):
        dataclasses.replace(scene, hour=25.0)


def test_there_is_water_where_its_shores_lie_apart() -> None:
    assert not Scene().has_water
    assert Scene(water=Water(near=60.0, far=61.0)).has_water
    assert not Scene(water=Water(near=60.0, far=50.0)).has_water


def test_numbers_of_the_layout_stay() -> None:
    # They stand in files that were written.
    message = "sky, far ridge, near ridge, water, mist, tree, rock, building, bridge, boat, figure, path"
    assert ", ".join(LAYOUT) == message
    assert json.loads(scene_to_json(Scene()))["category"] == "ink"
