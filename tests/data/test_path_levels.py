from __future__ import annotations

import pytest

from impasto.data.path_levels import PathLevels


def read(*folders: str) -> list[tuple[str | None, str | None, str | None]]:
    """Split, category and what is below it, of a picture in each of the folders."""
    files = [f"{folder}/{number}.png" if folder else f"{number}.png" for number, folder in enumerate(folders)]
    levels = PathLevels.of(files)
    return [(levels.split_of(file), levels.category_of(file), levels.below_category(file)) for file in files]


def test_one_level_of_folders_is_the_category() -> None:
    assert read("ink", "oil", "") == [(None, "ink", None), (None, "oil", None), (None, None, None)]
    assert read("1", "2") == [(None, "1", None), (None, "2", None)]


@pytest.mark.parametrize("folders", [("ink", "ink"), ("", ""), ("train", "val"), ("Testing", "train")])
def test_folders_that_are_no_categories(folders: tuple[str, str]) -> None:
    assert [category for _, category, _ in read(*folders)] == [None, None]


@pytest.mark.parametrize("batches", [("batch1", "batch2"), ("batch1", "batch1"), ("a", "b")])
def test_the_folders_below_categories_are_none(batches: tuple[str, str]) -> None:
    expected = [(None, "cats", batches[0]), (None, "dogs", batches[1])]
    assert read(f"cats/{batches[0]}", f"dogs/{batches[1]}") == expected


def test_folders_that_differ_by_a_number_are_no_categories_where_others_are() -> None:
    folders = ("2023/cats", "2024/cats", "2024/dogs")
    assert [category for _, category, _ in read(*folders)] == ["cats", "cats", "dogs"]
    assert [category for _, category, _ in read("set/part 1", "set/part 2")] == ["part 1", "part 2"]


def test_splits_at_the_top() -> None:
    assert read("Train/ink", "TESTING/oil", "val/ink") == [
        ("train", "ink", None),
        ("test", "oil", None),
        ("val", "ink", None),
    ]
    assert read("train/ink", "test/oil", "more/ink", "")[2:] == [(None, "ink", None), (None, None, None)]


def test_splits_below_a_folder_that_all_share_and_in_each_category() -> None:
    shared = [("train", "ink", None), ("test", "oil", None)]
    assert read("data/train/ink", "data/test/oil") == shared
    folders = ("ink/train/a", "ink/test/b", "oil/train/a", "oil/test/b")
    assert [split for split, _, _ in read(*folders)] == ["train", "test"] * 2
    assert [(category, below) for _, category, below in read(*folders)] == [
        ("ink", "a"),
        ("ink", "b"),
        ("oil", "a"),
        ("oil", "b"),
    ]


@pytest.mark.parametrize("folders", [("train", "plane", "car"), ("ink/train", "ink/test", "oil/more"), ("test", "val")])
def test_what_is_no_split(folders: tuple[str, ...]) -> None:
    assert {split for split, _, _ in read(*folders)} == {None}


def test_names_are_normalized() -> None:
    assert [category for _, category, _ in read("e\u0301te\u0301 ", "hiver")] == ["\u00e9t\u00e9", "hiver"]
