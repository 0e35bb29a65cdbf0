"""`impasto measure edit`: something is taken from real pictures, and what comes back is compared with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

import impasto
from impasto import catalogue
from impasto.cli.app import main
from impasto.errors import ConfigError, UsageError
from rich_store import rich_store


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("edits")
    store = rich_store(folder / "store", captions=False, maps=False)
    torch.manual_seed(0)
    painter = catalogue.painter("flow_unet").build("tiny", resolution=32)
    painter.save_pretrained(folder / "flow")
    return store.root, folder / "flow"


HOW = {"on": "train", "count": 3, "watch": impasto.silent}


def test_what_is_kept_is_measured_as_kept(places: tuple[Path, Path], tmp_path: Path) -> None:
    store, painter = places
    for name, settings in (("inpaint", {"steps": 2}), ("extend", {"steps": 2}), ("extend", {"steps": 2, "top": 9})):
        how = {"painter": painter, "settings": settings, "out": tmp_path / name, **HOW}
        numbers = impasto.measure_edit(name, store, **how).metrics
        assert numbers["outside-change"].value == 0
        assert numbers["edit-consistency"].value == 0
        assert numbers["edit-seam"].value is not None
        assert numbers["edit-seam"].real is not None
        assert 5 < (numbers["psnr"].value or 0) < 60
        page = (tmp_path / name / "report.html").read_text()
        assert page.count('class="comparison"') == 6


def test_enlarged_pictures_are_consistent_up_to_rounding_and_colours_are_counted(
    places: tuple[Path, Path], tmp_path: Path
) -> None:
    store, painter = places
    how = {"painter": painter, "settings": {"steps": 2}, **HOW}
    enlarged = impasto.measure_edit("enlarge", store, out=tmp_path / "a", **how).metrics
    assert 0 < (enlarged["edit-consistency"].value or 0) < 0.5
    assert "edit-seam" not in enlarged
    coloured = impasto.measure_edit("colorize", store, out=tmp_path / "b", **how).metrics
    assert (coloured["colourfulness"].value or 0) > 0
    assert coloured["colourfulness"].real is not None
    with pytest.raises(ConfigError, match="the borders are as wide as the pictures"):
        impasto.measure_edit("extend", store, out=tmp_path / "c", **{**how, "settings": {"left": 32}})
    with pytest.raises(UsageError, match="count must be between 2 and 24"):
        impasto.measure_edit("vary", store, out=tmp_path / "c", **{**how, "count": 99})
    with pytest.raises(UsageError, match="gives back nothing"):
        impasto.measure_edit("stylize", store, out=tmp_path / "c", **{**how, "painter": "painting_fool"})
    assert not (tmp_path / "c").exists()


def test_the_command_measures_edits(
    places: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, painter = places
    words = ["measure", "edit", "vary", "--with", painter, "--on", "train", "--count", 2, "--set", "steps=2", "--json"]
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in (*words, "--against", store, "--out", tmp_path / "m")])
    assert not ended.value.code
    measured = json.loads(capsys.readouterr().out)
    assert measured["edit"] == "vary"
    assert measured["against"]["count"] == 2
    assert measured["settings"]["strength"] == 0.5
    assert json.loads((tmp_path / "m" / "edit.json").read_text()) == measured
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    assert ended.value.code == 2
    assert "Name a store whose pictures are edited" in capsys.readouterr().err
