"""The edit by instruction, and its measures on pairs before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

import impasto
from impasto import api, catalogue, edit
from impasto.contract import Condition, Instructs, PictureNoise
from impasto.data.store import Store
from impasto.editing.instruct import InstructedSettings, instruct
from impasto.editing.work import Work
from impasto.errors import NotCapable, UsageError
from impasto.images.pictures import to_uint8
from impasto.images.recipe import read_recipe
from impasto.landscape.instructions import Question
from impasto.metrics.instruction_success import Instructed, instruction_success
from impasto.metrics.outside_distance import changed_part
from impasto.painters.diffusion.ddpm import DDPMSettings
from impasto.sampling.level import Denoise, Level
from impasto.sampling.spacing import straight_levels

SIDE = 32


class Inverting:
    """A painter that, told to, gives the negative of the picture that it is shown."""

    def encode(self, pictures: Tensor) -> Tensor:
        return pictures

    def decode(self, latents: Tensor, /) -> Tensor:
        return latents

    def uninstructed(self, condition: Condition) -> Condition:
        return condition.emptied({"words"})

    def denoiser(self, condition: Condition) -> Denoise:
        source = condition.given["source"]
        return lambda noisy, level: -source if condition.words == ("invert it",) else source

    def guided_denoiser(self, condition: Condition, settings: Any) -> Denoise:
        return self.denoiser(condition)

    def levels_for(self, settings: Any) -> list[Level]:
        return self.levels(settings.steps)

    def levels(self, steps: int) -> list[Level]:
        return straight_levels(steps)


def smooth(height: int = SIDE, width: int = SIDE) -> np.ndarray:
    rows, columns = np.mgrid[0:height, 0:width]
    waves = [np.sin(rows / 7), np.cos(columns / 9), np.sin((rows + columns) / 11)]
    return (127.5 + 100 * np.stack(waves, axis=2)).astype(np.uint8)


@pytest.mark.parametrize("shape", [(SIDE, SIDE), (90, 150), (20, 28)])
def test_a_painter_that_follows_is_followed_at_every_size(shape: tuple[int, int]) -> None:
    painter = Inverting()
    assert isinstance(painter, Instructs)
    given = smooth(*shape)
    reads = frozenset({"words", "given:source"})
    condition = Condition(1, words=("invert it",))
    work = Work(condition, PictureNoise(0, range(1)), (SIDE, SIDE), DDPMSettings(sampler="ddim"), reads)
    result = to_uint8(instruct(painter, given, work=work, settings=InstructedSettings(steps=3)).pictures)[0]
    assert np.abs(result.astype(int) - (255 - given)).max() <= 1


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    painter = catalogue.painter("instruct_pix2pix").build("tiny", resolution=SIDE, captions=True)
    painter.learn_words(["make it winter", "add a boat"])
    for parameter in painter.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    folder = tmp_path_factory.mktemp("painter") / "instructed"
    painter.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Store:
    how = {"count": 10, "resolution": SIDE, "seed": 6, "hold_out_combinations": True, "workers": 1}
    return impasto.make("edits", tmp_path_factory.mktemp("pairs") / "store", watch=impasto.silent, **how)


def test_picture_instruction_and_both_guidances_count_and_the_recipe_repaints(saved: Path, tmp_path: Path) -> None:
    Image.fromarray(smooth(40, 60)).save(tmp_path / "given.png")
    Image.fromarray(255 - smooth(40, 60)).save(tmp_path / "other.png")
    how: dict[str, Any] = {"painter": saved, "watch": impasto.silent}
    requests: list[dict[str, Any]] = [
        {"prompt": "make it winter"},
        {"prompt": "add a boat"},
        {"prompt": "make it winter", "picture": tmp_path / "other.png"},
        {"prompt": "make it winter", "settings": {"steps": 3, "guidance": 9}},
        {"prompt": "make it winter", "settings": {"steps": 3, "picture_guidance": 4}},
    ]
    edited = []
    for number, request in enumerate(requests):
        default = {"picture": tmp_path / "given.png", "settings": {"steps": 3}}
        edited.append(edit("instruct", out=tmp_path / f"{number}-out.png", **{**default, **request, **how}))
    assert len({np.asarray(Image.open(each)).tobytes() for each in edited}) == len(edited)
    assert read_recipe(edited[0].picture).prompt == "make it winter"
    assert read_recipe(edited[4].picture).settings["picture_guidance"] == 4
    assert api.repaint(edited[4].picture).identical


def test_requests_that_cannot_be_followed_are_refused(saved: Path, pairs: Store, store: Store, tmp_path: Path) -> None:
    Image.fromarray(smooth()).save(tmp_path / "given.png")
    catalogue.painter("flow_unet").build("tiny", resolution=SIDE).save_pretrained(tmp_path / "flow")
    with pytest.raises(UsageError, match="instruct needs words for what the picture shall show: prompt=TEXT"):
        edit("instruct", tmp_path / "given.png", painter=saved)
    with pytest.raises(NotCapable, match=r"flow_unet cannot instruct a picture. These can: instruct_pix2pix"):
        edit("instruct", tmp_path / "given.png", painter=tmp_path / "flow", prompt="make it winter")
    with pytest.raises(UsageError, match="instruct is measured on pairs before and after an instruction"):
        impasto.measure_edit("instruct", store, painter=saved, count=2, watch=impasto.silent, out=tmp_path / "measure")


def test_pairs_are_measured_beside_the_truth_and_doing_nothing(saved: Path, pairs: Store, tmp_path: Path) -> None:
    how: dict[str, Any] = {"on": "all", "count": 10, "watch": impasto.silent, "settings": {"steps": 2}}
    numbers = impasto.measure_edit("instruct", pairs, painter=saved, out=tmp_path / "measure", **how).metrics
    success = numbers["instruction-success"]
    assert success.value is not None
    assert success.real is not None
    assert success.anchor is not None
    assert 0 <= success.anchor.value < success.real.value <= 1
    assert (tmp_path / "measure" / "report.html").exists()
    varied = impasto.measure_edit("vary", pairs, painter=saved, out=tmp_path / "vary", **how).metrics
    assert varied["instruction-success"].real == success.real


class Bright:
    """A reader to whom bright pictures are winter and show a boat."""

    def examine(self, pictures: Tensor, condition: Condition) -> dict[str, Tensor]:
        bright = (pictures.mean((1, 2, 3)) > 0).float()
        winter = torch.tensor([text == "winter" for text in condition.words or ()])
        return {"season": torch.where(winter, bright, 1 - bright), "main": bright}


def test_success_is_of_all_that_was_asked_for() -> None:
    edited = np.full((4, 8, 8, 3), 250, np.uint8)
    edited[2:] = 5
    winter, summer = Question("season", "winter", True), Question("season", "summer", True)
    boat, no_boat = Question("main", "boat", True), Question("main", "boat", False)
    instructed = Instructed([[winter, boat], [winter, no_boat], [summer], [boat]], [False, False, True, True])
    estimates = instruction_success(edited, instructed, Bright())
    values = {name.removeprefix("instruction-success"): estimate.value for name, estimate in estimates.items()}
    expected = {"": 0.5, "-seen": 0.5, "-held-out": 0.5, "-season": 1.0, "-added": 0.5, "-removed": 0.0}
    assert {name: values[name] for name in expected} == expected
    assert np.isnan(values["-hour"])


def test_the_changed_part_grows_by_two_pixels_and_grain_is_no_change() -> None:
    before = np.full((1, 16, 16, 3), 100, np.uint8)
    after = before + np.uint8(8)
    after[0, 8, 8] = 200
    changed = changed_part(before, after)
    assert changed.sum() == 25
    assert changed[0, 6:11, 6:11].all()


def test_outside_only_what_is_outside_counts(weights: Path) -> None:
    from impasto.metrics.outside_distance import outside_lpips

    sources = np.stack([smooth(64, 64)] * 3)
    edited = sources.copy()
    changed = np.zeros((3, 64, 64), bool)
    changed[:, :20, :20] = True
    changed[2] = True
    edited[0, :20, :20] = 0
    edited[1, 30:, 30:] = 0
    edited[2] = 0
    estimate = outside_lpips(edited, sources, changed)
    assert estimate.n == {"pictures": 2}
    assert estimate.value > 0.05
    only = outside_lpips(edited[:1], sources[:1], changed[:1])
    assert only.value == pytest.approx(0, abs=1e-6)
    assert np.isnan(outside_lpips(edited[2:], sources[2:], changed[2:]).value)
