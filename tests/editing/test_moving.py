"""Pictures that move: by a painter of clips, and by the distance of what they show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from impasto import api, catalogue, edit
from impasto.contract import Condition, LightReading, PictureNoise
from impasto.editing.animate import _enlarged
from impasto.editing.parallax import ParallaxSettings, parallax
from impasto.editing.work import Work
from impasto.errors import NotCapable
from impasto.images.pictures import Pixels, to_uint8
from impasto.images.recipe import read_recipe
from impasto.landscape.compose import compose
from impasto.landscape.light_reader import true_reading
from impasto.landscape.render import render
from impasto.landscape.scene import Scene

SIDE = 64
SCENE = replace(compose(seed=21, category="realistic"), season="summer", hour=12.0, weather="clear")


@pytest.fixture(scope="module")
def truth() -> tuple[Pixels, LightReading]:
    """A picture of the scene, and what is true of it."""
    rendering = render(SCENE, SIDE)
    return rendering.pixels, true_reading(SCENE, rendering.layout, rendering.depth, rendering.normals)


def film(truth: tuple[Pixels, LightReading], **settings: Any) -> Pixels:
    class Knows:
        def read_light(self, pictures: torch.Tensor, /) -> LightReading:
            return truth[1]

    work = Work(Condition(1), PictureNoise(0, range(1)), (SIDE, SIDE), None)
    painted = parallax(Knows(), truth[0], work=work, settings=ParallaxSettings(**{"clouds": 0.0, **settings}))
    return to_uint8(painted.pictures)[0]


def error(a: Pixels, b: Pixels) -> float:
    return float(np.square(a.astype(float) - b).mean())


def seen_from(scene: Scene, right: float = 0.0, forward: float = 0.0) -> Pixels:
    camera = replace(scene.camera, x=scene.camera.x + right, z=scene.camera.z + forward)
    return render(replace(scene, camera=camera), SIDE).pixels


@pytest.mark.parametrize(("to", "ways"), [("right", (1, 0)), ("left", (-1, 0)), ("forward", (0, 1))])
def test_the_last_frame_is_nearer_to_what_the_moved_eye_sees(
    truth: tuple[Pixels, LightReading], to: str, ways: tuple[int, int]
) -> None:
    pixels, reading = truth
    near = (1 - reading.sky[0]) / reading.depth[0]
    way = 0.06
    metres = way / float(np.percentile(near.numpy(), 95))
    after = seen_from(SCENE, ways[0] * metres, ways[1] * metres)
    clip = film(truth, to=to, way=way, frames=3)
    assert (clip[0] == pixels).all()
    # Strokes of the world stay in the plane of the picture, so that what is finer than a pixel is left out.
    moved, unmoved, true = (cv2.GaussianBlur(each, (0, 0), 1) for each in (clip[2], pixels, after))
    assert error(moved, true) < 0.6 * error(unmoved, true)


def test_loops_go_the_way_back_and_only_the_sky_drifts_without_a_way(truth: tuple[Pixels, LightReading]) -> None:
    clip = film(truth, frames=6, loop=True)
    assert all((clip[t] == clip[6 - t]).all() for t in (1, 2))
    assert error(clip[0], clip[3]) > 5
    drifted = film(truth, way=0.0, clouds=0.2, frames=2)[1]
    land = cv2.erode((truth[1].sky[0].numpy() < 0.01).astype(np.uint8), np.ones((15, 15))) > 0
    changed = np.abs(drifted.astype(int) - truth[0]).mean(2)
    assert changed[land].max() <= 2
    assert changed[~land].mean() > 0.5


def test_small_movement_moves_the_large_picture_and_keeps_it_sharp() -> None:
    noise = np.random.default_rng(0).normal(size=(160, 160, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 1.5)
    wide = (40 + 170 * (soft - soft.min()) / (soft.max() - soft.min())).astype(np.uint8)
    before, after = wide[16:144, 16:144], wide[16:144, 12:140]
    small, frame = (cv2.resize(each, (64, 64), interpolation=cv2.INTER_AREA) for each in (before, after))
    plain = cv2.resize(frame, (128, 128), interpolation=cv2.INTER_CUBIC)
    assert error(_enlarged(before, small, frame), after) < 0.3 * error(plain, after)


@pytest.fixture
def painter(tmp_path: Path) -> Path:
    """A painter of clips whose layers move frames, in a folder."""
    torch.manual_seed(0)
    sizes = {"channels": (16, 16), "grid": 8, "attention": (8,)}
    catalogue.painter("ddpm").build("tiny", **sizes).save_pretrained(tmp_path / "still")
    moving: Any = catalogue.painter("animate_diff").build("tiny", still=str(tmp_path / "still"), frames=3)
    with torch.no_grad():
        for layer in moving.layers:
            layer.leave.weight.normal_(std=0.1)
    moving.save_pretrained(tmp_path / "moving")
    return tmp_path / "moving"


def test_a_picture_moves_and_is_the_first_frame(
    painter: Path, tmp_path: Path, truth: tuple[Pixels, LightReading], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "picture.png"
    pixels = np.ascontiguousarray(truth[0][:48])
    Image.fromarray(pixels).save(file)
    shown: Callable[[Path], Pixels] = lambda path: np.stack(_frames(path))  # noqa: E731
    clip = shown(edit("animate", file, "film.webp", painter=painter, settings={"steps": 2}).picture)
    assert clip.shape == (3, 48, 64, 3)
    assert (clip[0] == pixels).all()
    assert (clip[1] != clip[2]).any()
    again = edit("animate", file, "loop.webp", painter=painter, settings={"steps": 2, "loop": True})
    assert (shown(again.picture)[2] == pixels).all()
    assert read_recipe(again.picture).edit == "animate"
    assert api.repaint(again.picture, "again.webp").identical
    assert len(shown(edit("parallax", file, settings={"frames": 2}).picture)) == 2
    with pytest.raises(NotCapable, match="animate"):
        edit("animate", file, "still.webp", painter=tmp_path / "still")


def _frames(path: Path) -> list[Pixels]:
    with Image.open(path) as image:
        frames = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append(np.asarray(image.convert("RGB")))
        return frames
