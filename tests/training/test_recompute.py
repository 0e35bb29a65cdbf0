"""Activation checkpointing: the same gradients from less memory."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
import torch
from torch import Tensor

from impasto import api, catalogue
from impasto.contract import Batch, BatchNoise, Condition, Painter
from impasto.data.store import Store
from impasto.training.moves import Moves
from impasto.training.processes import Processes
from impasto.training.recompute import recompute


def step(painter: Painter) -> tuple[list[Tensor], int]:
    """Gradients of the last player's move, and the bytes that autograd stored for them."""
    generator = torch.Generator().manual_seed(0)
    pictures = torch.rand(4, 3, 32, 32, generator=generator) * 2 - 1
    stored: dict[int, int] = {}

    def pack(x: Tensor) -> Tensor:
        stored[x.untyped_storage().data_ptr()] = x.untyped_storage().nbytes()
        return x

    moves = Moves(painter, Processes("cpu"))
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda x: x):
        condition = Condition(4, category=torch.zeros(4, dtype=torch.int64))
        moves.step([Batch(pictures, condition, BatchNoise(0, 0, slice(0, 4), 4))], 0, 100)
    return [p.grad for p in painter.parameters() if p.grad is not None], sum(stored.values())


@pytest.mark.parametrize("name", ["ddpm", "flow_matching", "vae", "migan"])
def test_gradients_stay_and_memory_is_saved(name: str) -> None:
    torch.manual_seed(0)
    painter = catalogue.painter(name).build("tiny", resolution=32, categories=("a", "b"), shares=(0.5, 0.5))
    recomputing = copy.deepcopy(painter)
    recompute(recomputing)
    duplicate = copy.deepcopy(recomputing)  # Precisions are timed on such a copy.
    expected, full_memory = step(painter)
    gradients, memory = step(recomputing)
    duplicate_gradients, _ = step(duplicate)
    assert len(expected) > 0
    torch.testing.assert_close(gradients, expected)
    torch.testing.assert_close(duplicate_gradients, expected)
    if name in ("ddpm", "flow_matching"):
        assert memory < 0.7 * full_memory
    assert recomputing.state_dict().keys() == painter.state_dict().keys()


def test_a_run_may_go_on_with_or_without(store: Store, tmp_path: Path) -> None:
    values = {"samples": 0, "precision": "fp32", "batch": 8}
    api.train("ddpm", store.root, tmp_path / "run", steps=1, preset="tiny", settings={**values, "recompute": True})
    assert api.train("ddpm", store.root, tmp_path / "run", steps=2, preset="tiny", settings=values).step == 2


def test_precisions_are_timed_with_it(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recomputes: list[bool] = []

    def choose_precision(painter: Painter, *rest: object, **clock: object) -> tuple[str, float]:
        recomputes.append(any("forward" in vars(module) for module in painter.modules()))
        return "fp32", 0.1

    monkeypatch.setattr("impasto.training.session.choose_precision", choose_precision)
    api.train("ddpm", store.root, tmp_path / "run", steps=1, preset="tiny", settings={"samples": 0, "recompute": True})
    assert recomputes == [True]
