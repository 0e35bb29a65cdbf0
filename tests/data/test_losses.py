"""What a preparation says of what it lost, matched loosely and chose."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from impasto.data.prepare import prepare
from impasto.data.store import Store
from impasto.errors import DataError, UsageError

Scene = Callable[..., Image.Image]
Make = Callable[..., Store]


@pytest.fixture
def folder(tmp_path: Path, scene: Scene) -> Path:
    """Ten pictures in one folder."""
    (tmp_path / "p").mkdir()
    for i in range(10):
        scene(i).save(tmp_path / "p" / f"{i:02d}.png")
    return tmp_path / "p"


@pytest.fixture
def make(folder: Path, tmp_path: Path, quiet: Callable[[int, int], None]) -> Make:
    """Prepares the folder."""
    return lambda out="s", **options: prepare(folder, tmp_path / out, resolution=16, progress=quiet, **options)


def say(store: Store) -> dict[str, str]:
    """The remarks by topic."""
    assert all(remark["kind"] in ("remark", "warning") and remark["count"] > 0 for remark in store.remarks())
    return {remark["topic"]: remark["message"] for remark in store.remarks()}


def splits(store: Store) -> dict[str, str]:
    return dict(zip(store.table["file"].to_pylist(), store.table["split"].to_pylist(), strict=True))


def move(folder: Path, places: dict[int, str]) -> None:
    """Move pictures into folders."""
    for number, place in places.items():
        (folder / place).mkdir(parents=True, exist_ok=True)
        (folder / f"{number:02d}.png").rename(folder / place / f"{number:02d}.png")


def test_a_clean_folder_has_nothing_to_say(folder: Path, make: Make) -> None:
    (folder / "metadata.csv").write_text("".join(["file_name,style\n", *(f"{i:02d}.png,{i % 2}\n" for i in range(10))]))
    assert say(make()) == {}


def test_formats_that_are_not_read_are_counted(folder: Path, make: Make) -> None:
    for i in range(8):
        (folder / f"IMG_{i}.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    (folder / "phone.jpg").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    (folder / "empty.png").write_bytes(b"")
    store = make()
    assert say(store)["files left out"] == (
        "10 files were left out: format not read: HEIC (9, such as 'IMG_0.HEIC': convert it to JPEG or PNG), "
        "empty file (1, such as 'empty.png': it has no bytes)."
    )
    assert store.manifest["counts"]["left_out"] == {"format not read: HEIC": 9, "empty file": 1}


def test_nothing_but_formats_that_are_not_read(folder: Path, make: Make) -> None:
    for i in range(10):
        (folder / f"{i:02d}.png").write_bytes(b"\0\0\0\x18ftypheic" + bytes(100))
    with pytest.raises(DataError, match=r"format not read: HEIC \(10\).*convert it to JPEG or PNG"):
        make()


def test_another_ending_in_the_table_is_matched(folder: Path, make: Make) -> None:
    rows = [f"{i:02d}.jpg,{'ab'[i % 2]}\n" for i in range(10)]
    (folder / "metadata.csv").write_text("".join(["file_name,movement\n", *rows]))
    store = make()
    assert store.manifest["categories"] == {"a": 5, "b": 5}
    assert say(store) == {
        "metadata of another ending": (
            "10 rows of the metadata have another ending than the picture and still matched, such as '00.jpg' for "
            "'00.png'."
        )
    }


def test_absolute_paths_in_an_array(folder: Path, make: Make) -> None:
    entries = [{"image": f"D:\\data\\{i:02d}.png", "label": "ab"[i % 2]} for i in range(10)]
    (folder / "metadata.jsonl").write_text(json.dumps(entries, indent=1))
    store = make()
    assert store.categories() == ("a", "b")
    assert list(say(store)) == ["metadata of another folder"]


def test_rows_and_pictures_without_one_another(folder: Path, make: Make) -> None:
    (folder / "metadata.csv").write_text("file_name,style\n00.png,a\n01.png,b\nx.png,a\ny.png,b\n")
    messages = say(make())
    assert messages["metadata rows not used"] == (
        "2 rows of the metadata could not be used: metadata names no picture (2, such as 'x.png': metadata.csv, line 4"
        ": the row was left out)."
    )
    assert messages["pictures without metadata"] == "8 pictures have no row in 'metadata.csv', such as '02.png'."


def test_a_table_about_other_pictures(folder: Path, make: Make) -> None:
    (folder / "metadata.csv").write_text("file_name,style\nx.png,a\ny.png,b\n")
    assert say(make())["pictures without metadata"] == (
        "No row of 'metadata.csv' is about a picture: the first row names 'x.png', and the first picture is '00.png'."
    )


def test_two_names_that_would_mean_one_picture_mean_none(folder: Path, make: Make) -> None:
    (folder / "metadata.csv").write_text("path,style\ncats/00.png,cat\ndogs/00.png,dog\ncats/01.png,cat\n01.png,own\n")
    store = make()
    assert store.table["style"].to_pylist()[:2] == [None, "own"]
    assert "metadata is ambiguous (3, such as 'cats/00.png'" in say(store)["metadata rows not used"]


def test_names_are_compared_as_people_read_them(folder: Path, make: Make) -> None:
    for i in range(10):
        (folder / f"{i:02d}.png").rename(folder / unicodedata.normalize("NFD", f"\u00e9t\u00e9-{i}.png"))
    spellings = ("caf\u00e9", "cafe\u0301 ")
    rows = [f"\u00e9t\u00e9-{i}.png, {'bar' if i == 8 else spellings[i % 2]}\n" for i in range(9)]
    (folder / "metadata.csv").write_text("".join(["file_name, category\n", *rows]), encoding="utf8")
    store = make()
    assert store.label == "category"
    assert store.manifest["categories"] == {"caf\u00e9": 8, "bar": 1}


def test_a_row_for_each_caption(folder: Path, make: Make) -> None:
    rows = [f'{i:02d}.png,"a {i}, {j}"\n' for i in range(10) for j in range(3)]
    (folder / "metadata.csv").write_text("".join(["image,caption\n", *rows]))
    store = make()
    assert store.captions[4] == ("a 4, 0", "a 4, 1", "a 4, 2")
    assert say(store) == {}


def test_captions_of_any_encoding_and_spelling(folder: Path, make: Make) -> None:
    text = "a caf\u00e9 at dusk"
    for i, encoding in enumerate(("utf-8", "utf-8-sig", "utf-16", "cp1252")):
        (folder / f"{i:02d}.txt").write_bytes(text.encode(encoding))
    (folder / "04.png.txt").write_text("with both endings")
    (folder / "05.TXT").write_text("in capitals")
    (folder / "06.txt").write_text("x" * 70_000)
    (folder / "readme.txt").write_text("about all")
    store = make()
    captions = [texts[0] if texts else None for texts in store.captions]
    assert captions[:6] == [text, text, text, None, "with both endings", "in capitals"]
    assert len(captions[6] or "") == 65_536
    messages = say(store)
    assert messages["captions not read"].startswith("1 caption file was not read.")
    assert "03.txt is not text in UTF-8" in messages["captions not read"]
    assert messages["captions cut"] == "1 caption file was cut after 65,536 bytes, such as '06.txt'."
    assert messages["texts without a picture"] == "1 text file has no picture beside it, such as 'readme.txt'."


def test_files_that_are_not_read(folder: Path, make: Make) -> None:
    for name in ("labels.csv", "film.mp4", "b.md", "Thumbs.db", "LICENSE"):
        (folder / name).write_text("x")
    assert say(make()) == {
        "tables not read": "1 file that may be a table was not read: 'labels.csv'. A table of labels is read when it "
        "is called metadata.csv.",
        "files of other kinds": "3 files are of other kinds than pictures: .md (1, such as 'b.md'), .mp4 (1, such as "
        "'film.mp4'), without an ending (1, such as 'LICENSE').",
    }


def test_duplicates_of_different_categories(folder: Path, make: Make) -> None:
    move(folder, {i: ("cats", "dogs")[i % 2] for i in range(10)})
    shutil.copy(folder / "cats" / "00.png", folder / "dogs" / "copy.png")
    for options in ({}, {"duplicates": "keep"}):
        assert say(make(f"s{len(options)}", **options))["duplicates of different categories"] == (
            "1 group of duplicates has pictures of different categories, such as 'cats/00.png' (cats) and "
            "'dogs/copy.png' (dogs)."
        )


def test_folders_in_class_folders_are_a_column_of_their_own(folder: Path, make: Make) -> None:
    move(folder, {i: f"{('cats', 'dogs')[i % 2]}/batch{i // 5}" for i in range(10)})
    store = make()
    assert store.categories() == ("cats", "dogs")
    assert store.categories("subfolder") == ("batch0", "batch1")
    assert "'batch0' of 'cats/batch0/00.png'" in say(store)["folders in class folders"]


def test_categories_that_look_alike_are_kept_apart(folder: Path, make: Make) -> None:
    move(folder, {i: ("Ink", "ink", "oil")[i % 3] for i in range(10)})
    store = make()
    assert store.categories() == ("Ink", "ink", "oil")
    assert "'Ink', 'ink'" in say(store)["categories that look alike"]


def test_folders_of_splits_are_kept(folder: Path, make: Make) -> None:
    move(folder, {i: f"{('train', 'Testing', 'valid')[i // 4]}/{('ink', 'oil')[i % 2]}" for i in range(10)})
    store = make()
    kinds = {"train": "train", "Testing": "test", "valid": "val"}
    assert splits(store) == {file: kinds[file.split("/")[0]] for file in splits(store)}
    assert (len(store.split("train")), len(store.split("test")), len(store.split("val"))) == (4, 4, 2)
    assert store.categories() == ("ink", "oil")
    assert store.manifest["counts"]["val"] == 2
    assert say(store)["split kept"].startswith(
        "The folders 'Testing', 'train', 'valid' are kept as they are: 4 train, "
    )
    anew = make("anew", split="anew")
    assert (len(anew.split("train")), len(anew.split("test")), len(anew.split("val"))) == (6, 2, 2)
    assert anew.categories() == ("ink", "oil")
    assert say(anew) == {}


@pytest.mark.parametrize("column", ["split", " Split"])
def test_a_column_of_splits_is_kept(folder: Path, make: Make, column: str) -> None:
    values = ["Train", "test", "dev", "extra", ""]
    rows = [f"{i:02d}.png,{values[i % 5]}\n" for i in range(10)]
    (folder / "metadata.csv").write_text("".join([f"file_name,{column}\n", *rows]))
    store = make()
    expected = ["train", "test", "val", "train", "train"]
    assert store.table["split"].to_pylist() == expected * 2
    assert store.label is None
    assert "4 pictures stand in no split and are trained on, such as '03.png'" in say(store)["pictures in no split"]


def test_a_column_of_other_splits_is_not_taken(folder: Path, make: Make) -> None:
    (folder / "metadata.csv").write_text("".join(["file_name,split\n", *(f"{i:02d}.png,{i % 3}\n" for i in range(10))]))
    store = make()
    assert len(store.split("test")) == 2
    assert "'0', '1', '2', not train and test or val" in say(store)["split not understood"]


def test_what_is_kept_for_validation_is_tested_with_where_nothing_else_is(folder: Path, make: Make) -> None:
    move(folder, {i: ("train", "val")[i // 7] for i in range(10)})
    store = make()
    assert (len(store.split("train")), len(store.split("test")), len(store.split("val"))) == (7, 3, 0)
    assert "val taken as test" in say(store)


def test_duplicates_stay_on_both_sides_of_a_split_that_is_kept(folder: Path, make: Make) -> None:
    move(folder, {i: ("train", "test")[i // 6] for i in range(10)})
    shutil.copy(folder / "train" / "00.png", folder / "test" / "copy.png")
    shutil.copy(folder / "train" / "00.png", folder / "train" / "again.png")
    store = make()
    assert splits(store)["test/copy.png"] == "test"
    assert "train/again.png" not in splits(store)
    assert say(store)["duplicates across splits"].startswith(
        "1 duplicate of pictures of train, exact or near, stands in test or val, such as 'test/copy.png' of "
        "'train/00.png'."
    )


def test_a_kept_split_needs_pictures_to_train_on(folder: Path, make: Make) -> None:
    move(folder, {i: ("train", "test")[i > 0] for i in range(10)})
    (folder / "train" / "00.png").write_bytes((folder / "train" / "00.png").read_bytes()[:60])
    with pytest.raises(DataError, match="The folders 'test', 'train' leave no picture to train on"):
        make()


@pytest.mark.parametrize("options", [{"folder": ""}, {"out": " "}])
def test_an_empty_name_is_no_folder(folder: Path, tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"{next(iter(options))} is empty"):
        prepare(**{"folder": folder, "out": tmp_path / "s", **options})
