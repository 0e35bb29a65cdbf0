"""Grids of settings, and pictures between two seeds: in the command line's words, and painted again bit for bit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto.api.axes import axes_of, cells, parse_over
from impasto.catalogue import painter
from impasto.errors import ConfigError, NotCapable, UsageError
from impasto.images.recipe import read_recipe
from impasto.pretrained import save
from impasto.spelling import command_line


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A painter that paints from noise, by sampling; what it has learned does not matter here."""
    place = tmp_path_factory.mktemp("painters") / "noise"
    save(painter("ddpm").build("tiny", resolution=32), place, {})
    return place


def opened(file: str | Path) -> Image.Image:
    """A picture that is read to its end, so that its file is closed."""
    with Image.open(file) as image:
        image.load()
        return image


def pixels(file: Path) -> np.ndarray:
    return np.asarray(opened(file))


def test_each_picture_of_a_grid_is_the_one_that_painting_gives_and_repaints_itself(
    trained: Path, tmp_path: Path
) -> None:
    over = {"steps": [1, 2, 3], "seed": [4, 5]}
    grid = impasto.grid(trained, tmp_path / "grid", over=over, watch=impasto.silent)
    assert len(grid) == 6
    assert grid.axes == {"steps": (1, 2, 3), "seed": (4, 5)}
    # Columns come first: the next picture has the next value of the first axis.
    recipes = [read_recipe(file) for file in grid]
    assert [(recipe.settings["steps"], recipe.seed) for recipe in recipes] == [
        (1, 4), (2, 4), (3, 4), (1, 5), (2, 5), (3, 5)
    ]  # fmt: skip
    one = grid.picture(steps=2, seed=5)
    assert one == grid[4]
    alone = impasto.paint(trained, tmp_path / "one", count=1, seed=5, settings={"steps": 2}, watch=impasto.silent)
    assert np.array_equal(pixels(one), pixels(alone[0]))
    assert impasto.repaint(one).identical
    sheet = opened(grid.contact_sheet)
    assert sheet.width >= 1024
    assert "impasto" not in sheet.text
    with pytest.raises(UsageError, match="There is no picture of"):
        grid.picture(steps=4, seed=5)


def test_varied_pictures_begin_at_one_seed_end_at_the_other_and_repaint_themselves(
    trained: Path, tmp_path: Path
) -> None:
    loaded = impasto.open(trained)
    varied = {"variation_seed": 8, "variation_strength": 0.25}
    first, second, between = (
        loaded.paint(2, seed=seed, settings={"steps": 2}, watch=impasto.silent, **options)
        for seed, options in ((7, {"variation_seed": 8, "variation_strength": 0}), (8, {}), (7, varied))
    )
    plain = loaded.paint(2, seed=7, settings={"steps": 2}, watch=impasto.silent)
    assert np.array_equal(first.arrays, plain.arrays)
    whole = loaded.paint(2, seed=7, settings={"steps": 2}, variation_seed=8, variation_strength=1, watch=impasto.silent)
    assert np.array_equal(whole.arrays, second.arrays)
    assert not np.array_equal(between.arrays, plain.arrays)
    file = between[1].save(tmp_path / "varied.png")
    assert (read_recipe(file).variation_seed, read_recipe(file).variation_strength) == (8, 0.25)
    assert "Variation seed: 8, Variation seed strength: 0.25" in opened(file).text["parameters"]
    assert impasto.repaint(file).identical


def test_a_variation_that_means_nothing_is_refused(trained: Path) -> None:
    for options, sentence in (
        ({"variation_strength": 0.5}, "A variation needs a second seed"),
        ({"variation_seed": 5}, "How far shall pictures be varied towards those of seed 5"),
        ({"variation_seed": 5, "variation_strength": 2.0}, "variation_strength must lie between 0 and 1, not at 2"),
    ):
        with pytest.raises(UsageError, match=sentence):
            impasto.open(trained).paint(1, watch=impasto.silent, **options)
    with pytest.raises(NotCapable, match="aaron paints without noise"):
        impasto.open("aaron").paint(1, variation_seed=1, variation_strength=0.5, watch=impasto.silent)


def test_axes_are_typed_as_people_write_them() -> None:
    assert parse_over(["guidance=1, 2,4.5", "prompt=a lake, in fog | 1984", "brush-width=[null, [1, 2]]"]) == {
        "guidance": [1, 2, 4.5],
        "prompt": ["a lake, in fog", "1984"],
        "brush_width": [None, [1, 2]],
    }
    assert parse_over(["variation_strength=0..1:5", "seed=3..5:3"]) == {
        "variation_strength": [0, 0.25, 0.5, 0.75, 1],
        "seed": [3, 4, 5],
    }
    axes = axes_of({"seed": [1, 2], "size": [(32, 48)], "painter": ["a", "b"]})
    assert axes[1].values == ("32x48",)
    assert cells(axes)[1] == {"seed": 2, "size": "32x48", "painter": "a"}
    with command_line():
        for words, sentence in (
            (["guidance"], r"--over takes NAME=VALUE,VALUE and so on, not 'guidance'"),
            (["seed=1", "seed=2"], "seed is given twice"),
        ):
            with pytest.raises(UsageError, match=sentence):
                parse_over(words)


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({}, "A grid varies one to 3 settings, not 0"),
        ({"seed": [1, 1]}, "seed has the value 1 twice"),
        ({"seed": list(range(300))}, "would have 300 pictures; at most 256"),
        ({"seed": [1.5]}, r"seed = 1\.5: give whole numbers"),
        ({"category": "ink"}, "a grid takes a list of values"),
        ({"steps": [2, 3]}, "steps is varied, and given a fixed value too"),
        ({"strokes": [2, 3]}, "unknown setting 'strokes'"),
    ],
)
def test_what_is_no_grid_is_refused_before_anything_is_painted(
    over: dict[str, object], sentence: str, trained: Path, tmp_path: Path
) -> None:
    with pytest.raises((UsageError, ConfigError), match=sentence):
        impasto.grid(trained, tmp_path / "none", over=over, settings={"steps": 2}, watch=impasto.silent)
    assert not (tmp_path / "none").exists()


def test_the_command_paints_pictures_of_several_sizes_on_a_sheet_with_any_letters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from impasto.cli.app import main

    words = ["grid", "landscape", "--over", "resolution=32,48", "--over", "prompt=a lake|湖", "--json", "--quiet"]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--out", str(tmp_path / "grid")])
    assert not ended.value.code
    printed = json.loads(capsys.readouterr().out)
    assert printed["axes"] == {"resolution": [32, 48], "prompt": ["a lake", "湖"]}
    assert [opened(file).size for file in printed["pictures"]] == [(32, 32), (48, 48)] * 2
