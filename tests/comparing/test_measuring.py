"""What a run costs, counted for every painter that learns."""

from __future__ import annotations

import pytest
from torch.utils.flop_counter import FlopCounterMode

from impasto import catalogue
from impasto.comparing import measuring
from impasto.config import to_dict

LEARN = [name for name, card in catalogue.painters().items() if card.thing.learns()]


def described(name, store):
    split = store.split("train")
    painter = catalogue.painter(name).build("tiny", resolution=32, categories=split.categories, shares=split.shares)
    return {"painter": name, "config": to_dict(painter.config)}, split


@pytest.mark.parametrize("name", LEARN)
def test_operations_of_every_painter_are_counted(name, store, monkeypatch):
    monkeypatch.setattr(measuring, "COUNTED", 2)
    assert measuring._flops(*described(name, store)) > 1e5


def test_operations_are_those_that_torch_counts(store, monkeypatch):
    monkeypatch.setattr(measuring, "COUNTED", 2)
    ours = measuring._flops(*described("cnn_gan", store))
    with FlopCounterMode(display=False) as counted:
        measuring._flops(*described("cnn_gan", store))
    assert counted.get_total_flops() / (2 * 16) == ours
