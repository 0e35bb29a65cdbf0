"""Painters that are lightened stay painters, and say what was done to them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

import impasto
from impasto import pretrained
from impasto.contract import Batch, BatchNoise, Condition
from impasto.data.store import Store
from impasto.errors import ConfigError, NotCapable, UnknownName, UsageError
from impasto.events import silent
from impasto.files import read_json
from impasto.lightening.distil import DistilSettings, Teaching, estimate_leading_to, levels_between
from impasto.lightening.prune import Prune, PruneSettings
from impasto.lightening.quantize import Quantize, QuantizeSettings
from impasto.nn.residual import ResidualBlock
from impasto.painters.diffusion.ddpm import DDPM
from impasto.painters.diffusion.flow_unet import FlowUNet
from impasto.sampling.samplers import ddim

FAST = {"samples": 0, "batch": 4, "steps": 2, "precision": "fp32"}


def learned(cls: type[FlowUNet] | type[DDPM] = FlowUNet, **values: object) -> FlowUNet | DDPM:
    """A painter with random weights, also in the layers that begin near zero."""
    torch.manual_seed(0)
    painter = cls.build("tiny", **{"categories": ("dawn", "dusk"), "channels": (32, 64), **values}).eval()
    with torch.no_grad():
        for parameter in painter.net.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.02)
    return painter


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("painters") / "original"
    learned().save_pretrained(folder)
    return folder


def test_all_of_it_gives_a_painter_like_any_other(original: Path, store: Store, tmp_path: Path) -> None:
    settings = {**FAST, "sampling_steps": 2, "teacher_steps": 2, "limit": 1.0, "calibration": 2}
    light = impasto.lighten(original, tmp_path / "light", store=store.root, settings=settings, watch=silent)
    painter = pretrained.load(light)
    assert isinstance(painter, FlowUNet)
    assert [change["by"] for change in painter.changes] == ["prune", "distil", "quantize"]
    assert (painter.settings_for({}).steps, painter.settings_for({"steps": 5}).steps) == (2, 5)
    (picture,) = impasto.paint(light, tmp_path / "gallery", count=1, seed=4, watch=silent)
    assert impasto.repaint(picture, tmp_path / "again.png", painter=light).identical
    before, after = light.parity["bytes"]
    assert after < 0.3 * before
    card = (light.painter / "README.md").read_text()
    assert f"{before / 1e6:.2f} | {after / 1e6:.2f}" in card
    assert pretrained.state_hash(pretrained.load(original)) in card
    with pytest.raises(NotCapable, match="changed by 'quantize' and cannot be trained"):
        impasto.train(store.root, out=tmp_path / "run", from_=light.painter, steps=1, watch=silent)


def test_narrow_layers_stay_narrow_in_training(store: Store, tmp_path: Path) -> None:
    learned().with_guide(learned(channels=(32,))).save_pretrained(tmp_path / "guided")
    light = impasto.lighten(tmp_path / "guided", tmp_path / "light", by="prune", watch=silent)
    run = impasto.train(store.root, out=tmp_path / "run", from_=light, settings=FAST, watch=silent)
    assert pretrained.load(run).changes == pretrained.load(light).changes


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"by": "shrink"}, UnknownName, "shrink"),
        ({"by": "prune,prune"}, UsageError, "names a way twice"),
        ({"by": "quantize,prune"}, UsageError, "cannot be changed further; let it be the last"),
        ({"by": "distil"}, UsageError, "name the store that the painter was trained on"),
        ({"by": "prune", "minutes": 3}, UsageError, "prune trains nothing; leave out minutes, or add 'distil'"),
        ({"by": "prune", "settings": {"keap": 0.5}}, ConfigError, "did you mean 'keep'"),
    ],
)
def test_what_cannot_be_done_is_refused(original: Path, tmp_path: Path, options, error, sentence) -> None:
    with pytest.raises(error, match=sentence):
        impasto.lighten(original, tmp_path / "out", watch=silent, **options)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"by": "nothing"}, UnknownName),
        ({"by": "prune", "groups": {"net.middle.block": 99}}, ConfigError),
        ({"by": "quantize", "layers": ["net"]}, ConfigError),
        ({"by": "quantize", "storage": "fp1"}, ConfigError),
        ({"by": "quantize", "layers": [], "group": 0}, ConfigError),
    ],
)
def test_a_description_with_a_strange_change_is_refused(original: Path, change, error) -> None:
    description = {**read_json(original / "config.json"), "changes": [change]}
    with pytest.raises(error):
        pretrained.rebuild(description)


def test_an_estimate_leads_where_it_was_computed_to_lead() -> None:
    for painter in (learned(), learned(DDPM)):
        now, then = painter.levels(4)[1:3]
        x, ahead = torch.randn(2, 2, 3, 8, 8, dtype=torch.float64)
        estimate = estimate_leading_to(ahead, x, now, then)
        torch.testing.assert_close(ddim(lambda *_, e=estimate: e, x, [now, then]), ahead)


def losses(painter: FlowUNet | DDPM, steps: int) -> list[float]:
    """Losses of a student that is its own teacher, which takes some steps in each of the student's."""
    teaching = Teaching(painter, DistilSettings(sampling_steps=3, teacher_steps=steps))
    batch = Batch(torch.empty(2, 3, 32, 32), Condition(2), BatchNoise(0, 0, slice(0, 2), 2))
    return [turn.loss.item() for turn in teaching.turns(painter, batch, 0)]


@pytest.mark.parametrize("cls", [FlowUNet, DDPM])
def test_who_takes_the_same_steps_as_the_teacher_has_nothing_to_learn(cls) -> None:
    painter = learned(cls, categories=())
    painter.clips_estimates = False  # A teacher's estimates are cut off at black and white, those of a student are not.
    alike = losses(painter, 1)
    assert len(alike) == 3
    assert max(alike) < 1e-8
    assert min(losses(painter, 4)[:2]) > 1e-6


def test_levels_between_two_are_those_of_a_finer_schedule() -> None:
    painter = learned()
    fine = painter.levels(12, shift=2.5)
    coarse = painter.levels(3, shift=2.5)
    assert levels_between(fine, coarse[1], coarse[2], 4) == fine[4:9]


@pytest.mark.parametrize("condition", [0, 8])
def test_a_narrow_block_computes_what_the_kept_channels_contributed(condition: int) -> None:
    torch.manual_seed(0)
    block = ResidualBlock(32, 64, condition, "up", 16).eval()
    x, skip = torch.randn(2, 32, 4, 4), torch.randn(2, 16, 8, 8)
    given = torch.randn(2, condition) if condition else None
    with torch.no_grad():
        block.conv2.weight[:, 16:32] = 0
        expected = block(x, given, skip)
        block.narrow([0, 2, 3])
        torch.testing.assert_close(block(x, given, skip), expected, atol=1e-5, rtol=1e-5)


def test_the_groups_with_the_smallest_weights_go() -> None:
    painter = learned()
    block = painter.net.middle.block
    with torch.no_grad():
        block.conv1.weight[16:32] *= 0.01
        block.conv2.weight[:, 16:32] *= 0.01
    remaining = block.conv1.weight[[*range(16), *range(32, 64)]].clone()
    change = Prune.make(painter, PruneSettings(keep=0.75), lambda text: None)
    assert change["groups"]["net.middle.block"] == 3
    assert torch.equal(block.conv1.weight, remaining)


def test_layers_that_harm_pictures_stay_in_32_bits(weights: Path) -> None:
    free = learned(DDPM)
    strict = learned(DDPM)
    all_layers = Quantize.make(free, QuantizeSettings(limit=1.0, calibration=2), lambda text: None)
    few_layers = Quantize.make(strict, QuantizeSettings(limit=1e-6, calibration=2), lambda text: None)
    assert len(few_layers["layers"]) < len(all_layers["layers"])
    errors = all_layers["errors"]
    assert max(errors, key=errors.__getitem__) not in few_layers["layers"]


@pytest.mark.parametrize("storage", ["fp16", "bf16"])
def test_weights_of_16_bits_take_half_the_room_and_come_back(tmp_path: Path, original: Path, storage: str) -> None:
    light = impasto.lighten(original, tmp_path / "light", by="quantize", settings={"weights": storage}, watch=silent)
    sizes = [(folder / "model.safetensors").stat().st_size for folder in (original, light.painter)]
    assert sizes[1] < 0.55 * sizes[0]
    painter = pretrained.load(light)
    values = pretrained.load(original).net.stem.weight
    assert torch.equal(painter.net.stem.weight, values.to(painter.storage).float())
    assert json.loads((light.painter / "config.json").read_text())["changes"] == [
        {"by": "quantize", "storage": storage}
    ]


def test_weights_of_4_bits_come_back_and_those_of_8_where_4_harm_pictures(tmp_path: Path, weights: Path) -> None:
    painter = learned()
    whole = 4 * sum(parameter.numel() for parameter in painter.parameters())
    settings = QuantizeSettings(weights="int4", limit=1.5e-4, calibration=2)
    change = Quantize.make(painter, settings, lambda text: None)
    assert change["layers"]
    assert next(iter(change["errors"])) in change["spared"]
    painter.changes = ({"by": "quantize", **change},)
    painter.save_pretrained(tmp_path / "light")
    again = pretrained.load(tmp_path / "light")
    assert isinstance(again, FlowUNet)
    assert torch.equal(again.paint(2, steps=2).pictures, painter.paint(2, steps=2).pictures)
    assert (tmp_path / "light" / "model.safetensors").stat().st_size < 0.3 * whole
