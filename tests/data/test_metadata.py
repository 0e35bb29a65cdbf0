from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from impasto.data.metadata import read_metadata
from impasto.errors import DataError


def rows(path: Path, text: str, encoding: str = "utf-8") -> list[tuple[str, dict[str, Any]]]:
    path.write_bytes(text.encode(encoding))
    return [(row.file_name, row.values) for row in read_metadata(path)]


EXPECTED = [("a.png", {"style": "ink, wash"}), ("b.png", {"style": "caf\u00e9"})]


@pytest.mark.parametrize(
    "naming", ["file_name", "image", "file", "Filename", " File Name ", "path", "img", "image_path", "IMAGE-FILE", "id"]
)
def test_columns_that_name_the_picture(tmp_path: Path, naming: str) -> None:
    assert rows(tmp_path / "metadata.csv", f'{naming}, style\na.png,"ink, wash"\nb.png, caf\u00e9\n')[0] == EXPECTED[0]
    lines = [json.dumps({naming: name, **values}) for name, values in EXPECTED]
    assert rows(tmp_path / "metadata.jsonl", "\n".join(lines)) == EXPECTED


def test_file_name_comes_first(tmp_path: Path) -> None:
    text = "image,path,file_name\n1,2,a.png\n"
    assert rows(tmp_path / "metadata.csv", text) == [("a.png", {"image": "1", "path": "2"})]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(("name", "delimiter"), [("metadata.csv", ";"), ("metadata.csv", "\t"), ("metadata.tsv", "\t")])
def test_tables_of_other_programs(tmp_path: Path, name: str, delimiter: str, encoding: str) -> None:
    lines = [f"file_name{delimiter}style", f"a.png{delimiter}ink, wash", "", f"b.png{delimiter}caf\u00e9{delimiter}"]
    assert rows(tmp_path / name, "\r\n".join(lines), encoding) == EXPECTED


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", ["metadata.jsonl", "metadata.json", "dataset.json"])
def test_a_json_array_by_any_name(tmp_path: Path, name: str, indent: int | None) -> None:
    entries = [{"file_name": name, **values} for name, values in EXPECTED]
    assert rows(tmp_path / name, json.dumps(entries, indent=indent)) == EXPECTED


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"labels": [["a.png", 3], ["b/c.png", 0]]}, [("a.png", {"label": 3}), ("b/c.png", {"label": 0})]),
        ({"labels": {"a.png": "ink"}}, [("a.png", {"label": "ink"})]),
        ({"labels": None}, []),
        ({"a.png": {"caption": "dusk"}}, [("a.png", {"caption": "dusk"})]),
        ({"a.png": "ink", "b.png": None}, [("a.png", {"label": "ink"}), ("b.png", {"label": None})]),
    ],
)
def test_forms_of_json(tmp_path: Path, value: Any, expected: list[tuple[str, dict[str, Any]]]) -> None:
    assert rows(tmp_path / "dataset.json", json.dumps(value)) == expected


@pytest.mark.parametrize("value", [5, "text", {"images": [], "annotations": {}}])
def test_json_of_another_form_costs_nothing_else(tmp_path: Path, value: Any) -> None:
    (tmp_path / "metadata.json").write_text(json.dumps(value))
    (row,) = read_metadata(tmp_path / "metadata.json")
    assert (row.file_name, row.problem[:35]) == ("", "it is neither a list of objects wit")


@pytest.mark.parametrize(("name", "data"), [("metadata.json", b"{half"), ("metadata.csv", b"file_name\ncaf\xe9.png")])
def test_files_that_cannot_be_read_are_named(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError, match=name):
        list(read_metadata(tmp_path / name))
