from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from impasto.data.captions import is_caption_column
from impasto.data.folder import list_folder
from impasto.data.labelling import Labels, choose_label, label_columns, read_labels
from impasto.errors import DataError, UnknownName

Scene = Callable[..., Image.Image]


@pytest.fixture
def folder(tmp_path: Path, scene: Scene) -> Path:
    """Four pictures in two folders that are not of one kind."""
    for name in ("red/a.png", "red/b.png", "blue/c.png", "blue/d.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        scene(len(name) + ord(name[-5])).save(tmp_path / name)
    return tmp_path


def read(folder: Path) -> Labels:
    return read_labels(folder, list_folder(folder))


def rejected(labels: Labels) -> list[tuple[str, str]]:
    return [(reject.file, reject.reason) for reject in labels.rejects]


def test_class_folders(folder: Path) -> None:
    labels = read(folder)
    assert labels.rows["red/a.png"] == {"folder": "red"}
    assert choose_label(labels, list(labels.rows), None) == ("folder", "class folders")


@pytest.mark.parametrize("names", [("train", "test"), ("Train", "val")])
def test_split_folders_are_no_classes(tmp_path: Path, scene: Scene, names: tuple[str, str]) -> None:
    for i, name in enumerate(names):
        (tmp_path / name).mkdir()
        scene(i).save(tmp_path / name / "a.png")
    labels = read(tmp_path)
    assert choose_label(labels, [f"{name}/a.png" for name in names], None)[0] is None


def test_csv_with_odd_cells(folder: Path) -> None:
    text = '\ufefffile_name,style,Title,licence\nred/a.png,"Ōtsu, \n""e""",One,CC0\n./blue/c.png,b,,\n'
    (folder / "metadata.csv").write_text(text, encoding="utf8")
    labels = read(folder)
    assert labels.rows["red/a.png"] == {"style": 'Ōtsu, \n"e"', "Title": "One", "license": "CC0", "folder": "red"}
    assert labels.rows["blue/c.png"] == {"style": "b", "folder": "blue"}
    assert labels.columns[-2:] == ["text", "license"]


def test_jsonl(folder: Path) -> None:
    rows = [
        {"file_name": "red/a.png", "year": 1872, "caption": "sun", "tags": ["x", "é"], "sold": True, "none": None},
        {"file_name": "red/b.png", "year": "\ud800"},
    ]
    (folder / "metadata.jsonl").write_text("\n\n".join(json.dumps(row) for row in rows))
    labels = read(folder)
    expected = {"year": "1872", "text": "sun", "tags": '["x", "é"]', "sold": "true", "folder": "red"}
    assert labels.rows["red/a.png"] == expected
    assert labels.rows["red/b.png"]["year"] == "?"


def test_metadata_inside_a_folder(folder: Path) -> None:
    (folder / "red" / "metadata.csv").write_text("file_name,style\na.png,s\n")
    assert read(folder).rows["red/a.png"]["style"] == "s"


def test_rows_that_cannot_be_used_are_told(folder: Path) -> None:
    lines = [
        "file_name,style",
        "../secret.png,x",
        "/etc/passwd,x",
        "absent.png,x",
        "red/a.png,x",
        "red/a.png,y",
        "red/b.png",
        ",z",
        "red/b.png,1,2",
    ]
    (folder / "metadata.csv").write_text("\n".join(lines))
    (folder / "metadata.jsonl").write_text('{"file_name": 5}\nnot json\n[1]\n')
    labels = read(folder)
    assert labels.rows["red/a.png"]["style"] == "x"
    assert sorted(rejected(labels)) == [
        ("../secret.png", "metadata leads outside"),
        ("/etc/passwd", "metadata leads outside"),
        ("absent.png", "metadata names no picture"),
        *[("metadata.csv", "metadata row not read")] * 3,
        *[("metadata.jsonl", "metadata row not read")] * 3,
        ("red/a.png", "metadata repeats a file"),
    ]
    assert labels.rejects[3].detail.startswith("metadata.csv, line 7: its cells do not fit the 2 columns")
    assert not any(reject.bad for reject in labels.rejects)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"name,style\na,b\n", "no column that says which picture a row is about.* It has: name, style"),
        (b"", "no column"),
        (b"file_name\n\xff.png\n", r"metadata\.csv is not text in UTF-8.*byte 10 does not fit"),
    ],
)
def test_metadata_that_cannot_be_read(folder: Path, data: bytes, message: str) -> None:
    (folder / "metadata.csv").write_bytes(data)
    with pytest.raises(DataError, match=message):
        read(folder)


def test_our_own_columns_are_not_overwritten(folder: Path) -> None:
    (folder / "metadata.csv").write_text("file_name,split,phash,folder\nred/a.png,train,1,f\n")
    row = read(folder).rows["red/a.png"]
    assert row == {"source_split": "train", "source_phash": "1", "source_folder": "f", "folder": "red"}


def test_captions_beside_pictures(folder: Path) -> None:
    (folder / "red" / "a.txt").write_text("  a red field\n", encoding="utf8")
    (folder / "red" / "b.caption").write_bytes(b"caf\xe9")
    (folder / "blue" / "c.txt").write_text("")
    (folder / "blue" / "d.txt").write_text("from the file")
    (folder / "metadata.csv").write_text("file_name,text\nblue/d.png,from the table\n")
    rows = read(folder).rows
    assert rows["red/a.png"]["text"] == "a red field"
    assert "text" not in rows["red/b.png"]
    assert "text" not in rows["blue/c.png"]
    assert rows["blue/d.png"]["text"] == "from the table"
    assert read(folder).remarks[0].message == (
        f"1 caption file was not read. {folder}/red/b.caption is not text in UTF-8, nor in UTF-16 with a byte order "
        "mark (byte 3 does not fit). Save it again as UTF-8."
    )


def test_several_lines_are_several_captions(folder: Path) -> None:
    (folder / "red" / "a.txt").write_text("a red field\n\n  evening, red \na red field\n", encoding="utf8")
    labels = read(folder)
    assert labels.captions["red/a.png"] == ("a red field", "evening, red")
    assert labels.rows["red/a.png"]["text"] == "a red field"


def test_several_captions_in_the_metadata(folder: Path) -> None:
    rows = [
        {"file_name": "red/a.png", "captions": ["one", " two ", "", None, "one"], "style": "s"},
        {"file_name": "red/b.png", "text_1": "first", "text_2": "second", "context": "no caption"},
        {"file_name": "blue/c.png", "prompt": "asked", "caption": ["told", "asked"]},
    ]
    (folder / "metadata.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    (folder / "red" / "a.txt").write_text("not taken")
    (folder / "blue" / "d.txt").write_text("from the file")
    labels = read(folder)
    assert labels.captions == {
        "red/a.png": ("one", "two"),
        "red/b.png": ("first", "second"),
        "blue/c.png": ("asked", "told"),
        "blue/d.png": ("from the file",),
    }
    assert labels.rows["red/a.png"] == {"text": "one", "style": "s", "folder": "red"}
    assert labels.rows["red/b.png"] == {"text": "first", "context": "no caption", "folder": "red"}
    assert labels.columns == ["style", "folder", "context", "text", "license"]


def test_numbered_captions_in_a_table(folder: Path) -> None:
    (folder / "metadata.csv").write_text("file_name,caption,caption_2\nred/a.png,one,two\nred/b.png,,three\n")
    captions = read(folder).captions
    assert captions == {"red/a.png": ("one", "two"), "red/b.png": ("three",)}


def test_maps_are_no_pictures(folder: Path, scene: Scene) -> None:
    (folder / "maps").mkdir()
    scene(9).convert("L").save(folder / "maps" / "a.png")
    lines = [
        "file_name,map:layout,style",
        "red/a.png,maps/a.png,s",
        "red/b.png,maps/absent.png,s",
        "blue/c.png,../x.png,",
    ]
    (folder / "metadata.csv").write_text("\n".join(lines))
    labels = read(folder)
    assert labels.maps == {"red/a.png": {"layout": "maps/a.png"}}
    assert (labels.map_names(), labels.map_files()) == (["layout"], {"maps/a.png"})
    assert "maps/a.png" not in labels.rows
    assert labels.columns == ["style", "folder", "text", "license"]
    assert rejected(labels) == [("maps/absent.png", "metadata names no map"), ("../x.png", "metadata names no map")]


@pytest.mark.parametrize("name", ["pictures", "Layout", "a/b", "..", ""])
def test_names_that_a_map_cannot_have(folder: Path, name: str) -> None:
    (folder / "metadata.csv").write_text(f"file_name,map:{name}\nred/a.png,red/b.png\n")
    with pytest.raises(DataError, match="a map is called by lower-case letters"):
        read(folder)


@pytest.mark.parametrize("column", ["text", "caption", "prompt", "captions", "text_1", "caption2", "prompts_3"])
def test_columns_of_captions(column: str) -> None:
    assert is_caption_column(column)


@pytest.mark.parametrize("column", ["context", "texture", "Caption", "caption_a", "my_text", ""])
def test_columns_that_hold_no_captions(column: str) -> None:
    assert not is_caption_column(column)


@pytest.mark.parametrize(
    ("columns", "chosen"),
    [
        (("style", "genre", "movement"), "movement"),
        (("style", "Category"), "Category"),
        (("artist", "style"), "style"),
        (("artist",), None),
    ],
)
def test_default_label(columns: tuple[str, ...], chosen: str | None) -> None:
    rows = {str(i): {column: str(i % 2) for column in columns} for i in range(4)}
    labels = Labels([*columns, "text", "license"], rows)
    assert choose_label(labels, list(rows), None)[0] == chosen


def test_a_column_of_one_value_is_no_default() -> None:
    rows = {str(i): {"movement": "same", "style": str(i % 2)} for i in range(4)}
    assert choose_label(Labels(["movement", "style"], rows), list(rows), None)[0] == "style"
    assert choose_label(Labels(["movement", "style"], rows), list(rows), "movement") == ("movement", "asked for")


def test_an_unknown_label_is_suggested() -> None:
    rows = {str(i): {"movement": str(i % 2)} for i in range(4)}
    with pytest.raises(UnknownName, match="did you mean 'movement'"):
        choose_label(Labels(["movement", "text", "license"], rows), list(rows), "movment")


def test_titles_and_texts_are_no_label_columns() -> None:
    rows = {str(i): {"title": str(i), "style": str(i % 3), "text": "a", "same": "s"} for i in range(12)}
    labels = Labels(["title", "style", "same", "text", "license"], rows)
    assert label_columns(labels, list(rows), "style") == ["style"]
    assert label_columns(labels, list(rows), "title") == ["title", "style"]
