"""Rows of metadata files, in the forms that data sets come in.

They are tables (`metadata.csv`, `metadata.tsv`), JSON lines (`metadata.jsonl`) or JSON (`metadata.json`,
`dataset.json`).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from impasto.errors import DataError
from impasto.files import read_json, read_text
from impasto.names import normalized

__all__ = ["METADATA", "MetadataRow", "read_metadata"]

METADATA = ("metadata.csv", "metadata.tsv", "metadata.jsonl", "metadata.json", "dataset.json")
"""Names of metadata files; letter case does not count."""
NAMING = (
    *("filename", "file", "filepath", "image", "imagename", "imagefile", "imagefilename", "imagepath"),
    *("img", "imgname", "imgpath", "picture", "picturename", "path", "imageid", "id"),
)
"""Columns that may name the picture, the first that there is; letter case, spaces, '_' and '-' do not count."""


@dataclass(frozen=True)
class MetadataRow:
    """A row of a metadata file.

    Attributes:
        line: Its number in the file, or among the entries of a JSON file.
        file_name: The picture that it is about, as it stands there; empty when the row is broken.
        values: All other columns.
        problem: Why the row cannot be used; empty when it can.
    """

    line: int
    file_name: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def read_metadata(path: Path) -> Iterator[MetadataRow]:
    """The rows of a metadata file, broken ones with their problem.

    Raises:
        DataError: When the file cannot be read, is not text, or no column of it says which picture a row is about.
    """
    ending = path.suffix.lower()
    if ending == ".json":
        return _entry_rows(_entries(read_json(path, DataError)))
    text = read_text(path, DataError)
    if ending != ".jsonl":
        return _table_rows(path, text)
    # Some write a JSON array and call it by this name.
    whole = _parsed(text) if text.lstrip().startswith("[") else None
    return _line_rows(text) if whole is None else _entry_rows(whole)


def _table_rows(path: Path, text: str) -> Iterator[MetadataRow]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(path, text), skipinitialspace=True)
    try:
        header = [normalized(name) for name in next(reader, [])]
        naming = _naming(header)
        if naming is None:
            raise DataError(
                f"{path} has no column that says which picture a row is about, such as 'file_name', 'image' or 'path'. "
                f"It has: {', '.join(header) or 'none'}. Rename one of them."
            )
        for cells in reader:
            if not cells:
                continue
            values: dict[str, Any] = dict(zip(header, cells, strict=False))
            file_name = normalized(values.pop(naming, ""))
            if len(cells) < len(header) or any(cells[len(header) :]):
                yield MetadataRow(reader.line_num, problem=f"its cells do not fit the {len(header)} columns")
            elif not file_name:
                yield MetadataRow(reader.line_num, problem=f"it has no {naming}")
            else:
                yield MetadataRow(reader.line_num, file_name, values)
    except csv.Error as error:
        raise DataError(f"{path} cannot be read as a table ({error}, line {reader.line_num}).") from None


def _delimiter(path: Path, text: str) -> str:
    """What separates the columns of a table: a comma, or else what its header has in the place of commas."""
    header = text.lstrip().partition("\n")[0]
    others = "\t;" if path.suffix.lower() == ".tsv" or "," not in header else ","
    return next((mark for mark in others if mark in header), ",")


def _line_rows(text: str) -> Iterator[MetadataRow]:
    # Lines end at line feeds alone: a text may hold other characters that Python counts as ends of lines.
    for line, content in enumerate(text.split("\n"), 1):
        if not content.strip():
            continue
        try:
            values = json.loads(content)
        except (ValueError, RecursionError) as error:
            yield MetadataRow(line, problem=f"it is not JSON ({error})")
        else:
            yield _entry_row(line, values)


def _entry_rows(entries: Any) -> Iterator[MetadataRow]:
    """The rows of a JSON value; one with a problem when it has a form that is not read, as a file may be about else."""
    if not isinstance(entries, list):
        yield MetadataRow(1, problem="it is neither a list of objects with 'file_name' nor an object of file → values")
        return
    for number, values in enumerate(entries, 1):
        yield _entry_row(number, values)


def _entry_row(number: int, values: Any) -> MetadataRow:
    if isinstance(values, dict):
        columns = {normalized(name): value for name, value in values.items()}
        naming = _naming(columns)
        name = columns.pop(naming) if naming is not None else None
        # Identifiers may be numbers.
        name = str(name) if isinstance(name, int) and naming != "file_name" else name
        if isinstance(name, str) and normalized(name):
            return MetadataRow(number, normalized(name), columns)
    return MetadataRow(number, problem="it is not an object with a 'file_name'")


def _entries(value: Any) -> Any:
    """The entries of a JSON file as a list of objects; another value as it is.

    The file may hold such a list, an object of file → values or file → label, or one that has pairs of file and label,
    or an object of file → label, as `labels`, which is how StyleGAN's `dataset.json` has it.
    """
    if isinstance(value, dict) and "labels" in value:
        value = value["labels"]
        if value is None:
            return []
        if isinstance(value, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in value):
            return [{"file_name": name, "label": label} for name, label in value]
    if isinstance(value, dict) and all(isinstance(values, dict) for values in value.values()):
        return [{**values, "file_name": name} for name, values in value.items()]
    if isinstance(value, dict) and not any(isinstance(values, dict | list) for values in value.values()):
        return [{"file_name": name, "label": label} for name, label in value.items()]
    return value


def _naming(columns: Iterable[str]) -> str | None:
    """The column that names the picture, if there is one."""
    columns = list(columns)
    if "file_name" in columns:
        return "file_name"
    forms = {re.sub(r"[\s_-]+", "", column.casefold()): column for column in reversed(columns)}
    return next((forms[form] for form in NAMING if form in forms), None)


def _parsed(text: str) -> Any:
    """The value of a text that is JSON; None otherwise."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
