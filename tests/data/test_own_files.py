"""What impasto made, and links, in a folder of pictures."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import impasto
from impasto.data.prepare import prepare
from impasto.data.store import Store
from impasto.errors import DataError
from impasto.spelling import command_line

Scene = Callable[..., Image.Image]


def pictures(folder: Path, scene: Scene, count: int = 4, start: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(start, start + count):
        scene(number).save(folder / f"{number}.png")
    return folder


def prepared(folder: Path, **options: Any) -> Store:
    out = folder.parent / f"{folder.name}-store"
    return prepare(folder, out, resolution=32, workers=1, progress=lambda done, total: None, **options)


def left_out(store: Store) -> dict[str, str]:
    return {reject["file"]: reject["reason"] for reject in store.rejects()}


def remarks_on(store: Store) -> str:
    return " ".join(remark["message"] for remark in store.manifest["remarks"])


def test_by_products_of_a_gallery_are_no_pictures(tmp_path: Path) -> None:
    gallery = tmp_path / "gallery"
    also = ("layout.png", "depth.png", "normals.png")
    impasto.paint("landscape", gallery, count=3, resolution=64, also=also, watch=impasto.silent)
    store = prepared(gallery)
    assert sorted(store.table["file"].to_pylist()) == ["0000.png", "0001.png", "0002.png"]
    assert set(left_out(store).values()) == {"made by impasto"}
    assert len(left_out(store)) == 10
    assert "10 files were left out: made by impasto (10, such as" in remarks_on(store)
    assert "3 pictures were painted by impasto and are taken like all others" in remarks_on(store)


def test_a_companion_may_be_a_map(tmp_path: Path) -> None:
    gallery = tmp_path / "gallery"
    impasto.paint("landscape", gallery, count=3, resolution=64, also=("depth.png",), watch=impasto.silent)
    rows = "".join(f"{number:04d}.png,{number:04d}.depth.png\n" for number in range(3))
    (gallery / "metadata.csv").write_text("file_name,map:depth\n" + rows)
    store = prepared(gallery)
    assert store.maps["depth"].shape == (3, 32, 32)
    assert set(left_out(store)) == {"contact-sheet.png"}


def test_stores_and_runs_inside_are_skipped_whole(tmp_path: Path, scene: Scene) -> None:
    folder = pictures(tmp_path / "pictures", scene)
    store = prepared(folder)
    impasto.inspect(store)
    shutil.move(tmp_path / "pictures-store", folder / "store")
    for name, files in {"run": ("run.json", "events.jsonl"), "compared": ("experiment.json", "results.json")}.items():
        pictures(folder / name / "samples", scene, 2, 10)
        for file in files:
            (folder / name / file).write_text("{}")
    pictures(folder / "not-a-run", scene, 2, 20)
    (folder / "not-a-run" / "config.json").write_text("{}")
    store = prepared(folder)
    assert len(store) == 6
    assert {file for file, reason in left_out(store).items() if reason == "made by impasto"} == {
        "store",
        "run",
        "compared",
    }
    with pytest.raises(DataError, match=r"holds no pictures .* but 1 file or folder that impasto wrote"):
        prepared(folder / "store")


def test_links_inside_and_outside_are_told_apart(tmp_path: Path, scene: Scene) -> None:
    pictures(tmp_path / "elsewhere" / "ink", scene)
    pictures(tmp_path / "elsewhere" / "oil", scene, 4, 4)
    folder = tmp_path / "linked"
    folder.mkdir()
    for name in ("ink", "oil"):
        (folder / name).symlink_to(f"../elsewhere/{name}")
    with pytest.raises(DataError, match=r"2 links that lead outside of it, such as 'ink'.* add follow_links=True;"):
        prepared(folder)
    with command_line(), pytest.raises(DataError, match="To follow links, add --follow-links;"):
        prepared(folder)
    store = prepared(folder, follow_links=True)
    assert len(store) == 8
    assert store.categories() == ("ink", "oil")


def test_links_to_files(tmp_path: Path, scene: Scene) -> None:
    pictures(tmp_path / "elsewhere", scene)
    folder = pictures(tmp_path / "linked", scene, 2, 10)
    for file in (tmp_path / "elsewhere").iterdir():
        (folder / f"link-{file.name}").symlink_to(file)
    store = prepared(folder)
    assert set(left_out(store).values()) == {"link leading outside"}
    assert "add follow_links=True" in remarks_on(store)
    shutil.rmtree(store.root)
    assert len(prepared(folder, follow_links=True)) == 6


def test_links_in_a_circle_end(tmp_path: Path, scene: Scene) -> None:
    folder = pictures(tmp_path / "pictures", scene)
    elsewhere = pictures(tmp_path / "elsewhere", scene, 2, 10)
    (folder / "up").symlink_to(tmp_path)
    (folder / "self").symlink_to(folder)
    (folder / "there").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(folder)
    (elsewhere / "self").symlink_to(elsewhere)
    assert len(prepared(folder, follow_links=True)) == 6


def test_max_bad_is_advised_where_it_helps(tmp_path: Path, scene: Scene) -> None:
    folder = pictures(tmp_path / "pictures", scene)
    for number in range(8):
        (folder / f"bad{number}.png").write_text("no")
    with pytest.raises(DataError, match=r"take the others alone: max_bad=0\.67\.$"):
        prepared(folder)
    assert len(prepared(folder, max_bad=0.67)) == 4
    for number in range(4):
        (folder / f"{number}.png").unlink()
    with pytest.raises(DataError, match=r"8 of 8 .* cannot be used: .* Mend the folder, or name another one\.$"):
        prepare(folder, tmp_path / "other", resolution=32, max_bad=1, workers=1)


def test_two_pictures_are_said_to_be_too_few_to_train_on(tmp_path: Path, scene: Scene) -> None:
    store = prepared(pictures(tmp_path / "two", scene, 2))
    advice = "1 picture to train on, and painters learn from 2 or more. Prepare the folder with more pictures, or keep "
    assert f"The store has {advice}none for the test: test_share=0." in remarks_on(store)
    with pytest.raises(DataError, match=advice):
        impasto.train("vae", store, tmp_path / "run", preset="tiny", steps=1, watch=impasto.silent)
    shutil.rmtree(store.root)
    store = prepared(tmp_path / "two", test_share=0)
    impasto.train("vae", store, tmp_path / "run", preset="tiny", steps=1, batch=2, watch=impasto.silent)
