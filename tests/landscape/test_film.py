"""Films: what is there stays there, and one frame is like the next."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from impasto.errors import UsageError
from impasto.landscape.compose import compose
from impasto.landscape.film import MAX_FRAMES, film, moving_picture, relight
from impasto.landscape.light import sun_position
from impasto.landscape.render import render
from impasto.landscape.scene import Scene, scene_from_json, scene_to_json
from impasto.landscape.wish import Wish


def pixels(scene: Scene) -> np.ndarray:
    return render(scene, 32).pixels.astype(float)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return compose(Wish(elements={"lake": 1, "cloud": 1, "birds": 5}, hour=16.0), 3, "realistic")


def test_the_first_frame_is_the_scene_and_all_are_valid(scene: Scene) -> None:
    frames = list(film(scene, frames=7, hours=10.0, forward=20.0, right=-8.0))
    assert len(frames) == 7
    assert frames[0] == scene
    for frame in frames:
        assert scene_from_json(scene_to_json(frame)) == frame
        restored = replace(frame, hour=scene.hour, camera=scene.camera, sky=scene.sky)
        assert restored == scene
        assert replace(frame.sky, drift=scene.sky.drift) == scene.sky


def test_the_eye_sets_off_and_arrives_gently(scene: Scene) -> None:
    frames = list(film(scene, frames=21, forward=40.0, right=10.0))
    way = [frame.camera.z - scene.camera.z for frame in frames]
    steps = np.diff(way)
    assert way[-1] == pytest.approx(40)
    assert frames[-1].camera.x - scene.camera.x == pytest.approx(10)
    assert (steps > 0).all()
    assert steps[0] < 0.3 * steps[10] > steps[-1]


def test_hours_wrap_at_midnight(scene: Scene) -> None:
    hours = [frame.hour for frame in film(replace(scene, hour=22.0), frames=5, hours=8.0)]
    assert hours == pytest.approx([22, 0, 2, 4, 6])
    assert [frame.hour for frame in film(replace(scene, hour=1.0), frames=3, hours=-2.0)] == pytest.approx([1, 0, 23])


def test_clouds_drift_with_the_wind(scene: Scene) -> None:
    drift = [frame.sky.drift for frame in film(scene, frames=5)]
    assert np.diff(drift) == pytest.approx([drift[1] - drift[0]] * 4)
    assert drift[1] > drift[0]


@pytest.mark.parametrize("category", ["realistic", "ink", "lime green"])
def test_consecutive_frames_are_alike(category: str) -> None:
    first = compose(Wish(hour=15.0), 5, category)
    pictures = [pixels(frame) for frame in film(first, frames=12, hours=1.0, forward=0.03 * first.camera.height)]
    steps = [np.abs(b - a).mean() for a, b in pairwise(pictures)]
    other = np.abs(pixels(compose(Wish(hour=15.0), 6, category)) - pictures[0]).mean()
    assert max(steps) < 0.25 * other
    assert np.abs(pictures[-1] - pictures[0]).mean() > min(steps)


@pytest.mark.parametrize("category", ["realistic", "ink"])
def test_dusk_falls_without_a_flash(category: str) -> None:
    first = compose(Wish(season="spring", weather="clear"), 1, category)
    hours = np.arange(17.5, 19.6, 0.05)
    # Towards the sun, where its last light and the rise of the moon are seen most.
    first = replace(first, camera=replace(first.camera, facing=sun_position("spring", 18.5)[1]))
    pictures = [pixels(relight(first, float(hour))) for hour in hours]
    steps = np.array([np.abs(b - a).mean() for a, b in pairwise(pictures)])
    assert steps.max() < 6
    bright = np.array([picture.mean() for picture in pictures])
    assert bright[-1] < bright[0] - 5
    assert np.diff(bright).max() < 2.5


def test_relighting_changes_the_hour_alone(scene: Scene) -> None:
    assert relight(scene, 3.5) == replace(scene, hour=3.5)
    assert relight(scene, scene.hour) == scene
    for hour in (-0.1, 24.5, float("nan")):
        with pytest.raises(UsageError, match="it must be from 0 to 24"):
            relight(scene, hour)


@pytest.mark.parametrize("frames", [0, -1, MAX_FRAMES + 1])
def test_films_of_no_or_too_many_frames_are_refused(scene: Scene, frames: int) -> None:
    with pytest.raises(UsageError, match=f"1 to 2,000 frames, not {frames}"):
        next(film(scene, frames=frames))


def test_a_film_of_one_frame_is_its_scene(scene: Scene) -> None:
    assert list(film(scene, frames=1, hours=5.0, forward=9.0)) == [scene]


def test_a_moving_picture_holds_all_frames(scene: Scene) -> None:
    content = moving_picture(film(scene, frames=4, hours=2.0), 48, rate=8.0)
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.format == "WEBP"
        assert picture.size == (48, 48)
        assert picture.n_frames == 4
        picture.seek(1)
        second = np.asarray(picture.convert("RGB")).astype(float)
    exact = render(list(film(scene, frames=4, hours=2.0))[1], 48).pixels
    assert np.abs(second - exact).mean() < 12
    assert content == moving_picture(film(scene, frames=4, hours=2.0), 48, rate=8.0)
