from __future__ import annotations

from pathlib import Path

import pytest
import torch

import impasto
from impasto import pretrained
from impasto.api.loading import newest_average
from impasto.data.store import Store
from impasto.errors import CheckpointError
from impasto.files import read_json
from impasto.painters.diffusion.flow_unet import FlowUNet
from impasto.training.kept_guide import forget_guide, keep_guide, kept_step, with_kept_guide

FAST = {"samples": 0, "batch": 4, "held_out": 0, "checkpoint_every": 2, "precision": "fp32"}


def trained(store: Store, run: Path, steps: int, painter: str = "flow_unet", **settings: object) -> Path:
    impasto.train(painter, store, run, preset="tiny", steps=steps, settings={**FAST, **settings}, watch=impasto.silent)
    return run


def guide_of(folder: Path) -> torch.nn.Module | None:
    painter = pretrained.load(folder)
    assert isinstance(painter, FlowUNet)
    return painter.guide


def test_a_run_exports_its_painter_with_an_early_state_as_its_guide(store: Store, tmp_path: Path):
    run = trained(store, tmp_path / "run", 6, guide_at=0.5, points=True, checkpoint_every=3)
    guided = pretrained.load(run)
    assert isinstance(guided, FlowUNet)
    assert guided.guide is not None
    assert kept_step(run) == 3
    early = pretrained.rebuild(read_json(run / "run.json"))
    assert isinstance(early, FlowUNet)
    pretrained.load_weights(early, run / "points" / "step-000000003.safetensors")
    for name, values in early.net.state_dict().items():
        assert torch.equal(guided.guide.state_dict()[name], values)
    assert any(not torch.equal(a, b) for a, b in zip(guided.net.parameters(), early.net.parameters(), strict=True))
    facts = read_json(run / "painter" / "config.json")["facts"]["guide"]
    assert facts == {"hash": pretrained.state_hash(early), "step": 3}
    assert guided.resolve_settings(guided.Settings()).autoguidance == 2


def test_nothing_is_kept_where_none_is_asked_for_or_the_painter_takes_none(store: Store, tmp_path: Path):
    run = trained(store, tmp_path / "run", 4, guide_at=0)
    assert not (run / "guide").exists()
    assert guide_of(run) is None
    assert not (trained(store, tmp_path / "vae", 4, "vae") / "guide").exists()


def test_a_run_that_goes_on_keeps_the_same_guide_as_one_in_one_piece(store: Store, tmp_path: Path):
    whole = trained(store, tmp_path / "whole", 6, guide_at=0.5)
    parts = trained(store, tmp_path / "parts", 4, guide_at=0.5)
    assert kept_step(parts) == 2
    trained(store, parts, 6, guide_at=0.5)
    # The plan grew from 4 to 6 steps: by then two thirds are done, and the guide of step 2 stays.
    assert kept_step(parts) == 2
    assert kept_step(whole) == 3
    longer = trained(store, tmp_path / "longer", 2, guide_at=0.5)
    trained(store, longer, 6, guide_at=0.5)
    assert kept_step(longer) == 3
    assert [file.name for file in (longer / "guide").iterdir()] == ["step-000000003.safetensors"]
    assert pretrained.state_hash(pretrained.load(longer)) == pretrained.state_hash(pretrained.load(whole))


def test_a_guide_of_later_steps_is_forgotten_and_does_not_guide_earlier_weights(tmp_path: Path):
    painter = FlowUNet.build("tiny")
    keep_guide(tmp_path, painter, 5)
    assert with_kept_guide(tmp_path, painter, 5) == (painter, {})
    guided, facts = with_kept_guide(tmp_path, painter, 6)
    assert isinstance(guided, FlowUNet)
    assert guided.guide is not None
    assert facts["guide"]["step"] == 5
    forget_guide(tmp_path, 5)
    assert kept_step(tmp_path) == 5
    forget_guide(tmp_path, 4)
    assert kept_step(tmp_path) == 0
    forget_guide(tmp_path, 0)


def test_a_painter_of_a_running_training_has_its_guide_too(store: Store, tmp_path: Path):
    run = trained(store, tmp_path / "run", 6, guide_at=0.5)
    average = newest_average(run)
    assert isinstance(average, FlowUNet)
    assert average.guide is not None


def test_a_damaged_guide_is_named(tmp_path: Path):
    painter = FlowUNet.build("tiny")
    keep_guide(tmp_path, painter, 5)
    file = tmp_path / "guide" / "step-000000005.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match=r"step-000000005.safetensors is damaged"):
        with_kept_guide(tmp_path, painter, 6)
