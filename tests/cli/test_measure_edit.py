"""`impasto measure edit`: something is taken from real pictures, and what comes back is compared with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PIL import Image

import impasto
from impasto import catalogue
from impasto.cli.app import main
from impasto.data.store import Store
from impasto.errors import ConfigError, DataError, UsageError
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
        impasto.measure_edit("parallax", store, out=tmp_path / "c", **{**how, "painter": None, "settings": {}})
    with pytest.raises(UsageError, match="vary gives back what was taken from pictures; leave out collection"):
        impasto.measure_edit("vary", store, out=tmp_path / "c", collection=store, **how)
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


@pytest.fixture(scope="module")
def manner(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Path]:
    """Pictures of 48 px, and an untrained painter that restyles given pictures."""
    folder = tmp_path_factory.mktemp("manner")
    torch.manual_seed(0)
    catalogue.painter("adain").build("tiny", resolution=48).save_pretrained(folder / "restyles")
    return rich_store(folder / "store", count=120, size=(48, 48), captions=False, maps=False), folder / "restyles"


def test_pictures_in_another_manner_are_measured_between_what_is_reached_and_nothing_done(
    manner: tuple[Store, Path], tmp_path: Path, weights: Path
) -> None:
    store, painter = manner
    how = {"painter": painter, "on": "all", "count": 52, "network": "handcrafted", "watch": impasto.silent}
    measured = impasto.measure_edit(
        "stylize", store, out=tmp_path / "m", collection=store, over={"strength": [0.5, 1.0]}, **how
    )
    numbers = measured.metrics
    assert {name: number.value is not None for name, number in numbers.items()} == dict.fromkeys(
        (
            "colourfulness",
            "structure-kept",
            "content-distance",
            "artfd-handcrafted",
            "collection-fd-handcrafted",
            "gram-distance",
            "style-curve",
        ),
        True,
    )
    # Nothing learned: the given pictures, which are the collection here, are nearer to it than what is made of them.
    for name in ("artfd-handcrafted", "gram-distance"):
        number = numbers[name]
        assert number.anchor is not None
        assert number.real is not None
        assert number.value > 2 * number.anchor.value, name
    assert numbers["style-curve"].value == pytest.approx(1)
    assert len(numbers["style-curve"].method["points"]) == 2
    page = (tmp_path / "m" / "report.html").read_text()
    assert page.count('class="comparison"') == 12
    assert "What is left of the distance from the collection" in page
    assert "the given pictures, unchanged" in page
    first = json.loads((tmp_path / "m" / "edit.json").read_text())
    assert first["metrics"]["gram-distance"]["value"] == numbers["gram-distance"].value


def test_the_styles_are_the_collection_where_there_is_no_other(
    manner: tuple[Store, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, painter = manner
    Image.fromarray(store.split("all").uint8([0])[0]).save(tmp_path / "style.png")
    words = ["measure", "edit", "stylize", "--with", painter, "--on", "all", "--count", 2, "--against", store.root]
    style = ["--set", f'style=["{tmp_path / "style.png"}"]']
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in (*words, *style, "--over", "strength=0,1", "--out", tmp_path / "m", "--quiet")])
    assert not ended.value.code
    assert "style-curve" in (printed := capsys.readouterr().out)
    assert "artfd" not in printed
    for more, message in (
        (["--over", "strength=0,1"], "What strengths are worth is told by pictures of the manner: --collection STORE"),
        (["--over", "seed=0,1"], "One setting of adain is varied here"),
        (["--over", "force=0,1", "--collection", store.root], "unknown setting 'force'"),
    ):
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in (*words, *more, "--out", tmp_path / "no")])
        assert ended.value.code == 2
        assert message in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "no").exists()


def test_a_collection_has_the_size_of_the_pictures(
    places: tuple[Path, Path], manner: tuple[Store, Path], tmp_path: Path
) -> None:
    store, painter = manner
    how = {"painter": painter, "out": tmp_path / "m", "collection": places[0], "count": 2, "watch": impasto.silent}
    with pytest.raises(DataError, match="prepare both at one size"):
        impasto.measure_edit("stylize", store, on="train", **how)
    with pytest.raises(UsageError, match=r"The test split of .* has 0 pictures, and two or more are measured on"):
        impasto.measure_edit("stylize", store, **how)
