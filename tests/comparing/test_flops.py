"""What a training costs, counted for every painter that learns."""

from __future__ import annotations

import pytest
from torch.utils.flop_counter import FlopCounterMode

from impasto import catalogue
from impasto.comparing import flops
from impasto.comparing.flops import flops_per_picture

CLASSES = catalogue.usable(catalogue.painters())
LEARN = [name for name, cls in CLASSES.items() if cls.learns() and not cls.needed_settings and not cls.clips]


def described(name, store):
    split = store.split("train")
    facts = {"categories": split.categories, "shares": split.shares}
    return catalogue.painter(name).build("tiny", resolution=32, **facts).describe(), split


@pytest.mark.parametrize("name", LEARN)
def test_operations_of_every_painter_are_counted(name, store, monkeypatch):
    monkeypatch.setattr(flops, "COUNTED_STEPS", 2)
    assert flops_per_picture(*described(name, store)) > 1e5


def test_operations_are_those_that_torch_counts(store, monkeypatch):
    monkeypatch.setattr(flops, "COUNTED_STEPS", 2)
    ours = flops_per_picture(*described("cnn_gan", store))
    with FlopCounterMode(display=False) as counted:
        flops_per_picture(*described("cnn_gan", store))
    assert counted.get_total_flops() / (2 * 16) == ours


def test_a_wider_painter_costs_more(store, monkeypatch):
    monkeypatch.setattr(flops, "COUNTED_STEPS", 2)
    description, split = described("cnn_gan", store)
    wider = {**description, "config": {**description["config"], "width": 2 * description["config"]["width"]}}
    assert flops_per_picture(wider, split) > 1.5 * flops_per_picture(description, split)


def test_attention_costs_more_than_its_convolutions(store, monkeypatch):
    monkeypatch.setattr(flops, "COUNTED_STEPS", 1)
    description, split = described("ddpm", store)
    config = description["config"]
    sides = {"attention": [config["grid"] // 2]}
    without, attending = (
        flops_per_picture({**description, "config": {**config, **values}}, split)
        for values in ({"attention": []}, sides)
    )
    positions = (config["grid"] // 2) ** 2
    width = config["channels"][-1]
    # Forward alone, the two products of a single attention over all positions; the convolutions cost less.
    assert attending - without > 2 * 2 * positions**2 * width
