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
