"""Low-rank adapters of tiny pipelines of real classes: they are trained, resumed, written, read and applied."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import test_promises as promises
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from impasto import api, catalogue
from impasto.api.exporting import save_diffusers
from impasto.contract import Batch, Condition, Denoises, Painter, PictureNoise
from impasto.data.store import Store
from impasto.errors import CheckpointError, ConfigError, NotCapable, RecipeError
from impasto.events import silent
from impasto.images.size import Size
from impasto.painters.hub.frozen_base import frozen_base
from impasto.painters.hub.lora import FILE, Lora
from impasto.painters.hub.lora_files import read_lora, trigger_of
from impasto.painters.hub.pipeline import SEEDS
from impasto.painters.hub.pipeline_settings import PipelineSettings
from impasto.painters.opening import opened
from impasto.training import loop
from impasto.training.moves import Moves
from impasto.training.processes import Processes

FAST = {"steps": 2, "guidance": 1.0}

pytestmark = pytest.mark.filterwarnings("ignore:__array__:DeprecationWarning")
"""diffusers says it of numpy."""


@pytest.fixture(scope="module")
def folder(tiny_base: Callable[..., Path]) -> Callable[..., Path]:
    """The folder of a tiny pipeline of a kind; the same one for all tests, which leave it as it is."""
    return tiny_base


@pytest.fixture(autouse=True)
def _no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "write_report", lambda run: None)


def built(base: Path, **values: object) -> Lora:
    torch.manual_seed(0)
    painter = catalogue.painter("lora").build("tiny", resolution=32, captions=True, base=str(base), **values)
    assert isinstance(painter, Lora)
    return painter


def moved(painter: Lora) -> Lora:
    """The same with adapters that change pictures."""
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in painter.parameters():
            parameter.normal_(std=0.5)
    return painter


def test_lora_keeps_what_all_painters_promise(
    folder: Callable[..., Path], stored: Callable[..., Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(name: str, resolution: int = 32, **values: object) -> Painter:
        return built(folder("sd15"), lr=0.01)

    monkeypatch.setattr(promises, "build", build)
    monkeypatch.setattr(promises, "needed", lambda painter: FAST)
    store = stored(tmp_path / "store", count=24)
    promises.test_killed_and_resumed_equals_never_killed("lora", store, tmp_path)
    promises.test_gradients_reach_every_parameter_of_every_player("lora")
    promises.test_each_players_loss_falls_when_it_alone_overfits_a_batch("lora")
    promises.test_saved_and_loaded_it_paints_the_same("lora", tmp_path / "saved")
    promises.test_finite_under_bf16("lora")
    whole = {name: values for name, values in promises.weights(tmp_path / "whole").items() if "digest" not in name}
    assert all(name.startswith("adapters.") for name in whole)


def test_micro_batches_learn_what_one_batch_learns(
    folder: Callable[..., Path], stored: Callable[..., Store], tmp_path: Path
) -> None:
    split = stored(tmp_path / "store", count=24).split("train")
    start = built(folder("sd15")).double().state_dict()
    ends = []
    with promises.exact_arithmetic():
        for micro in (1, 2):
            run = tmp_path / str(micro)
            promises.train(built(folder("sd15")).double(), split, run, promises.settings(steps=2, micro=micro))
            ends.append({k: v for k, v in promises.weights(run).items() if "digest" not in k})
    assert promises.distance(*ends, start) < 1e-6


@pytest.mark.parametrize(
    ("kind", "values"),
    [("sd15", {"prediction": "v_prediction"}), ("sdxl", {}), ("sd3", {}), ("flux", {})],
)
def test_the_error_is_that_of_the_base_where_nothing_was_learned(
    kind: str, values: dict[str, str], folder: Callable[..., Path]
) -> None:
    painter = built(folder(kind, **values), snr_gamma=0.0, caption_dropout=0.0)
    batch = promises.batch_of(4)
    (turn,) = painter.turns(batch, 0)
    turn.loss.backward()
    # The words' side of the last block of some transformers ends nowhere.
    ups = [adapter.up.grad for name, adapter in painter.adapters.by_layer().items() if ".to_" in name]
    assert all(gradient is not None and gradient.abs().max() > 0 for gradient in ups)
    base = painter.base(painter.Settings())
    again = promises.batch_of(4)
    clean = base.line.encode(again.pictures)
    noise = again.noise.normal(*clean.shape[1:])
    mixture = painter.objective(base).mixture(again.noise)
    base.switch(())
    words = base.line.words([*again.condition.words])
    with torch.no_grad():
        estimate = base.line.predict(mixture.signal * clean + mixture.sigma * noise, mixture.time, words)
    target = {"epsilon": noise, "v_prediction": mixture.signal * noise - mixture.sigma * clean}.get(
        base.pipe.scheduler.config.get("prediction_type", ""), noise - clean
    )
    torch.testing.assert_close(turn.loss, (estimate - target).square().mean(), rtol=1e-5, atol=1e-6)


def test_the_sample_in_training_equals_the_picture_painted_later(
    folder: Callable[..., Path], stored: Callable[..., Store], tmp_path: Path
) -> None:
    store = stored(tmp_path / "store", count=24)
    painter = built(folder("sd15"), lr=0.05, trigger="hand")
    split = store.split("train")
    promises.train(painter, split, tmp_path / "run", promises.settings(steps=2, ema=0.0))
    sample = painter.paint(1, seed=4, prompt="a boat", **FAST).pictures
    later = api.open(tmp_path / "run").model
    assert torch.equal(later.paint(1, seed=4, prompt="a boat", **FAST).pictures, sample)
    assert api.open(tmp_path / "run", size=(32, 40)).paint(1, prompt="a boat", settings=FAST).arrays.shape[1:3] == (
        32,
        40,
    )
    without = later.paint(1, seed=4, prompt="a boat", strength=0.0, **FAST).pictures
    assert not torch.equal(without, sample)
    base = opened(str(folder("sd15")), None)
    assert torch.equal(base.paint(1, seed=4, prompt="a boat", **FAST).pictures, without)
    assert painter.prompt_for("a boat") == "hand, a boat"


def test_on_a_gpu_it_paints_and_learns_the_same(folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promises, "build", lambda name: built(folder("sd15")))
    monkeypatch.setattr(promises, "needed", lambda painter: FAST)
    promises.test_on_a_gpu_it_paints_the_same("lora", monkeypatch)
    promises.test_on_a_gpu_it_learns_the_same("lora", monkeypatch)
    frozen_base.cache_clear()


def test_the_base_computes_on_the_device_of_the_training(
    folder: Callable[..., Path], stored: Callable[..., Store], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whatever computes elsewhere than the training finds no such device.
    monkeypatch.setenv("IMPASTO_DEVICE", "cuda:99")
    store = stored(tmp_path / "store", count=24).root
    settings = {"base": str(folder("sd15")), "samples": 0}
    run = {"device": "cpu", "preset": "tiny", "batch": 2, "steps": 1, "settings": settings, "watch": silent}
    assert api.train("lora", store, tmp_path / "run", **run).step == 1


@pytest.mark.parametrize("kind", ["sd15", "sdxl", "sd3", "flux"])
def test_diffusers_paints_the_same_with_the_file(kind: str, folder: Callable[..., Path], tmp_path: Path) -> None:
    pytest.importorskip("peft")
    import diffusers

    painter = moved(built(folder(kind), alpha=2.0, trigger="hand"))
    save_diffusers(painter, tmp_path / "lora")
    assert [file.name for file in (tmp_path / "lora").iterdir()] == [FILE]
    ours = painter.paint(1, seed=2, prompt="a boat", **FAST).pictures
    pipe = diffusers.DiffusionPipeline.from_pretrained(folder(kind))
    pipe.set_progress_bar_config(disable=True)
    generator = [torch.Generator().manual_seed(generator_seed(2))]
    call = {"height": 32, "width": 32, "num_inference_steps": 2, "guidance_scale": 1.0, "output_type": "pt"}
    plain = pipe("a boat", generator=generator, **call).images
    pipe.load_lora_weights(tmp_path / "lora")
    generator = [torch.Generator().manual_seed(generator_seed(2))]
    theirs = pipe("a boat", generator=generator, **call).images
    torch.testing.assert_close(ours, theirs * 2 - 1, atol=1e-4, rtol=0)
    assert (theirs - plain).abs().max() > 1e-3
    # And back again: as a LoRA of the bare base, with strengths that sum to the same.
    again = opened(str(folder(kind)), Size(32, 32))
    files = [str(tmp_path / "lora" / FILE)] * 2
    twice = again.paint(1, seed=2, prompt="a boat", loras=files, strengths=[0.25, 0.75], **FAST).pictures
    torch.testing.assert_close(twice, ours, atol=1e-4, rtol=0)
    read = read_lora(Path(files[0]), again.base(again.Settings()))
    assert read.trigger == "hand"
    assert len(read.adapters) == len(painter.adapters.by_layer())


def generator_seed(seed: int) -> int:
    """The seed of the generator of picture 0 of a seed."""
    return int(PictureNoise(seed, range(1)).integers(SEEDS).item())


def kohya(file: Path, names: list[str], alpha: float) -> Path:
    """A LoRA in the layout of sd-scripts, for layers of attention of a UNet."""
    generator = torch.Generator().manual_seed(0)
    tensors = {}
    for name in names:
        key = "lora_unet_" + name.replace(".", "_")
        width = 4 if "down_blocks_0" in key or "up_blocks_1" in key else 8
        tensors[f"{key}.lora_down.weight"] = torch.randn(2, width, generator=generator)
        tensors[f"{key}.lora_up.weight"] = torch.randn(width, 2, generator=generator)
        tensors[f"{key}.alpha"] = torch.tensor(alpha)
    metadata = {"ss_tag_frequency": json.dumps({"1_x": {"olya": 9, "boat": 2}})}
    save_file(tensors, file, metadata=metadata)
    return file


def test_a_file_of_sd_scripts_is_read_with_its_alpha_and_trigger(folder: Callable[..., Path], tmp_path: Path) -> None:
    base = opened(str(folder("sd15")), None).base(PipelineSettings())
    names = [name.removeprefix("unet.") for name in base.layers if name.endswith(("attn1.to_q", "attn1.to_out.0"))]
    read = read_lora(kohya(tmp_path / "k.safetensors", names, 1.0), base)
    assert sorted(read.adapters) == sorted(f"unet.{name}" for name in names)
    assert {adapter.scale for adapter in read.adapters.values()} == {0.5}
    assert read.trigger == "olya"


def test_a_lora_of_which_any_key_has_no_place_is_refused_with_the_list(
    folder: Callable[..., Path], tmp_path: Path
) -> None:
    painter = moved(built(folder("sd15")))
    save_diffusers(painter, tmp_path / "lora")
    state = load_file(tmp_path / "lora" / FILE)
    extra = "unet.mid_block.attentions.7.to_q"
    state |= {f"{extra}.lora_A.weight": torch.ones(4, 8), f"{extra}.lora_B.weight": torch.ones(8, 4)}
    save_file(state, tmp_path / "strange.safetensors")
    bare = opened(str(folder("sd15")), None)
    with pytest.raises(CheckpointError, match=r"2 of its \d+ tensors have no place.*\.7\.to_q.*Nothing of it"):
        bare.paint(1, prompt="a boat", loras=[str(tmp_path / "strange.safetensors")], **FAST)
    with pytest.raises(CheckpointError, match=r"does not fit .*StableDiffusionXLPipeline"):
        read_lora(tmp_path / "lora" / FILE, opened(str(folder("sdxl")), None).base(PipelineSettings()))
    with pytest.raises(CheckpointError, match="may be a pickle and is not opened"):
        read_lora(tmp_path / "lora.ckpt", bare.base(PipelineSettings()))
    with pytest.raises(ConfigError, match="1 loras and 2 strengths"):
        bare.paint(1, prompt="a boat", loras=[str(tmp_path / "lora" / FILE)], strengths=[1, 1], **FAST)


def test_the_words_of_a_lora_are_its_phrase_or_its_most_frequent_tag() -> None:
    assert trigger_of({"modelspec.trigger_phrase": "by olya", "ss_tag_frequency": "{}"}) == "by olya"
    assert trigger_of({"ss_tag_frequency": '{"a": {"x ": 1, "y": 2}, "b": {"x": 2}}'}) == "x"
    assert trigger_of({"ss_tag_frequency": "no json"}) == ""


def test_captions_are_learned_after_the_trigger_and_some_without_words(folder: Callable[..., Path]) -> None:
    painter = built(folder("sdxl"), trigger="hand", caption_dropout=0.5)
    encoder = painter.encoders["words"]
    texts = ["a boat", "a hill"]
    packed = encoder(texts)
    words = painter.base(painter.Settings()).line.words(["hand, a boat", "hand, a hill"])
    assert all(torch.equal(values, words[name]) for name, values in encoder.unpacked(packed).items())
    batch = promises.batch_of(64)
    condition = Condition(64, words=("a boat",) * 64)
    learned = painter.learned_words(
        painter.base(painter.Settings()), condition, Batch(batch.pictures, condition, batch.noise).noise
    )["pooled"]
    silent = learned.abs().sum(1) == 0  # The base's own way to say nothing.
    assert 20 < int(silent.sum()) < 44


def test_other_words_change_less_where_the_prior_is_preserved(folder: Callable[..., Path]) -> None:
    changes = []
    for weight in (0.0, 20.0):
        painter = built(folder("sd15"), lr=0.02, prior_weight=weight, prior_words="a boat", caption_dropout=0.0)
        moves = Moves(painter, Processes("cpu"))
        for step in range(12):
            result = moves.step([promises.batch_of(step=step)], step, 12)
            assert ("change_of_prior" in str(result.logs)) == (weight > 0)
        noisy = torch.randn(4, 4, 4, 4, generator=torch.Generator().manual_seed(0))
        condition = Condition(4, words=("a boat",) * 4)
        level = painter.levels(10)[5]
        with torch.no_grad():
            learned, before = (
                painter.guided_denoiser(condition, painter.Settings(strength=s, guidance=1.0))(noisy, level)
                for s in (1.0, 0.0)
            )
        changes.append(float((learned - before).square().mean()))
    assert changes[1] < 0.5 * changes[0]


def test_lora_without_a_base_is_refused() -> None:
    with pytest.raises(ConfigError, match="lora needs the setting base, for example"):
        catalogue.painter("lora").build("tiny")


def test_other_programs_read_what_a_file_says_about_itself(folder: Callable[..., Path]) -> None:
    metadata = built(folder("sd15"), trigger="hand").metadata()
    assert metadata["ss_network_dim"] == metadata["ss_network_alpha"] == "4"
    assert metadata["modelspec.trigger_phrase"] == "hand"
    assert metadata["impasto.base_licence"] == "not named"
    assert json.loads(metadata["impasto.config"])["rank"] == 4


def test_a_base_that_cannot_be_taught_is_named_and_paints(folder: Callable[..., Path]) -> None:
    with pytest.raises(NotCapable, match="is a LatentConsistencyModelPipeline, which paints here and cannot be taught"):
        built(folder("lcm"))
    painter = opened(str(folder("lcm")), None)
    assert not isinstance(painter, Denoises)
    assert painter.paint(1, prompt="a boat", steps=1).pictures.std() > 0


def test_a_recipe_of_an_edit_opens_only_loras_within_reach(
    folder: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    save_diffusers(moved(built(folder("sd15"))), home / "lora")
    Image.new("RGB", (32, 32), "teal").save(home / "a.png")
    how = {"steps": 1, "strength": 0.5, "loras": [f"lora/{FILE}"]}
    edited = api.edit(
        "vary", "a.png", "b.png", painter=str(folder("sd15")), prompt="a boat", settings=how, watch=silent
    )
    assert api.repaint(edited.picture).identical
    (tmp_path / "away").mkdir()
    (home / "lora").rename(tmp_path / "away" / "lora")
    with pytest.raises(RecipeError, match=r"The loras\.0 of .*b\.png.* is no longer there"):
        api.repaint(edited.picture)
    assert api.repaint(edited.picture, given={"loras.0": tmp_path / "away" / "lora" / FILE}).identical
