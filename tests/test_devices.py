from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import impasto
from impasto import catalogue, devices
from impasto.cli.app import main
from impasto.devices import VARIABLE, computing_device, computing_on, device_of, requested_device
from impasto.errors import UsageError
from impasto.images.recipe import read_recipe
from impasto.metrics.embedding import features
from impasto.painters.diffusion.ddpm import DDPM
from simulated_gpu import simulated_gpu

CPU = torch.device("cpu")


@pytest.fixture
def painter(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    folder = tmp_path / "painter"
    catalogue.painter("ddpm").build("tiny", resolution=32).save_pretrained(folder)
    return folder


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Iterator[torch.device]:
    """A machine whose GPU is simulated."""
    with simulated_gpu(monkeypatch) as there:
        monkeypatch.setattr(devices, "device_of", lambda name: CPU if name == "cpu" else there)
        yield there


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_the_processor_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert computing_device() == device_of("auto") == device_of("cpu:0") == CPU
    monkeypatch.setenv(VARIABLE, " ")
    assert computing_device() == CPU


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("tpu", "is not a device; use"),
        ("", "is not a device; use"),
        ("meta", "is not a device that painters compute on"),
        ("cuda:99", "no GPU"),
    ],
)
def test_other_devices_are_refused(name: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=why):
        device_of(name)
    with pytest.raises(UsageError, match=why):
        impasto.open("landscape", device=name)
    if name:
        monkeypatch.setenv(VARIABLE, name)
        with pytest.raises(UsageError, match=why):
            impasto.open("landscape")


def test_the_command_names_the_device(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["paint", "landscape", "--count", "1", "--out", str(tmp_path / "g"), "--device", "cuda:99"])
    assert "GPU" in capsys.readouterr().err
    assert not (tmp_path / "g").exists()


def test_a_device_holds_for_the_block_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "meta")
    with computing_on("cpu"), ThreadPoolExecutor(1) as others:
        with computing_on(None):
            assert computing_device() == CPU
        assert others.submit(requested_device).result() == "meta"
    with pytest.raises(RuntimeError), computing_on("cpu"):
        raise RuntimeError
    assert requested_device() == "meta"


def test_painters_paint_and_edit_on_the_gpu_and_repaint_where_they_painted(
    painter: Path, tmp_path: Path, gpu: torch.device, scene: Callable[..., Image.Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    how = {"count": 1, "settings": {"steps": 2}, "watch": impasto.silent}
    there = impasto.paint(painter, "there", **how)
    with computing_on("cpu"):
        here = impasto.paint(painter, "here", **how)
    recipes = [read_recipe(gallery.pictures[0]) for gallery in (there, here)]
    assert [recipe.device for recipe in recipes] == [gpu.type, "cpu"]
    assert recipes[0].weights == recipes[1].weights

    places = []
    render = DDPM.render
    monkeypatch.setattr(DDPM, "render", lambda self, *way: places.append(self.device.type) or render(self, *way))
    assert impasto.repaint(here.pictures[0]).identical
    impasto.repaint(there.pictures[0])
    with computing_on(str(gpu)):
        impasto.repaint(here.pictures[0])
    assert places == ["cpu", gpu.type, gpu.type]

    scene(0).resize((32, 32)).save("given.png")
    opened = impasto.open(painter)
    edited = opened.edit("vary", "given.png", settings={"steps": 2}, watch=impasto.silent)
    assert (opened.model.device.type, edited.recipe.device) == (gpu.type, gpu.type)
    assert impasto.open(painter, device="cpu").model.device == CPU


def test_networks_look_at_pictures_on_the_gpu(
    weights: Path, gpu: torch.device, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), np.uint8)
    moves = []
    to = torch.nn.Module.to
    monkeypatch.setattr(torch.nn.Module, "to", lambda self, *how, **more: moves.append(how) or to(self, *how, **more))
    there = features(pictures, "mobilenetv2")
    assert (gpu,) in [tuple(map(torch.device, how)) for how in moves]
    torch.testing.assert_close(there.values, features(pictures, "mobilenetv2", device="cpu").values, atol=1e-4, rtol=0)
