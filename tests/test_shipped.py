"""The painters that come with the package."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import yaml

from impasto import api
from impasto.errors import CheckpointError
from impasto.files import read_json
from impasto.sources import PACKAGED

MOST_BYTES = 15_000_000


@pytest.fixture(params=["paintings", "painter", "autoencoder"])
def folder(request: pytest.FixtureRequest) -> Path:
    return Path(str(resources.files("impasto"))) / PACKAGED.name / request.param


def test_it_is_small_and_its_card_tells_all(folder: Path) -> None:
    assert sum(file.stat().st_size for file in folder.iterdir()) <= MOST_BYTES
    facts = read_json(folder / "config.json")["facts"]
    assert len(facts["data"]["hash"]) == 64
    assert "/" not in facts["data"]["store"]
    assert facts["metrics"]["fd-mobilenetv2"]["n"]["painted"] >= 1000
    card = (folder / "README.md").read_text(encoding="utf8")
    front_matter = yaml.safe_load(card.split("---")[1])
    assert front_matter["license"] == "cc0-1.0"
    for content in ("fd-mobilenetv2", "## Copying", "## What it is bad at", facts["data"]["hash"]):
        assert content in card


def test_measuring_it_again_leaves_its_card_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    store = api.make("landscapes", tmp_path / "store", count=10, resolution=128)
    measured = SimpleNamespace(to_json=lambda: {"metrics": {}})
    monkeypatch.setattr("impasto.metrics.measure.measure", lambda *_, **__: measured)
    monkeypatch.setattr("impasto.pretrained.annotate", lambda *_: pytest.fail("its card was changed"))
    assert api.measure(PACKAGED / "paintings", store, out=tmp_path / "measure") is measured


def test_the_default_painter_paints_its_categories(tmp_path: Path) -> None:
    painter = api.load_painter("shipped")
    assert painter.data.height >= 64
    assert "Impressionism" in painter.data.categories
    one, other = (painter.paint(2, seed=3, category=name, steps=6).pictures for name in ("Impressionism", "Baroque"))
    assert one.std() > 0.1
    assert not torch.equal(one, other)
    pictures = api.paint("shipped", tmp_path, count=2, settings={"steps": 6})
    assert [path.suffix for path in pictures] == [".png", ".png"]


def test_the_autoencoder_gives_pictures_back() -> None:
    space = api.load_painter("shipped/autoencoder")
    row = torch.linspace(-1, 1, 64)
    pictures = torch.stack([row.expand(64, 64), row.expand(64, 64).T, torch.zeros(64, 64)])[None]
    assert (space.reconstruct(pictures) - pictures).abs().mean() < 0.1


def test_what_does_not_come_with_the_package_is_not_looked_for_elsewhere() -> None:
    with pytest.raises(CheckpointError, match="shipped/nothing does not come with impasto; what does: shipped/auto"):
        api.load_painter("shipped/nothing")
