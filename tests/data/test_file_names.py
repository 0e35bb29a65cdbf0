from __future__ import annotations

import unicodedata

import pytest

from impasto.data.file_names import FileNames

FILES = (
    "a.png",
    "A.png",
    "red/one.png",
    "red/Two.JPG",
    "blue/one.png",
    "blue/three.webp",
    "blue/three.png",
    "blue/deep/four.png",
    "img.001.png",
    unicodedata.normalize("NFD", "\u00e9t\u00e9.png"),
)


@pytest.mark.parametrize(
    ("name", "file", "difference"),
    [
        ("a.png", "a.png", ""),
        ("./red/one.png", "red/one.png", "spelling"),
        ("red\\one.png", "red/one.png", "spelling"),
        (" red / one.png ", "red/one.png", "spelling"),
        ("\u00e9t\u00e9.png", unicodedata.normalize("NFD", "\u00e9t\u00e9.png"), "spelling"),
        ("red/two.jpg", "red/Two.JPG", "letter case"),
        ("RED/ONE.PNG", "red/one.png", "letter case"),
        ("red/two.png", "red/Two.JPG", "ending"),
        ("red/two", "red/Two.JPG", "ending"),
        ("img.001", "img.001.png", "ending"),
        ("/elsewhere/pictures/red/one.png", "red/one.png", "folders"),
        ("C:\\pictures\\red\\one.jpg", "red/one.png", "folders"),
        ("https://host/x/red/one.png", "red/one.png", "folders"),
        ("../pictures/red/one.png", "red/one.png", "folders"),
        ("four.png", "blue/deep/four.png", "folders"),
        ("deep/four.png", "blue/deep/four.png", "folders"),
    ],
)
def test_the_file_that_a_name_means(name: str, file: str, difference: str) -> None:
    match = FileNames(FILES).find(name)
    assert (match.files, match.difference) == ((file,), difference)
    assert match.is_loose == (difference not in ("", "spelling"))


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("a.PNG", ("A.png", "a.png")),
        ("blue/three.jpg", ("blue/three.png", "blue/three.webp")),
        ("one.png", ("blue/one.png", "red/one.png")),
    ],
)
def test_a_name_that_may_mean_several(name: str, files: tuple[str, ...]) -> None:
    assert FileNames(FILES).find(name).files == files


@pytest.mark.parametrize("name", ["absent.png", "green/one.png", "/etc/passwd", "..", "/", "", "red", "img.002"])
def test_a_name_that_means_none(name: str) -> None:
    assert FileNames(FILES).find(name).files == ()


def test_names_in_a_table_of_a_folder() -> None:
    names = FileNames(FILES)
    assert names.find("one.png", "blue").files == ("blue/one.png",)
    assert names.find("four.png", "blue").files == ("blue/deep/four.png",)
    assert names.find("red/one.png", "blue").files == ("red/one.png",)
    assert names.find("../red/one.png", "blue").files == ("red/one.png",)
    # The picture of that name at the root is another one.
    assert names.find("a.png", "blue").files == ()


def test_files_that_are_left_out_are_meant_only_where_no_other_is() -> None:
    names = FileNames(["a.png"], ["a.heic", "b.heic"])
    assert names.find("a.jpg").files == ("a.png",)
    assert names.find("a.heic").files == ("a.png",)
    assert names.find("b.heic").files == ("b.heic",)
