from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from impasto import pretrained
from impasto.contract import Painter
from impasto.errors import CheckpointError
from impasto.painters.diffusion.flow_unet import FlowUNet
from impasto.weight_files import INDEX, WEIGHTS, read_tensors, write_tensors

TENSORS = {name: torch.full((250,), float(number)) for number, name in enumerate("abcd")}


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_few_weights_are_one_file_and_many_are_several_with_an_index(tmp_path: Path):
    write_tensors(tmp_path, TENSORS)
    assert [file.name for file in tmp_path.iterdir()] == [WEIGHTS]
    assert same(read_tensors(tmp_path / WEIGHTS), TENSORS)
    several = tmp_path / "several"
    several.mkdir()
    write_tensors(several, TENSORS, most_bytes=2500)
    assert sorted(file.name for file in several.iterdir()) == [
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        INDEX,
    ]
    assert same(read_tensors(several / WEIGHTS), TENSORS)


def test_a_painter_in_several_files_paints_the_same(tmp_path: Path):
    painter = FlowUNet.build("tiny")
    pretrained.save(painter, tmp_path / "painter", {}, most_bytes=100_000)
    assert not (tmp_path / "painter" / WEIGHTS).exists()
    again = Painter.from_pretrained(tmp_path / "painter")
    assert torch.equal(again.paint(1, seed=2, steps=2).pictures, painter.paint(1, seed=2, steps=2).pictures)
    pretrained.save(painter, tmp_path / "painter", {})
    assert not (tmp_path / "painter" / INDEX).exists()


def test_files_that_are_missing_damaged_or_elsewhere_are_named(tmp_path: Path):
    with pytest.raises(CheckpointError, match=r"model.safetensors is missing"):
        read_tensors(tmp_path / WEIGHTS)
    write_tensors(tmp_path, TENSORS, most_bytes=2500)
    second = tmp_path / "model-00002-of-00002.safetensors"
    second.write_bytes(b"\0" * 80)
    with pytest.raises(CheckpointError, match=r"model-00002-of-00002.safetensors is damaged"):
        read_tensors(tmp_path / WEIGHTS)
    second.unlink()
    with pytest.raises(CheckpointError, match=r"model-00002-of-00002.safetensors is missing"):
        read_tensors(tmp_path / WEIGHTS)
    (tmp_path / INDEX).write_text(json.dumps({"weight_map": {"a": "../secret.safetensors"}}))
    with pytest.raises(CheckpointError, match=r"names '../secret.safetensors', which does not lie beside it"):
        read_tensors(tmp_path / WEIGHTS)
    (tmp_path / INDEX).write_text("[]")
    with pytest.raises(CheckpointError, match="does not say which file holds which weight"):
        read_tensors(tmp_path / WEIGHTS)
