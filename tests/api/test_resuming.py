"""Painting goes on where the same command was stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import impasto
from impasto.errors import UsageError
from impasto.events import Event
from impasto.images.recipe import read_recipe

FOUR = {"count": 4, "seed": 3, "resolution": 64}


class Stop(Exception):
    """What stops a painting here."""


def stopped_after(number: int) -> Callable[[Event], None]:
    """Watches a painting, and stops it after so many pictures."""

    def watch(event: Event) -> None:
        if event.kind == "progress" and event.done == number:
            raise Stop

    return watch


def test_pictures_that_are_there_are_kept_and_the_others_painted(tmp_path: Path) -> None:
    whole = impasto.paint("aaron", tmp_path / "whole", **FOUR, watch=impasto.silent)
    with pytest.raises(Stop):
        impasto.paint("aaron", tmp_path / "resumed", **FOUR, watch=stopped_after(3))
    files = [tmp_path / "resumed" / f"{number:04d}.png" for number in range(4)]
    assert [file.is_file() for file in files] == [True, True, True, False]
    files[1].write_bytes(files[1].read_bytes()[:-200])  # One was cut off, as when the machine is switched off.
    impasto.paint("aaron", tmp_path / "other", count=1, seed=8, resolution=64, watch=impasto.silent)
    (tmp_path / "other" / "0000.png").replace(files[2])  # One is another picture.
    before = files[0].stat().st_mtime_ns
    counts: list[int | None] = []
    resumed = impasto.paint(
        "aaron", tmp_path / "resumed", **FOUR, resume=True, watch=lambda event: counts.append(event.done)
    )
    assert files[0].stat().st_mtime_ns == before
    assert [count for count in counts if count] == [2, 3, 4]
    assert [file.read_bytes() for file in resumed] == [file.read_bytes() for file in whole]
    assert resumed.contact_sheet.read_bytes() == whole.contact_sheet.read_bytes()


def test_what_was_painted_otherwise_is_painted_again(tmp_path: Path) -> None:
    impasto.paint("aaron", tmp_path, **FOUR, watch=impasto.silent)
    changed: dict[str, Any] = {**FOUR, "seed": 4}
    again = impasto.paint("aaron", tmp_path, **changed, resume=True, watch=impasto.silent)
    assert [read_recipe(file).seed for file in again] == [4] * 4
    with pytest.raises(UsageError, match="resume goes on in a folder"):
        impasto.paint("aaron", **FOUR, resume=True)


def test_a_grid_goes_on_too(tmp_path: Path) -> None:
    over = {"seed": [1, 2], "resolution": [64, 96]}
    with pytest.raises(Stop):
        impasto.grid("aaron", tmp_path, over=over, watch=stopped_after(3))
    counts: list[int | None] = []
    grid = impasto.grid("aaron", tmp_path, over=over, resume=True, watch=lambda event: counts.append(event.done))
    assert [count for count in counts if count] == [4]
    assert [(read_recipe(file).seed, read_recipe(file).width) for file in grid] == [(1, 64), (2, 64), (1, 96), (2, 96)]
