from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from impasto.errors import ImpastoError, UsageError
from impasto.landscape.hours import TIMES
from impasto.landscape.sketches import PLACES, draw_sketch, draw_sketches


def test_a_folder_with_metadata(tmp_path: Path) -> None:
    folder = draw_sketches(tmp_path / "sketches", 22, 16)
    with (folder / "metadata.csv").open(encoding="utf8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 22
    assert {row["category"] for row in rows} == set(TIMES) == {path.name for path in folder.iterdir() if path.is_dir()}
    for row in rows:
        with Image.open(folder / row["file_name"]) as picture:
            assert picture.size == (16, 16)
        assert row["file_name"].startswith(row["category"] + "/")
        assert row["place"] in PLACES
        assert row["text"].startswith("a painting of ")
        assert row["license"] == "CC0-1.0"


def test_the_seed_decides(tmp_path: Path) -> None:
    one, same, other = (draw_sketch("dusk", seed, 5, 32) for seed in (0, 0, 1))
    assert (one[0] == same[0]).all()
    assert one[1] == same[1]
    assert (one[0] != other[0]).any()


@pytest.mark.parametrize("resolution", [8, 33, 128])
@pytest.mark.parametrize("time", TIMES)
def test_any_resolution(resolution: int, time: str) -> None:
    pixels, place = draw_sketch(time, 3, 1, resolution)
    assert pixels.shape == (resolution, resolution, 3)
    assert pixels.dtype == np.uint8
    assert place in PLACES
    assert pixels.std() > 8


def test_categories_show_in_the_colours() -> None:
    means = {
        time: np.mean([draw_sketch(time, 0, i, 16)[0].mean(axis=(0, 1)) for i in range(8)], axis=0) for time in TIMES
    }
    assert means["night"].mean() < 60
    assert means["noon"].mean() > 110
    assert means["dusk"][0] > 1.4 * means["dusk"][2]
    assert means["noon"][2] > means["dusk"][2]
    assert means["dawn"].mean() > means["dusk"].mean()


def test_pictures_differ() -> None:
    made = [draw_sketch("noon", 0, i, 32)[0].astype(float) for i in range(24)]
    apart = [np.abs(a - b).mean() for i, a in enumerate(made) for b in made[:i]]
    assert min(apart) > 5


@pytest.mark.parametrize("wrong", [{"count": 0}, {"resolution": 7}, {"resolution": 1000}, {"seed": -1}])
def test_numbers_out_of_range(tmp_path: Path, wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="Sketches need"):
        draw_sketches(tmp_path / "sketches", **wrong)
    assert not (tmp_path / "sketches").exists()


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(ImpastoError, match="exists already"):
        draw_sketches(tmp_path, 4)
    assert (tmp_path / "mine").read_text() == "x"
