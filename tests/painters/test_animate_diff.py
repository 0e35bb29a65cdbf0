"""Temporal layers over small still painters: what they leave alone, what they learn, and what they are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import test_promises as promises
import torch
from safetensors.torch import load_file
from test_claims import check_animates

from impasto import catalogue
from impasto.contract import Batch, BatchNoise, Condition, Painter, PictureNoise
from impasto.errors import CheckpointError, ConfigError
from impasto.painters.video.animate_diff import AnimateDiff
from impasto.painters.video.frame_noise import FrameNoise
from impasto.training import loop
from impasto.training.loop import train
from rich_store import rich_store

FRAMES = 3
SMALL = {"channels": (16, 16), "grid": 8, "attention": (8,)}
FAST = {"steps": 3}
PICTURES_OF = promises.batch_of


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """The folder of a small still painter of a kind and seed; the same one for all tests."""
    root = tmp_path_factory.mktemp("stills")

    def saved(kind: str = "ddpm", seed: int = 0, **values: Any) -> Path:
        folder = root / f"{kind}-{seed}-{len(values)}"
        if not folder.exists():
            torch.manual_seed(seed)
            labels = {"categories": promises.CATEGORIES, "shares": promises.SHARES}
            catalogue.painter(kind).build("tiny", **{**SMALL, **labels, **values}).save_pretrained(folder)
        return folder

    return saved


@pytest.fixture(autouse=True)
def _no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "write_report", lambda run: None)


def built(folder: Path, **values: Any) -> AnimateDiff:
    torch.manual_seed(0)
    labels = {"categories": promises.CATEGORIES, "shares": promises.SHARES}
    painter = catalogue.painter("animate_diff").build(
        "tiny", still=str(folder), **{"frames": FRAMES, **labels, **values}
    )
    assert isinstance(painter, AnimateDiff)
    return painter


def moved(painter: AnimateDiff) -> AnimateDiff:
    """The same with layers that change frames."""
    torch.manual_seed(1)
    with torch.no_grad():
        for layer in painter.layers:
            layer.leave.weight.normal_(std=0.1)
    return painter


def clips_of(count: int = 4, step: int = 0) -> Batch:
    pictures = PICTURES_OF(count * FRAMES).pictures.unflatten(0, (count, FRAMES))
    noise = BatchNoise(0, step, slice(0, count), count)
    return Batch(pictures, Condition(count, category=torch.arange(count) % 2), noise)


@pytest.mark.parametrize("kind", ["ddpm", "flow_unet"])
def test_without_motion_its_frames_are_the_pictures_of_the_still_painter(kind: str, still: Callable[..., Path]) -> None:
    painter = built(still(kind))
    its = Painter.from_pretrained(still(kind))
    # Moved or not, motion = 0 leaves the still painter's picture of the same seed in every frame.
    picture = its.paint(2, seed=5, category="dusk", **FAST).pictures
    clips = moved(painter).paint(2, seed=5, category="dusk", motion=0, **FAST).pictures
    assert clips.shape == (2, FRAMES, 3, 32, 32)
    assert torch.equal(clips, picture[:, None].expand_as(clips))
    # Untrained layers change nothing, at whatever noise.
    painter = built(still(kind), shared_noise=0.8)
    clips = painter.paint(2, seed=5, category="dusk", **FAST).pictures
    noise = FrameNoise(PictureNoise(5, range(2)), FRAMES, painter.config.shared_noise)
    with its.painting():
        condition = Condition(2 * FRAMES, category=torch.ones(2 * FRAMES, dtype=torch.int64))
        settings = its.resolve_settings(its.settings_for(FAST))
        frames = its.render(condition, noise, settings).pictures.clamp(-1, 1)
    assert torch.equal(clips.flatten(0, 1), frames)
    assert not torch.equal(frames[0], frames[1])


def test_it_learns_with_all_promises_and_only_temporal_layers_are_saved(
    still: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = still()
    before = load_file(folder / "model.safetensors")
    monkeypatch.setattr(promises, "build", lambda name: built(folder, lr=0.01))
    monkeypatch.setattr(promises, "batch_of", lambda count=4, step=0: clips_of(count, step))
    monkeypatch.setattr(promises, "needed", lambda painter: FAST)
    store = rich_store(tmp_path / "clips", count=8, frames=FRAMES)
    promises.test_killed_and_resumed_equals_never_killed("animate_diff", store, tmp_path)
    promises.test_gradients_reach_every_parameter_of_every_player("animate_diff")
    promises.test_each_players_loss_falls_when_it_alone_overfits_a_batch("animate_diff")
    promises.test_saved_and_loaded_it_paints_the_same("animate_diff", tmp_path / "saved")
    promises.test_finite_under_bf16("animate_diff")
    saved = promises.weights(tmp_path / "whole")
    assert all(name.startswith(("layers.", "record.")) for name in saved)
    after = load_file(folder / "model.safetensors")
    assert all(torch.equal(values, after[name]) for name, values in before.items())


def test_micro_batches_learn_what_one_batch_learns(still: Callable[..., Path], tmp_path: Path) -> None:
    split = rich_store(tmp_path / "clips", count=8, frames=FRAMES).split("train")
    start = built(still()).double().state_dict()
    ends = []
    with promises.exact_arithmetic():
        for micro in (1, 2):
            run = tmp_path / str(micro)
            train(built(still()).double(), split, run, promises.settings(steps=2, micro=micro, batch=4))
            ends.append({name: values for name, values in promises.weights(run).items() if "digest" not in name})
    assert promises.distance(*ends, start) < 1e-6


def test_frames_have_their_time_and_a_share_of_their_noise_in_common() -> None:
    noise = FrameNoise(BatchNoise(0, 0, slice(0, 64), 64), 4, 0.75)
    frames = noise.normal(3, 8, 8).unflatten(0, (64, 4))
    assert frames.std().item() == pytest.approx(1, abs=0.02)
    assert (frames[:, 0] * frames[:, 1]).mean().item() == pytest.approx(0.75, abs=0.03)
    for numbers in (noise.uniform(), noise.normal(), noise.integers(1000)):
        each = numbers.unflatten(0, (64, 4))
        assert (each == each[:, :1]).all()
        assert len(each[:, 0].unique()) > 40


def test_layers_that_learned_move_another_still_painter_of_the_same_body(still: Callable[..., Path]) -> None:
    painter = moved(built(still()))
    other = str(still(seed=1) / "model.safetensors")
    clips, others = (painter.paint(1, seed=3, **FAST, **more).pictures for more in ({}, {"other_still": other}))
    assert (clips - others).abs().mean() > 0.01
    assert torch.equal(others, moved(built(still(seed=1))).paint(1, seed=3, **FAST).pictures)
    assert torch.equal(clips, painter.paint(1, seed=3, **FAST).pictures)
    wider = str(still(channels=(32, 32)) / "model.safetensors")
    with pytest.raises(CheckpointError, match="does not fit its config"):
        painter.paint(1, other_still=wider, **FAST)


@pytest.mark.parametrize("kind", ["ddpm", "flow_unet"])
def test_a_given_first_frame_stays_and_decides_on_the_others(kind: str, still: Callable[..., Path]) -> None:
    painter = moved(built(still(kind)))
    one, other = clips_of().pictures[:2, 0]
    first, second = (painter.paint(2, seed=1, given={"first": each}, **FAST).pictures for each in (one, other))
    assert torch.equal(first[:, 0], one.expand(2, -1, -1, -1))
    assert (first[:, 1:] - second[:, 1:]).abs().max() > 1e-3
    check_animates(painter)
    looped = painter.paint(2, seed=1, given={"first": one}, loop=True, **FAST).pictures
    assert torch.equal(looped[:, -1], looped[:, 0])
    assert not torch.equal(looped[:, 1], looped[:, 0])
    with pytest.raises(ConfigError, match="nothing would move"):
        painter.paint(1, given={"first": one}, motion=0, **FAST)


def test_what_cannot_be_moved_is_refused(still: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="paints 32 px, and these clips are of 48 px"):
        built(still(), size=(48, 48))
    with pytest.raises(ConfigError, match="clips of 2 frames or more"):
        built(still(), frames=1)
    with pytest.raises(ConfigError, match="is no folder here"):
        built(Path("somebody/painter"))
    torch.manual_seed(0)
    catalogue.painter("flow_matching").build("tiny").save_pretrained(tmp_path / "transformer")
    with pytest.raises(ConfigError, match="has no UNet that removes noise"):
        built(tmp_path / "transformer")
    painter = built(still())
    with pytest.raises(ConfigError, match="has changed: its hash is"):
        AnimateDiff(
            painter.load_config({"still": str(still(seed=1)), "still_hash": painter.config.still_hash}), painter.data
        )
