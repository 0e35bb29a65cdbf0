from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from impasto import catalogue
from impasto.contract import Batch, Condition, Noise, Painted, Painter, Player, Turn
from impasto.data.batches import Batches
from impasto.data.store import Split, Store
from impasto.training.checkpoint import BEST, newest
from impasto.training.held_out import HeldOut, sample_of
from impasto.training.journal import read_events
from impasto.training.loop import Trained, train
from impasto.training.losses import Losses, summary
from impasto.training.settings import TrainSettings


class Mean(Painter):
    """Learns the mean picture; its loss is noisy, and the noise is that of the batch."""

    def __init__(self, config, data) -> None:
        super().__init__(config, data)
        self.mean = nn.Parameter(torch.zeros(3, *data.size))
        self.register_buffer("latest", torch.zeros(()))

    def players(self) -> dict[str, Player]:
        return {"painter": Player((self.mean,), lr=0.2)}

    def turns(self, batch: Batch, step: int) -> Iterator[Turn]:
        noisy = batch.pictures + 0.1 * batch.noise.normal(3, *self.data.size)
        yield Turn("painter", (noisy - self.mean).square().mean() + (step < 10**6))

    def render(self, condition: Condition, noise: Noise, settings: object) -> Painted:
        return Painted(self.mean.expand(len(condition), -1, -1, -1) + 0 * noise.normal(3, *self.data.size))


Mean.__card__ = catalogue.Card("mean", "A mean.", 2024, "here", "tests", __name__, "Mean")


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "painter", lambda name: Mean)


@pytest.fixture(scope="module")
def splits(store: Store) -> tuple[Split, Split]:
    """Four pictures to learn by heart, and twelve others."""
    train = store.split("train")
    few = replace(train, indices=train.indices[:4], labels=train.labels[:4])
    return few, replace(store.split("test"), name="val", indices=store.split("test").indices[:12])


def run(splits: tuple[Split, Split], out: Path, **values: object) -> Trained:
    settings = {"steps": 60, "batch": 4, "precision": "fp32", "samples": 0, "held_out": 8, "checkpoint_every": 20}
    learner = Mean.build("tiny", resolution=32)
    return train(learner, splits[0], out, TrainSettings(**{**settings, **values}), held_out=splits[1])


def losses(run: Path) -> list[Losses]:
    return Losses.of_events(read_events(run))


def test_evaluation_changes_no_weight_and_keeps_the_best(splits: tuple[Split, Split], tmp_path: Path) -> None:
    trained = run(splits, tmp_path / "with", steps=200)
    run(splits, tmp_path / "without", steps=200, held_out=0)
    for name in ("painter", "optimizers", "ema"):
        one, two = (
            load_file(newest(tmp_path / place / "checkpoints") / f"{name}.safetensors") for place in ("with", "without")
        )
        assert all(torch.equal(one[key], two[key]) for key in one | two)
    assert not losses(tmp_path / "without")
    assert not (tmp_path / "without" / "best").exists()
    computed = losses(tmp_path / "with")
    assert len(computed) >= 2
    assert computed[-1].step == 200
    best = min(computed, key=lambda each: each.held_out)
    assert trained.held_out == summary(computed)
    config = json.loads((tmp_path / "with" / "best" / "config.json").read_text())
    assert config["facts"]["training"]["steps"] == best.step
    kept = load_file(newest(tmp_path / "with" / "checkpoints") / BEST)
    assert torch.equal(Painter.from_pretrained(tmp_path / "with" / "best").mean, kept["mean"])


def test_a_run_that_broke_off_has_the_same_best(splits: tuple[Split, Split], tmp_path: Path) -> None:
    run(splits, tmp_path / "whole", steps=200, keep=20)
    shutil.copytree(tmp_path / "whole", tmp_path / "parts")
    for checkpoint in (tmp_path / "parts" / "checkpoints").iterdir():
        if int(checkpoint.name[5:]) > 100:
            shutil.rmtree(checkpoint)
    run(splits, tmp_path / "parts", steps=200, keep=20)
    assert losses(tmp_path / "whole") == losses(tmp_path / "parts")
    whole_best, best = (load_file(newest(tmp_path / place / "checkpoints") / BEST) for place in ("whole", "parts"))
    assert torch.equal(whole_best["mean"], best["mean"])


def test_both_losses_have_the_same_noise(splits: tuple[Split, Split]) -> None:
    """With the same pictures on both sides they are equal, and one is added early in training alone."""
    learner = Mean.build("tiny", resolution=32)
    sides = [Batches(splits[1], 4, 0) for _ in range(2)]
    held_out = HeldOut(*sides)
    assert held_out.pictures == 12
    both = held_out.losses(learner, 3, nullcontext())
    assert both is not None
    assert both.held_out == both.training < 1


def test_painters_of_several_players_have_no_such_loss(splits: tuple[Split, Split]) -> None:
    class Pair(Mean):
        def players(self) -> dict[str, Player]:
            return {**super().players(), "critic": Player((self.mean,))}

    sides = [Batches(splits[1], 4, 0) for _ in range(2)]
    assert HeldOut(*sides).losses(Pair.build("tiny", resolution=32), 3, nullcontext()) is None


def test_no_more_than_a_fiftieth_of_the_training() -> None:
    class Some:
        pictures = 192
        cost = HeldOut.cost

    assert not HeldOut.due(Some(), 6300)
    assert HeldOut.due(Some(), 6400)


def test_the_sample_is_always_the_same(store: Store) -> None:
    test = store.split("test")
    sample = sample_of(test, 5)
    assert len(sample) == 5
    assert np.array_equal(sample.indices, sample_of(test, 5).indices)
    assert len(sample_of(test, 10**6)) == len(test)


@pytest.mark.parametrize(
    ("held_out", "training", "expected"),
    [
        (
            [3.0, 2.0, 2.1, 2.2, 2.3],
            [3.0, 1.9, 1.5, 1.2, 1.0],
            "It overfits: since step 200 the loss of pictures held out",
        ),
        ([3.0, 2.0, 2.1, 2.2], [3.0, 1.9, 1.5, 1.2], "the former was lowest after 200 steps (2)"),
        ([3.0, 2.0, 2.1, 2.2, 2.3], [3.0, 1.0, 1.5, 1.2, 1.1], "the former was lowest after 200 steps (2)"),
        ([3.0, 2.0, 1.0], [3.0, 1.9, 1.0], "the former was lowest now"),
        ([], [], ""),
    ],
)
def test_overfitting_is_said(held_out: list[float], training: list[float], expected: str) -> None:
    pairs = zip(held_out, training, strict=True)
    assert expected in summary([Losses(100 * (i + 1), *pair) for i, pair in enumerate(pairs)])
