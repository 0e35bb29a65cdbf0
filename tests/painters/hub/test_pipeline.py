"""Tiny pipelines of real classes of diffusers as painters: they paint as by their own call."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import impasto
from impasto import api, catalogue
from impasto.contract import Denoises, Painter, PictureNoise
from impasto.contract.preview import watched
from impasto.errors import CheckpointError, ConfigError, ImpastoError, NotCapable, RecipeError, UnknownName, UsageError
from impasto.hub import Described, allow_downloads, is_set, snapshot
from impasto.images.recipe import read_recipe
from impasto.images.size import Size
from impasto.painters.hub import pipeline
from impasto.painters.hub.base_files import base_files
from impasto.painters.hub.bases import BASES, known_base
from impasto.painters.hub.frozen_base import frozen_base
from impasto.painters.hub.pipeline import SEEDS
from impasto.painters.opening import opened
from impasto.sources import Base, resolve

FAST = {"steps": 2}

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
"""diffusers says it of numpy."""


@pytest.fixture(scope="module")
def folder(tiny_base: Callable[..., Path]) -> Callable[..., Path]:
    """The folder of a tiny pipeline of a kind; the same one for all tests, which leave it as it is."""
    return tiny_base


@pytest.fixture
def copied(folder: Callable[[str], Path], tmp_path: Path) -> Path:
    """A copy of a tiny pipeline, to be damaged."""
    return Path(shutil.copytree(folder("sd15"), tmp_path / "copied"))


def without(folder: Path, **parts: object) -> None:
    """Change the list of a base's parts."""
    file = folder / "model_index.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **parts}))


@pytest.mark.parametrize("kind", ["sd15", "sdxl", "sd3", "flux"])
def test_each_step_is_shown_and_the_last_one_is_the_picture(kind: str, folder: Callable[[str], Path]) -> None:
    painter = opened(str(folder(kind)), Size(32, 48))
    shown = []
    with watched(lambda step, steps, pictures: shown.append((step, steps, pictures()))):
        painted = painter.paint(2, prompt="a boat", **FAST).pictures
    assert [each[:2] for each in shown] == [(1, 2), (2, 2)]
    assert shown[0][2].shape == painted.shape
    torch.testing.assert_close(shown[-1][2].clamp(-1, 1), painted, atol=1e-4, rtol=0)
    assert torch.equal(painter.paint(2, prompt="a boat", **FAST).pictures, painted)


@pytest.mark.parametrize("kind", ["sd15", "sdxl", "sd3", "flux"])
def test_it_paints_what_the_pipelines_own_call_paints(kind: str, folder: Callable[[str], Path]) -> None:
    import diffusers

    painter = opened(str(folder(kind)), Size(32, 40))
    assert isinstance(painter, Denoises)
    negative = {} if kind == "flux" else {"negative": "a hill"}
    ours = painter.paint(2, seed=3, prompt="a red boat", **FAST, **negative).pictures
    pipe = diffusers.DiffusionPipeline.from_pretrained(folder(kind))
    pipe.set_progress_bar_config(disable=True)
    # Some processors take other kernels, which round otherwise, where weights require gradients.
    for module in pipe.components.values():
        if isinstance(module, torch.nn.Module):
            module.requires_grad_(requires_grad=False)
    seeds = PictureNoise(3, range(2)).integers(SEEDS).reshape(-1).tolist()
    call = {"height": 32, "width": 40, "num_inference_steps": 2, "output_type": "pt"}
    call |= {"negative_prompt": ["a hill"] * 2} if negative else {}
    theirs = pipe(["a red boat"] * 2, generator=[torch.Generator().manual_seed(s) for s in seeds], **call).images
    assert torch.equal(ours, (theirs * 2 - 1).clamp(-1, 1))
    alone = painter.paint(1, seed=3, first=1, prompt="a red boat", **FAST, **negative).pictures
    torch.testing.assert_close(alone[0], ours[1], atol=2e-4, rtol=0)
    assert (ours[0] - ours[1]).abs().mean() > 0.01


@pytest.mark.parametrize("kind", ["sd15", "flux"])
def test_edits_see_the_estimates_that_painting_sees(kind: str, folder: Callable[[str], Path]) -> None:
    painter = opened(str(folder(kind)), Size(32, 32))
    settings = painter.resolve_settings(painter.Settings(steps=4, guidance=1.0))
    levels = painter.levels_for(settings)
    assert len(levels) == 5
    assert levels[-1].sigma == 0
    condition = painter.condition(0, range(1), prompt="a boat")
    noise = PictureNoise(0, range(1))
    with painter.painting():
        picture = torch.zeros(1, 3, 32, 32)
        clean = painter.encode(picture)
        # The network's own estimate, by the scheduler of diffusers.
        pipe = painter.base(settings).pipe
        level = levels[1]
        noisy = level.signal * clean + level.sigma * noise.normal(*clean.shape[1:])
        estimate = painter.guided_denoiser(condition, settings)(noisy, level)
        assert estimate.shape == clean.shape
        if kind == "sd15":
            text, _ = pipe.encode_prompt(["a boat"], "cpu", 1, False)
            predicted = pipe.unet(noisy, level.time, encoder_hidden_states=text).sample
            pipe.scheduler.set_timesteps(1000)
            theirs = pipe.scheduler.step(predicted, int(level.time), noisy).pred_original_sample
            torch.testing.assert_close(estimate, theirs, rtol=1e-4, atol=1e-4)
        assert painter.decode(clean).shape == picture.shape


def test_pictures_are_varied_and_painted_anew_under_a_mask(folder: Callable[[str], Path], tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    Image.fromarray(random.integers(0, 256, (32, 32, 3), np.uint8)).save(tmp_path / "p.png")
    mask = np.zeros((32, 32), np.uint8)
    mask[8:20, 8:20] = 255
    Image.fromarray(mask).save(tmp_path / "m.png")
    base = folder("sd15")
    varied = impasto.edit("vary", tmp_path / "p.png", tmp_path / "v.png", painter=base, prompt="a boat", settings=FAST)
    given = {"mask": tmp_path / "m.png", "painter": base, "prompt": "a boat", "settings": FAST}
    painted = impasto.edit("inpaint", tmp_path / "p.png", tmp_path / "i.png", **given)
    with (
        Image.open(tmp_path / "p.png") as first,
        Image.open(painted.picture) as second,
        Image.open(varied.picture) as v,
    ):
        before = np.asarray(first)
        after = np.asarray(second)
        assert v.size == (32, 32)
    assert np.array_equal(before[mask == 0], after[mask == 0])
    assert not np.array_equal(before[mask > 0], after[mask > 0])


def test_a_recipe_paints_again_and_refuses_another_base(
    folder: Callable[[str], Path], copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(copied.parent)
    gallery = api.paint("copied", "out", count=1, prompt="a boat", size="32x40", settings=FAST, watch=impasto.silent)
    recipe = read_recipe(gallery.pictures[0])
    assert (recipe.painter, recipe.height, recipe.width) == ("copied", 32, 40)
    assert recipe.settings["guidance"] == 7.5
    assert recipe.settings["precision"] == "fp32"
    assert api.repaint(gallery.pictures[0])[1]
    shutil.rmtree(copied)
    shutil.copytree(folder("sdxl"), copied)
    with pytest.raises(RecipeError, match="has other weights than the one that painted"):
        api.repaint(gallery.pictures[0])


def test_offload_is_decided_before_the_base_takes_the_memory(
    folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    painter = opened(str(folder("sd15")), None)
    needed = painter.files.bytes / pipeline.ROOM
    free = [1.1 * needed]
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device=None: (free[0], 2 * needed))
    monkeypatch.setattr(pipeline.Pipeline, "device", torch.device("cuda", 0))
    pipeline.fitting_offload.cache_clear()

    def offload(**values: str) -> str:
        return painter.resolve_settings(painter.Settings(precision="fp16", **values)).offload

    before = offload()
    free[0] = 0.1 * needed
    small = offload(quantization="int8")
    assert (before, offload(), small) == ("none", "none", "model")
    pipeline.fitting_offload.cache_clear()


def test_a_base_whose_move_broke_off_is_moved_whole(
    folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    painter = opened(str(folder("sd15")), None)
    base = painter.base(painter.Settings(precision="fp16"))
    *_, last = (module for module in base.pipe.unet.modules() if [*module.parameters(recurse=False)])

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("no memory")

    with monkeypatch.context() as patch:
        patch.setattr(last, "_apply", full)
        with pytest.raises(torch.OutOfMemoryError):
            base.place(torch.device("cpu"), torch.float32)
    assert {weight.dtype for weight in base.pipe.unet.parameters()} == {torch.float16, torch.float32}
    base.place(torch.device("cpu"), torch.float32)
    assert {weight.dtype for weight in base.pipe.unet.parameters()} == {torch.float32}
    frozen_base.cache_clear()


@pytest.mark.parametrize("name", ["lora", "full_finetune"])
def test_what_learned_from_a_base_keeps_it_in_one_place(
    name: str, folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    painter = catalogue.painter(name).build("tiny", resolution=32, captions=True, base=str(folder("sd15")))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device=None: (0, 1))
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: True)
    monkeypatch.setattr(type(painter), "device", torch.device("cuda", 0))
    resolved = painter.resolve_settings(painter.Settings())
    assert resolved.offload == painter.resolve_settings(resolved).offload == "none"


def test_other_schedulers_paint_other_pictures_or_are_refused(folder: Callable[[str], Path]) -> None:
    painter = opened(str(folder("sd15")), None)
    assert painter.data.size == (32, 32)
    plain, ancestral = (
        painter.paint(1, prompt="a boat", scheduler=name, **FAST).pictures for name in ("own", "euler_ancestral")
    )
    assert not torch.equal(plain, ancestral)
    assert torch.equal(plain, painter.paint(1, prompt="a boat", **FAST).pictures)
    with pytest.raises(ConfigError, match=r"scheduler = 'ddim'.*FlowMatchEulerDiscreteScheduler.*choose own"):
        opened(str(folder("flux")), Size(32, 32)).paint(1, prompt="a boat", scheduler="ddim", **FAST)


def test_words_that_would_not_count_are_refused(folder: Callable[[str], Path]) -> None:
    flux = opened(str(folder("flux")), Size(32, 32))
    with pytest.raises(ConfigError, match="FluxPipeline, which follows no negative prompt"):
        flux.paint(1, prompt="a boat", negative="a hill", **FAST)
    sd15 = opened(str(folder("sd15")), None)
    with pytest.raises(ConfigError, match="offload = 'model' is for bases on a GPU, and this one computes on the"):
        sd15.paint(1, prompt="a boat", offload="model", **FAST)
    with pytest.raises(ConfigError, match="needs guidance above 1, not 1"):
        sd15.paint(1, prompt="a boat", negative="a hill", guidance=1.0, **FAST)
    with pytest.raises(ConfigError, match=r"multiples of 4 px, not 36 × 34 px"):
        replace_size(flux, (36, 34))
    remarks = sd15.remarks(sd15.condition(0, range(1), prompt="a boat"), sd15.load_settings({}))
    assert any("names no licence" in remark for remark in remarks)


def replace_size(painter: Painter, size: tuple[int, int]) -> None:
    data = replace(painter.data, size=size)
    painter.base(painter.Settings()).check_size(data)


def test_saved_it_needs_its_base_and_knows_it_again(copied: Path, tmp_path: Path) -> None:
    painter = opened(str(copied), None)
    painter.save_pretrained(tmp_path / "saved")
    assert sum(file.stat().st_size for file in (tmp_path / "saved").iterdir()) < 20_000
    request = {"prompt": "a boat", **FAST}
    loaded = Painter.from_pretrained(tmp_path / "saved")
    assert torch.equal(loaded.paint(1, **request).pictures, painter.paint(1, **request).pictures)
    without(copied, note="changed")
    with pytest.raises(CheckpointError, match="has changed: its hash is"):
        Painter.from_pretrained(tmp_path / "saved").paint(1, **request)


def test_bases_with_missing_or_foreign_parts_are_refused(copied: Path) -> None:
    weights = next((copied / "unet").glob("*.safetensors"))
    content = weights.read_bytes()
    weights.unlink()
    with pytest.raises(ImpastoError, match=r"part 'unet' .*not all there.*interrupted"):
        base_files(str(copied))
    weights.with_suffix(".bin").write_bytes(b"pickle")
    with pytest.raises(CheckpointError, match="which is a pickle and could run any program"):
        base_files(str(copied))
    weights.write_bytes(content[:-100])
    with pytest.raises(CheckpointError, match="cannot be loaded as a StableDiffusionPipeline"):
        opened(str(copied), None).paint(1, prompt="a", **FAST)
    weights.write_bytes(content)
    (copied / "text_encoder").rename(copied / "away")
    with pytest.raises(ImpastoError, match=r"The text encoder 'text_encoder' .* is missing, and without it words"):
        base_files(str(copied))
    (copied / "away").rename(copied / "text_encoder")
    without(copied, unet=["my_code", "MyUNet"])
    with pytest.raises(NotCapable, match="MyUNet of 'my_code', which is code that comes with the model"):
        base_files(str(copied))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("StableDiffusionInpaintPipeline", "does not paint pictures from words alone with"),
        ("WanPipeline", "does not paint pictures from words alone with"),
        ("DreamPipeline", "is a DreamPipeline, which this version of diffusers does not have"),
        (["mine", "Pipeline"], "bring code of their own are not run"),
    ],
)
def test_classes_that_do_not_paint_from_words_are_named(name: object, message: str, copied: Path) -> None:
    without(copied, _class_name=name)
    with pytest.raises(NotCapable, match=message):
        base_files(str(copied))


def test_single_files_that_hold_no_base_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    (tmp_path / "m.ckpt").write_bytes(b"pickle")
    assert resolve(tmp_path / "m.ckpt") == Base(str(tmp_path / "m.ckpt"))
    with pytest.raises(CheckpointError, match="may be a pickle, which could run any program, and is not opened"):
        base_files(str(tmp_path / "m.ckpt"))
    save_file({"lora_unet_x.lora_up.weight": torch.ones(1)}, tmp_path / "l.safetensors")
    with pytest.raises(UsageError, match="is a LoRA and no base"):
        base_files(str(tmp_path / "l.safetensors"))
    (tmp_path / "d.safetensors").write_bytes(b"no")
    with pytest.raises(CheckpointError, match="damaged or no safetensors"):
        base_files(str(tmp_path / "d.safetensors"))


def test_offline_nothing_is_fetched_and_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ImpastoError, match=r"nota-ai/bk-sdm-tiny is not on this machine, and HF_HUB_OFFLINE.*OpenRAIL"):
        api.paint("hub:bk-sdm-tiny", tmp_path / "out", count=1, prompt="a boat")
    assert not (tmp_path / "out").exists()
    with pytest.raises(CheckpointError, match="no id on the hub"):
        snapshot("not/an/id", patterns=["*"])
    with pytest.raises(UnknownName, match="did you mean 'sdxl'"):
        base_files("hub:sdxxl")
    with pytest.raises(UsageError, match=r"pipeline needs a model that others trained.*hub:sd15"):
        api.paint("pipeline", tmp_path / "out", count=1)


def test_downloads_are_allowed_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IMPASTO_DOWNLOAD", raising=False)
    with allow_downloads():
        assert is_set("IMPASTO_DOWNLOAD")
    with allow_downloads(allowed=False):
        assert not is_set("IMPASTO_DOWNLOAD")
    assert not is_set("IMPASTO_DOWNLOAD")
    assert "names no licence" in str(Described(10**9))
    assert str(Described(2 * 10**9, "mit")) == "It takes 2.00 GB, under the licence 'mit'."


def test_bases_with_a_short_name_are_listed_whole() -> None:
    assert len({base.repository for base in BASES.values()}) == len(BASES) >= 10
    assert known_base("hub:sdxl@abc") == known_base("hub:stabilityai/stable-diffusion-xl-base-1.0") == BASES["sdxl"]
    assert all(base.licence and base.size and base.remark for base in BASES.values())
    assert "they forbid some uses" in BASES["sd15"].sentence
