"""Features computed again on the way back."""

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
    """Gradients of the last player's move, and the bytes that the graph kept for it."""
    generator = torch.Generator().manual_seed(0)
    pictures = torch.rand(4, 3, 32, 32, generator=generator) * 2 - 1
    kept: dict[int, int] = {}

    def pack(x: Tensor) -> Tensor:
        kept[x.untyped_storage().data_ptr()] = x.untyped_storage().nbytes()
        return x

    moves = Moves(painter, Processes("cpu"))
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda x: x):
        condition = Condition(4, category=torch.zeros(4, dtype=torch.int64))
        moves.step([Batch(pictures, condition, BatchNoise(0, 0, slice(0, 4), 4))], 0, 100)
    return [p.grad for p in painter.parameters() if p.grad is not None], sum(kept.values())


@pytest.mark.parametrize("name", ["ddpm", "flow_matching", "vae", "migan"])
def test_gradients_stay_and_memory_is_saved(name: str) -> None:
    torch.manual_seed(0)
    plain = catalogue.painter(name).build("tiny", resolution=32, categories=("a", "b"), shares=(0.5, 0.5))
    other = copy.deepcopy(plain)
    recompute(other)
    again = copy.deepcopy(other)  # as a probe does
    (wanted, much), (found, less), (copied, _) = step(plain), step(other), step(again)
    assert len(wanted) == len(found) == len(copied) > 0
    for a, b, c in zip(wanted, found, copied, strict=True):
        torch.testing.assert_close(b, a)
        torch.testing.assert_close(c, a)
    if name in ("ddpm", "flow_matching"):
        assert less < 0.7 * much
    assert other.state_dict().keys() == plain.state_dict().keys()


def test_a_run_may_change_its_mind(store: Store, tmp_path: Path) -> None:
    told = {"samples": 0, "precision": "fp32", "batch": 8}
    api.train("ddpm", store.root, tmp_path / "run", steps=1, preset="tiny", values={**told, "recompute": True})
    assert api.train("ddpm", store.root, tmp_path / "run", steps=2, preset="tiny", values=told).step == 2


def test_a_probe_saves_memory_too(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def spied(painter: Painter, *rest: object) -> tuple[str, float]:
        seen.append(any("forward" in vars(module) for module in painter.modules()))
        return "fp32", 0.1

    monkeypatch.setattr("impasto.training.loop.choose_precision", spied)
    api.train("ddpm", store.root, tmp_path / "run", steps=1, preset="tiny", values={"samples": 0, "recompute": True})
    assert seen == [True]
