"""Painters as ONNX graphs; skipped where the optional packages are missing."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from test_lighten import learned

import impasto
from impasto import pretrained
from impasto.errors import CheckpointError, ConfigError, NotCapable, UsageError
from impasto.events import silent
from impasto.lightening.quantize import Quantize, QuantizeSettings
from impasto.painters.diffusion.ddpm import DDPM
from impasto.painters.diffusion.flow_unet import FlowUNet

for name in ("onnx", "onnxruntime"):
    pytest.importorskip(name, reason=f"needs the package {name} of the extra 'onnx'")


@pytest.mark.parametrize(("cls", "bits"), [(FlowUNet, 32), (DDPM, 4)])
def test_a_graph_paints_the_same_pictures_in_any_number(cls, bits: int, tmp_path: Path) -> None:
    painter = learned(cls)
    if bits == 4:
        change = Quantize.make(painter, QuantizeSettings(weights="int4", limit=1, calibration=1), lambda text: None)
        painter.changes = ({"by": "quantize", **change},)
    painter.save_pretrained(tmp_path / "painter")
    settings = {"steps": 2, "guidance": 1.0}
    file = impasto.export(tmp_path / "painter", tmp_path / "graph.onnx", to="onnx", settings=settings)
    # Of so small a painter the graph itself takes much of the room.
    whole = 4 * sum(values.numel() for values in learned(cls).parameters())
    assert file.stat().st_size < (0.5 if bits == 4 else 1.2) * whole
    graph = impasto.open(file)
    assert (graph.name, graph.categories, graph.size) == (painter.name, ("dawn", "dusk"), (32, 32))
    for count, category in ((1, None), (3, "dusk")):
        pictures = graph.model.paint(count, seed=5, category=category).pictures
        expected = painter.paint(count, seed=5, category=category, **settings).pictures
        torch.testing.assert_close(pictures, expected, atol=1e-3, rtol=0)
    (picture,) = impasto.paint(file, tmp_path / "gallery", count=1, seed=3, watch=silent)
    assert impasto.repaint(picture, tmp_path / "again.png", painter=file).identical
    with pytest.raises(ConfigError, match=r"multiplies in fp32.*\{'runtime': 'openvino'\}"):
        graph.model.paint(1, precision="bf16")


def test_openvino_paints_the_same_pictures(tmp_path: Path) -> None:
    pytest.importorskip("openvino", reason="needs the package openvino of the extra 'openvino'")
    learned().save_pretrained(tmp_path / "painter")
    settings = {"steps": 1, "guidance": 1.0}
    file = impasto.export(tmp_path / "painter", tmp_path / "graph.onnx", to="onnx", settings=settings)
    graph = impasto.open(file).model
    expected = graph.paint(3, seed=5, batch=2).pictures
    pictures = graph.paint(3, seed=5, batch=2, runtime="openvino").pictures
    torch.testing.assert_close(pictures, expected, atol=1e-3, rtol=0)
    # On processors without units for bf16, openvino computes in 32 bits all the same.
    short = graph.paint(3, seed=5, batch=2, runtime="openvino", precision="bf16").pictures
    torch.testing.assert_close(short, expected, atol=0.3, rtol=0)
    (picture,) = impasto.paint(
        file, tmp_path / "gallery", count=1, seed=3, settings={"runtime": "openvino"}, watch=silent
    )
    assert impasto.repaint(picture, tmp_path / "again.png", painter=file).identical


def test_what_is_no_graph_is_refused(tmp_path: Path) -> None:
    learned().save_pretrained(tmp_path / "painter")
    out = tmp_path / "graph.onnx"
    for settings, sentence in (
        ({}, "30 steps would repeat the network"),
        ({"steps": 2}, "guidance = 1.5 is no part"),
        ({"steps": 2, "guidance": 1.0, "hand_guidance_scale": 0.1}, "Judges that steer a painting are no part"),
    ):
        with pytest.raises(ConfigError, match=sentence):
            impasto.export(tmp_path / "painter", out, to="onnx", settings=settings)
    with pytest.raises(UsageError, match=r"ends in '\.onnx'"):
        impasto.export(tmp_path / "painter", tmp_path / "graph", to="onnx")
    with pytest.raises(NotCapable, match="landscape cannot be written as one ONNX graph"):
        impasto.export("landscape", out, to="onnx")
    assert not out.exists()
    out.write_bytes(b"no graph")
    with pytest.raises(CheckpointError, match="no ONNX file that impasto has written"):
        impasto.open(out)
    with pytest.raises(CheckpointError, match="is a graph to paint with"):
        pretrained.load(out)
