"""Who is first on the leaderboard, and who ties."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

SPACES = ("one", "other")


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))


@pytest.fixture
def board() -> Iterator[ModuleType]:
    """The module of the table, which is a script and no part of the package."""
    import leaderboard_table

    yield leaderboard_table
    sys.modules.pop("leaderboard_table")


def row(one: float, other: float, spread: float = 0.01) -> dict[str, object]:
    # Real pictures are resampled alike for all, which moves all distances together.
    shared = np.random.default_rng(0).normal(0, 0.5, 200)
    single = np.random.default_rng(int(1e6 * one)).normal(0, spread, 200)
    numbers = {
        space: {
            "kernel": value,
            "draws": list(value + shared + single),
            **dict.fromkeys(("frechet_infinity", "density", "coverage", "recall", "copying"), 0.5),
        }
        for space, value in zip(SPACES, (one, other), strict=True)
    }
    return {"numbers": numbers, "cost": {"steps": 10}, "also": ""}


def places(board: ModuleType, **entries: list[dict[str, object]]) -> dict[str, int]:
    return {standing.name: standing.rank for standing in board.ranked(entries, SPACES)}


def test_differences_are_paired(board: ModuleType) -> None:
    assert places(board, far=[row(0.6, 0.6)], near=[row(0.4, 0.4)]) == {"near": 1, "far": 2}


def test_both_spaces_must_agree(board: ModuleType) -> None:
    entries = {"a": [row(0.4, 0.7)], "b": [row(0.6, 0.5)], "c": [row(0.9, 0.9)]}
    assert places(board, **entries) == {"a": 1, "b": 1, "c": 3}
    lines = board.table(entries, SPACES).splitlines()
    assert [line.split(" | ")[1] for line in lines[2:]] == ["1=", "1=", "3"]


def test_what_another_seed_may_change_is_a_tie(board: ModuleType) -> None:
    sure = {"a": [row(0.40, 0.40), row(0.41, 0.41)], "b": [row(0.6, 0.6), row(0.61, 0.61)]}
    assert places(board, **sure) == {"a": 1, "b": 2}
    unsure = {"a": [row(0.2, 0.2), row(0.7, 0.7)], "b": [row(0.5, 0.5), row(0.6, 0.6)]}
    assert places(board, **unsure) == {"a": 1, "b": 1}


def test_a_ratio_has_an_interval(board: ModuleType) -> None:
    value, low, high = board.ratio([row(4, 4, 0.1)], [row(8, 8, 0.1)], "one")
    assert value == pytest.approx(0.5)
    assert low < 0.5 < high


def test_who_learned_from_a_space_has_no_place_in_it(board: ModuleType) -> None:
    judged = row(0.1, 0.1)
    judged["cost"] = {"steps": 10, "loss_networks": ["one"]}
    entries = {"a": [row(0.4, 0.4)], "b": [judged]}
    assert places(board, **entries) == {"a": 1, "b": 0}
    assert board.table(entries, SPACES).splitlines()[-1].startswith("| `b` | – |")


def test_every_painter_that_learns_takes_part() -> None:
    import leaderboard_entries

    names = [entry.name for entry in leaderboard_entries.entries()]
    assert {"auto", "ddpm", "migan", "migan modern", *leaderboard_entries.PEERS} <= set(names)
    assert len(names) == len(set(names))
    # They paint nothing without a given picture.
    assert not {"inpainter_gan", "esrgan"} & set(names)


def test_a_trial_is_an_entry_with_settings_of_its_own() -> None:
    import leaderboard_entries

    trial = leaderboard_entries.named("flow_unet channels=32,64 lr=5e-4")
    assert (trial.painter, trial.settings) == ("flow_unet", {"channels": [32, 64], "lr": 5e-4})
    assert leaderboard_entries.named("migan modern").preset == "modern"
    assert leaderboard_entries.named("nothing") is None


def kept(name: str, one: float, side: int, minutes: float, **others: str) -> dict[str, object]:
    terms = {"store": "f" * 64, "side": side, "trained_on": 2830, "split": "val", "measured_against": 961}
    terms |= {"count": 500, "minutes": minutes, "spaces": list(SPACES), **others}
    sheet = f"{name}-{side}px.webp".replace(" ", "-")
    return {"name": name, "terms": terms, "processor": "a processor", "sheet": sheet, **row(one, one)}


def test_the_page_has_a_section_for_each_size_and_budget(tmp_path: Path) -> None:
    import leaderboard_page

    rows = [
        kept("auto", 0.2, 64, 10),
        kept("auto", 0.1, 64, 60),
        kept("auto", 0.2, 32, 12),
        kept("diffusers-unet2d", 0.4, 32, 12),
        kept("real training pictures", 0.0, 32, 0),
        kept("auto", 0.2, 128, 10),
        kept("auto", 0.3, 64, 10, collection="artists apart"),
        {**kept("vae", 0.5, 64, 10), "failed": "it broke"},
    ]
    del rows[-1]["numbers"]
    leaderboard_page.write_page(tmp_path / "leaderboard.md", rows)
    text = (tmp_path / "leaderboard.md").read_text()
    heads = [line for line in text.splitlines() if line.startswith("## ")]
    tables = ["10 processor minutes, 64 px", "60 processor minutes, 64 px", "12 processor minutes, 32 px"]
    tables += ["10 processor minutes, 128 px", "10 processor minutes, 64 px, artists apart"]
    assert heads[:5] == [f"## {table}" for table in tables]
    drawings = [file.name for file in (tmp_path / "leaderboard").iterdir()]
    assert drawings == ["curve-64-px.png"]
    assert "](leaderboard/curve-64-px.png)" in text
    assert "| diffusers-unet2d | 0.50 [" in text
    assert "- `vae`, 64 px, 10 min: it broke" in text
    assert "`ddpm`" in text.partition("Not trained")[2]
    assert "![auto, 32 px, 12 minutes](leaderboard/auto-32px.webp)" in text
