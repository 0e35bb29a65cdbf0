"""Maps that are read beside noisy pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from impasto import api, catalogue
from impasto.contract import Condition, Data
from impasto.errors import ConfigError, NotCapable
from impasto.events import silent
from impasto.painters.diffusion.map_channels import map_channels, stacked_maps

DATA = Data(size=(32, 32), maps={"pose": 4, "depth": 0})


def condition() -> Condition:
    pose = torch.zeros(2, 32, 32, dtype=torch.int64)
    pose[0, :16] = 3
    depth = torch.full((2, 32, 32), 255, dtype=torch.int64)
    return Condition(2, maps={"pose": pose, "depth": depth}).emptied({"maps:depth"}, torch.tensor([False, True]))


def test_classes_have_a_channel_each_and_what_is_absent_is_zero() -> None:
    names = ("pose", "depth")
    assert map_channels(names, DATA) == 5
    stacked = stacked_maps(condition(), names, DATA, torch.zeros(2, 3, 32, 32))
    assert stacked.shape == (2, 5, 32, 32)
    assert torch.equal(stacked[:, :4].sum(1), torch.ones(2, 32, 32))
    assert stacked[0, 3, :16].eq(1).all()
    assert stacked[0, 4].eq(1).all()
    assert stacked[1, 4].eq(0).all()
    coarse = stacked_maps(condition(), names, DATA, torch.zeros(2, 3, 1, 1))
    assert coarse[0, :, 0, 0].tolist() == [0.5, 0, 0, 0.5, 1]
    assert stacked_maps(Condition(2), names, DATA, torch.zeros(2, 3, 4, 4)).eq(0).all()
    with pytest.raises(ConfigError, match="the pictures have depth, pose"):
        map_channels(("layout",), DATA)


def test_a_painter_learns_from_maps_and_paints_with_and_without_them(tmp_path: Path) -> None:
    store = api.make("hands", tmp_path / "hands", count=12, resolution=32, watch=silent)
    settings = {"map_inputs": ["pose"], "autoencoder": ""}
    api.train("flow_unet", store, tmp_path / "run", steps=2, preset="tiny", batch=4, settings=settings, watch=silent)
    painter = api.load_painter(tmp_path / "run")
    assert painter.reads == {"category", "maps:pose"}
    pose = torch.from_numpy(store.split("all").map("pose", [0])[0].astype("int64"))
    pictures = [
        painter.paint(1, seed=1, steps=2, **request).pictures
        for request in ({}, {"maps": {"pose": pose}}, {"maps": {"pose": pose.flip(1)}}, {"maps": {"pose": pose}})
    ]
    assert torch.equal(pictures[1], pictures[3])
    assert len({picture.numpy().tobytes() for picture in pictures}) == 3
    plain = catalogue.painter("flow_unet").build("tiny", resolution=32)
    assert plain.reads == frozenset()
    with pytest.raises(NotCapable, match="does not read maps:pose"):
        plain.paint(1, maps={"pose": pose})
