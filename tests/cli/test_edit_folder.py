"""Folders of pictures are edited, each picture with its recipe."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import impasto
from impasto import api
from impasto.cli.app import main
from impasto.errors import DataError, UsageError
from impasto.images.recipe import read_recipe

HOW = {"painter": "painting_fool", "size": 64, "settings": {"attempts": 1}}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "photos"
    place.mkdir()
    for name, hue in (("a.png", 40), ("b.jpg", 120), ("b.png", 200)):
        pixels = np.full((50, 80, 3), (hue, 140, 90), np.uint8)
        pixels[10:40, 30:45] = (180, 60, 40)
        Image.fromarray(pixels).save(place / name)
    (place / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    (place / "notes.txt").write_text("no picture")
    return place


def test_every_picture_is_edited_and_a_broken_one_is_named(folder: Path, tmp_path: Path) -> None:
    events: list[impasto.Event] = []
    edited = impasto.edit_folder("stylize", folder, tmp_path / "out", watch=events.append, **HOW)
    assert [each.picture.name for each in edited.pictures] == ["a.png", "b.jpg.png", "b.png.png"]
    assert [file.name for file in edited.failed] == ["broken.png"]
    assert any("broken.png cannot be edited" in event.message for event in events)
    assert any(event.message.startswith("b.jpg, 2 of 4: ") for event in events)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["a.png", "b.jpg.png", "b.png.png"]
    single = impasto.edit("stylize", folder / "a.png", tmp_path / "a.png", watch=impasto.silent, **HOW)
    assert read_recipe(edited.pictures[0].picture).pixels == read_recipe(single.picture).pixels
    assert api.repaint(edited.pictures[1].picture).identical


def test_nothing_is_replaced_and_an_empty_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "b.png.png").write_bytes(b"precious")
    with pytest.raises(UsageError, match=r"b\.png\.png"):
        impasto.edit_folder("stylize", folder, tmp_path / "out", watch=impasto.silent, **HOW)
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["b.png.png"]
    (tmp_path / "none").mkdir()
    with pytest.raises(DataError, match="There is no picture file in"):
        impasto.edit_folder("stylize", tmp_path / "none", watch=impasto.silent, **HOW)


def test_a_folder_of_which_nothing_can_be_edited_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        if file.name != "broken.png":
            file.unlink()
    with pytest.raises(DataError, match=r"could be edited. Of the first one: .*broken.png cannot be edited"):
        impasto.edit_folder("stylize", folder, watch=impasto.silent, **HOW)
    assert not list((tmp_path / "gallery").iterdir())


def test_each_picture_has_the_mask_of_its_name(folder: Path, tmp_path: Path) -> None:
    (folder / "b.jpg").unlink()
    masks = tmp_path / "masks"
    masks.mkdir()
    mask = np.zeros((50, 80), np.uint8)
    mask[:20] = 255
    Image.fromarray(mask).save(masks / "b.png")
    how = {"watch": impasto.silent, "settings": {"steps": 1, "resampling": 1}}
    edited = impasto.edit_folder("inpaint", folder, tmp_path / "out", mask=masks, **how)
    assert [each.picture.name for each in edited.pictures] == ["b.png"]
    assert "has 0 files called a" in edited.failed[folder / "a.png"]
    before, after = (np.asarray(Image.open(file).convert("RGB")) for file in (folder / "b.png", edited.pictures[0]))
    assert np.array_equal(before[20:], after[20:])


def test_the_command_takes_a_folder_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["edit", "stylize", "photos", "--with", "painting_fool", "--size", "64", "--set", "attempts=1", "--json"]
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert not ended.value.code
    result = json.loads(capsys.readouterr().out)
    assert len(result["pictures"]) == 3
    assert result["folder"].endswith("photos-stylize")
    assert [Path(file).name for file in result["failed"]] == ["broken.png"]


def test_what_is_wrong_with_one_picture_does_not_stop_the_others(folder: Path, tmp_path: Path) -> None:
    (folder / "broken.png").unlink()
    Image.new("RGB", (128, 64), "teal").save(folder / "wide.png")
    settings = {"width": 100, "steps": 1, "resampling": 1}
    edited = impasto.edit_folder("extend", folder, tmp_path / "out", settings=settings, watch=impasto.silent)
    assert [each.picture.name for each in edited.pictures] == ["a.png", "b.jpg.png", "b.png.png"]
    assert [file.name for file in edited.failed] == ["wide.png"]
    with pytest.raises(UsageError, match="seed must be between"):
        impasto.edit_folder("extend", folder, tmp_path / "more", seed=-1, watch=impasto.silent)
    with pytest.raises(DataError, match="There is no folder"):
        impasto.edit_folder("extend", tmp_path / "missing", watch=impasto.silent)
