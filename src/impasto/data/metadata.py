"""Rows of metadata files, `metadata.csv` and `metadata.jsonl`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from impasto.errors import DataError

__all__ = ["MetadataRow", "read_metadata"]


@dataclass(frozen=True)
class MetadataRow:
    """A row of a metadata file.

    Attributes:
        line: Its number in the file.
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
        DataError: When the file cannot be read, is not UTF-8, or is a table without the column `file_name`.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _csv_rows(path, file) if path.suffix == ".csv" else _json_rows(file)
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 ({error}); save it again as UTF-8.") from None
    except (OSError, csv.Error) as error:
        raise DataError(f"{path} cannot be read ({error}).") from None


def _csv_rows(path: Path, file: TextIO) -> Iterator[MetadataRow]:
    reader = csv.DictReader(file)
    names = list(reader.fieldnames or [])
    if "file_name" not in names:
        raise DataError(f"{path} has no column 'file_name' that says which picture a row is about. It has: {names}.")
    for row in reader:
        cells = len(row) - (None in row)
        if None in row or None in row.values() or not row["file_name"]:
            yield MetadataRow(reader.line_num, problem=f"its cells do not fit the {cells} columns")
        else:
            values: dict[str, Any] = dict(row)
            yield MetadataRow(reader.line_num, values.pop("file_name"), values)


def _json_rows(file: TextIO) -> Iterator[MetadataRow]:
    for line, text in enumerate(file, 1):
        if not text.strip():
            continue
        try:
            values = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield MetadataRow(line, problem=f"it is not JSON ({error})")
            continue
        name = values.pop("file_name", None) if isinstance(values, dict) else None
        if isinstance(name, str) and name:
            yield MetadataRow(line, name, values)
        else:
            yield MetadataRow(line, problem="it is not an object with a 'file_name'")
