"""Pictures in the light of another hour, and mirrored in their water."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from impasto import api, edit
from impasto.cli.app import main
from impasto.contract import Condition, LightReading, PictureNoise
from impasto.editing.guided_filter import following
from impasto.editing.reflect import ReflectSettings, reflect
from impasto.editing.relight import RelightSettings, relight
from impasto.editing.work import Work
from impasto.errors import ConfigError, DataError, NotCapable, UsageError
from impasto.images.pictures import Pixels, to_uint8
from impasto.landscape.compose import compose
from impasto.landscape.light_reader import true_reading
from impasto.landscape.render import render
from impasto.landscape.scene import Scene
from impasto.painters.rules.landscape import Landscape
from impasto.sources import PACKAGED

SCENE = replace(compose(seed=21, category="realistic"), season="summer", hour=12.0, weather="clear")


class Knows:
    """Reads of every picture what is true of one scene."""

    def __init__(self, scene: Scene, side: int = 64) -> None:
        rendering = render(scene, side)
        self.reading = true_reading(scene, rendering.layout, rendering.depth, rendering.normals)

    def read_light(self, pictures: Tensor, /) -> LightReading:
        return self.reading


def work(pixels: Pixels) -> Work:
    return Work(Condition(1), PictureNoise(0, range(1)), pixels.shape[:2], None)


def relit(painter: Any, pixels: Pixels, **settings: Any) -> Pixels:
    return to_uint8(relight(painter, pixels, work=work(pixels), settings=RelightSettings(**settings)).pictures)[0]


def error(a: Pixels, b: Pixels) -> float:
    return float(np.square(a.astype(float) - b).mean())


def test_small_maps_follow_the_edges_of_the_picture() -> None:
    pixels = np.full((90, 120, 3), 40, np.uint8)
    pixels[33:] = 200
    map_ = np.zeros((16, 16, 2), np.float32)
    map_[6:, :, 0] = 1
    full = following(map_, pixels)
    assert full.shape == (90, 120, 2)
    assert full[:32, :, 0].max() < 0.1
    assert full[34:, :, 0].min() > 0.9
    assert np.abs(full[..., 1]).max() < 1e-5


@pytest.mark.parametrize("hour", [18.5, 21.0])
def test_where_all_is_known_the_relit_picture_is_nearly_what_the_renderer_paints(hour: float) -> None:
    before = render(SCENE, 64).pixels
    after = render(replace(SCENE, hour=hour), 64).pixels
    ours = relit(Knows(SCENE), before, hour=hour, season="summer", weather="clear", facing=SCENE.camera.facing)
    assert error(ours, after) < 0.3 * error(before, after)
    same = relit(Knows(SCENE), before, hour=12, season="summer", weather="clear", facing=SCENE.camera.facing)
    assert error(same, before) < 10


def test_pictures_that_seem_to_show_no_light_are_changed_as_one_says() -> None:
    dark = Knows(replace(SCENE, hour=21.0))
    dull = Knows(SCENE)
    none = torch.zeros(1)
    dull.reading = replace(dull.reading, light_share=none, sky_share=none)
    before = render(SCENE, 64).pixels
    how: dict[str, Any] = {"hour": 21.0, "season": "summer", "facing": SCENE.camera.facing}
    assert error(relit(dull, before, **how, light_share=1.0), before) > 4 * error(relit(dull, before, **how), before)
    statements = relight(dull, before, work=work(before), settings=RelightSettings(**how)).statements
    assert "light_share=1" in statements[-1]
    # What becomes too bright keeps its forms instead of becoming white all over.
    ramp = np.linspace(120, 255, 64, dtype=np.uint8)[None, :, None].repeat(64, 0).repeat(3, 2)
    bright = relit(dark, ramp, hour=12.0, season="summer", facing=SCENE.camera.facing)
    rows = bright[50:].astype(int).mean((0, 2))
    assert (np.diff(rows[:56:8]) > 0).all()


def test_what_comes_with_impasto_relights_a_scene_that_it_has_never_seen() -> None:
    painter = Landscape.build()
    before = render(SCENE, 64).pixels
    how: dict[str, Any] = {"season": "summer", "facing": SCENE.camera.facing}
    evening = relit(painter, before, hour=18.5, **how)
    assert error(evening, render(replace(SCENE, hour=18.5), 64).pixels) < error(
        before, render(replace(SCENE, hour=18.5), 64).pixels
    )
    night = relit(painter, before, hour=0, **how)
    assert night.mean() < evening.mean() < before.mean()
    warmth = [float(pixels[..., 0].mean() / pixels[..., 2].mean()) for pixels in (before, evening, night)]
    assert warmth[1] > warmth[0] > warmth[2]
    half = relit(painter, before, hour=0, strength=0.5, **how)
    assert night.mean() < half.mean() < before.mean()
    assert sum(file.stat().st_size for file in (PACKAGED / "light").iterdir()) < 3_000_000


def test_a_column_is_mirrored_at_its_shore_and_a_boat_below_itself() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    mask = np.zeros((60, 80), bool)
    mask[30:50] = True
    mask[36:40, 20:30] = False
    settings = ReflectSettings(strength=1.0, ripples=0.0, angle_matters=False)
    mirrored = to_uint8(reflect(Landscape.build(), pixels, work=work(pixels), mask=mask, settings=settings).pictures)[0]
    assert np.array_equal(mirrored[~mask], pixels[~mask])
    assert np.array_equal(mirrored[30:50, :18], pixels[10:30, :18][::-1])
    assert np.array_equal(mirrored[40:44, 22:28], pixels[36:40, 22:28][::-1])
    rippled = reflect(Landscape.build(), pixels, work=work(pixels), mask=mask).pictures
    assert np.array_equal(to_uint8(rippled)[0][~mask], pixels[~mask])
    assert not np.array_equal(to_uint8(rippled)[0], mirrored)


def test_without_water_there_is_nothing_to_mirror_in() -> None:
    pixels = np.full((40, 50, 3), 128, np.uint8)
    dry = Knows(SCENE)
    dry.reading = replace(dry.reading, water=torch.zeros_like(dry.reading.water))
    with pytest.raises(DataError, match=r"No water was read in this picture .*show where the water is: mask"):
        reflect(dry, pixels, work=work(pixels))


@pytest.fixture
def photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Image.fromarray(render(SCENE, 96).pixels[:, :70]).save("photo.png")
    return Path("photo.png")


def test_the_command_needs_no_painter_and_its_picture_can_be_painted_again(
    photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["edit", "relight", "photo.png", "--hour", "22", "--out", "night.png"])
    assert not ended.value.code
    shown = " ".join(capsys.readouterr().out.split())
    assert "by a full moon, since the sun stands" in shown
    with Image.open("night.png") as picture:
        assert picture.size == (70, 96)
    assert api.repaint("night.png").identical
    mask = np.zeros((96, 70), np.uint8)
    mask[60:] = 255
    Image.fromarray(mask).save("mask.png")
    api.edit("reflect", photo, "mirror.png", mask="mask.png")
    assert api.repaint("mirror.png").identical


@pytest.mark.parametrize(
    ("settings", "how", "kind", "message"),
    [
        ({"hour": 24}, {}, ConfigError, "hour = 24"),
        ({"hour": -1}, {}, ConfigError, "hour = -1"),
        ({"elevation": float("nan")}, {}, ConfigError, "elevation = nan"),
        ({"hour": 9}, {"prompt": "at dawn"}, UsageError, "relight reads no words; leave out prompt"),
        ({"hour": 9}, {"category": "ink"}, UsageError, "relight reads no category"),
        ({"hour": 9}, {"painter": "aaron"}, NotCapable, "aaron cannot relight a picture. These can: landscape"),
        ({"hour": 9}, {"mask": "photo.png"}, UsageError, "relight takes no mask"),
    ],
)
def test_wrong_requests_leave_nothing(
    photo: Path, settings: dict[str, Any], how: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        edit("relight", photo, "new.png", settings=settings, **how)
    assert not Path("new.png").exists()
