from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from impasto import api, catalogue
from impasto.contract import Batch, BatchNoise, Condition
from impasto.events import Event
from impasto.images.recipe import read_recipe

EMULATED = {"fp32": 160.0, "bf16": 0.8}
UNITS = {"fp32": 160.0, "bf16": 900.0}


def noting(remarks: list[str]) -> Callable[[Event], None]:
    """A watch that keeps the painter's remarks."""
    return lambda event: remarks.append(event.message) if event.kind == "remark" else None


@pytest.fixture
def speeds(monkeypatch):
    """Puts speeds in place of measurements."""

    def put(values):
        monkeypatch.setattr("impasto.machine.matrix_speeds", lambda *_, **__: values)

    return put


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(0)
    catalogue.painter("ddpm").build("tiny").save_pretrained(tmp_path / "painter")
    return tmp_path


def settings_of(painter, **values):
    return painter.Settings(**values)


@pytest.mark.parametrize("name", ["ddpm", "flow_matching", "latent_diffusion"])
def test_auto_is_the_faster_precision_and_nothing_else_changes(speeds, name):
    painter = catalogue.painter(name).build("tiny")
    automatic = settings_of(painter, precision="auto", guidance=1.5)
    for values, faster in ((EMULATED, "fp32"), (UNITS, "bf16")):
        speeds(values)
        assert painter.resolve_settings(automatic) == settings_of(painter, precision=faster, guidance=1.5)
    for chosen in ("fp32", "bf16"):
        assert painter.resolve_settings(settings_of(painter, precision=chosen)).precision == chosen


@pytest.mark.parametrize(("values", "faster"), [(EMULATED, "fp32"), (UNITS, "bf16")])
def test_auto_paints_what_the_faster_precision_paints(speeds, values, faster):
    torch.manual_seed(0)
    painter = catalogue.painter("ddpm").build("tiny")
    speeds(values)
    picture = painter.paint(1, seed=1, steps=2, precision="auto").pictures
    assert torch.equal(picture, painter.paint(1, seed=1, steps=2, precision=faster).pictures)


def test_the_recipe_holds_the_precision_that_was_used_so_that_another_machine_repaints_it(speeds, folder):
    speeds(UNITS)
    settings = {"steps": 2, "precision": "auto"}
    picture = api.paint(folder / "painter", folder / "gallery", count=1, settings=settings)[0]
    assert read_recipe(picture).settings["precision"] == "bf16"
    speeds(EMULATED)
    _, same = api.repaint(picture)
    assert same


def test_a_slow_precision_is_painted_in_with_a_remark(speeds, folder):
    remarks = []
    speeds(EMULATED)
    settings = {"steps": 2, "precision": "bf16"}
    api.paint(
        folder / "painter",
        folder / "slow",
        count=1,
        settings=settings,
        watch=noting(remarks),
    )
    assert remarks == [
        "bf16 runs at 0.8 GFLOP/s on this processor, 200 times slower than fp32; "
        "leave precision out or set precision=fp32."
    ]
    for values, precision in ((UNITS, "bf16"), (EMULATED, "fp32"), (EMULATED, "auto")):
        speeds(values)
        remarks.clear()
        settings = {"steps": 2, "precision": precision}
        api.paint(
            folder / "painter",
            folder / f"{precision}",
            count=1,
            settings=settings,
            watch=noting(remarks),
        )
        assert remarks == []


@pytest.mark.parametrize("name", ["ddpm", "flow_matching", "latent_diffusion"])
def test_in_16_bit_nearly_the_same_is_painted(name):
    torch.manual_seed(0)
    painter = catalogue.painter(name).build("tiny", resolution=32)
    exact, rounded = (painter.paint(2, seed=1, steps=4, precision=word).pictures for word in ("fp32", "bf16"))
    assert rounded.dtype == torch.float32
    assert 0 < (exact - rounded).abs().mean() < 0.02


@pytest.mark.parametrize("name", ["ddpm", "flow_matching", "latent_diffusion"])
@pytest.mark.parametrize("size", [(96, 128), (64, 32)])
def test_pictures_that_are_not_square_are_learned_and_painted(name, size):
    torch.manual_seed(0)
    painter = catalogue.painter(name).build("tiny", size=size, categories=("dawn", "dusk"))
    pictures = torch.rand(2, 3, *size) * 2 - 1
    condition = Condition(2, category=torch.tensor([0, 1]))
    (turn,) = painter.turns(Batch(pictures, condition, BatchNoise(0, 0, slice(0, 2), 2)), 0)
    turn.loss.backward()
    assert torch.isfinite(turn.loss)
    for sampler in ("euler", "heun"):
        assert painter.paint(1, steps=2, sampler=sampler, guidance=2.0).pictures.shape == (1, 3, *size)
    assert painter.reconstruct(pictures, steps=2).shape == pictures.shape
