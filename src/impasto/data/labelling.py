"""What is known about each picture: metadata, captions, class folders."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from impasto.data.finding import CAPTIONS, Found, Reject
from impasto.errors import DataError, UnknownName

__all__ = ["Labels", "check_label", "choose_label", "label_columns", "read_labels"]

PREFERRED = ("category", "label", "class", "movement", "genre", "style")
FOLDER = "folder"
RESERVED = ("file", "split", "phash", "width", "height", "kind", "flags", FOLDER)
SYNONYMS = {"caption": "text", "prompt": "text", "licence": "license"}
SPLIT_FOLDERS = frozenset(("train", "test", "val", "valid", "validation", "dev", "eval"))
LONGEST_CAPTION = 65536
MOST_CATEGORIES = 1000

Row = dict[str, str]


@dataclass
class Labels:
    """What is known about pictures, by file name.

    Attributes:
        columns: In the order they were met; always ends with text and license.
        rows: Values of each file; an absent key is not known.
        rejects: Rows of the metadata that could not be used.
    """

    columns: list[str] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)

    def column(self, name: str, files: Sequence[str]) -> list[str | None]:
        """Values of a column for those files."""
        return [self.rows.get(file, {}).get(name) for file in files]


def read_labels(folder: Path, found: Found) -> Labels:
    """Read `metadata.csv` and `metadata.jsonl`, captions beside pictures, and class folders.

    Args:
        folder: The folder of pictures.
        found: What lies in it.

    Raises:
        DataError: When a metadata file cannot be read or has no `file_name` column.
    """
    labels = Labels()
    names = {source.name for source in found.pictures} | {reject.file for reject in found.rejects}
    for name in found.metadata:
        for line, row in _rows(folder, name):
            if isinstance(row, str):
                labels.rejects.append(Reject(name, "metadata row not read", f"line {line}: {row}", False))
            else:
                _take(labels, names, f"{name}, line {line}", row)
    _add_captions(folder, found, labels)
    parents = {source.name: PurePosixPath(source.name).parent.name for source in found.pictures}
    distinct = {parent for parent in parents.values() if parent}
    if len(distinct) > 1 and not {d.lower() for d in distinct} <= SPLIT_FOLDERS:
        for file, parent in parents.items():
            if parent:
                labels.rows.setdefault(file, {})[FOLDER] = parent
    met = dict.fromkeys(key for row in labels.rows.values() for key in row)
    labels.columns = [c for c in met if c not in ("text", "license")] + ["text", "license"]
    return labels


def check_label(labels: Labels, files: Sequence[str], label: str) -> None:
    """Refuse a label column that does not exist, or is empty for all of these files.

    Raises:
        UnknownName: With the columns that could be used.
    """
    candidates = _candidates(labels, files)
    if label not in candidates:
        raise UnknownName("label column", label, candidates)


def choose_label(labels: Labels, files: Sequence[str], label: str | None) -> tuple[str | None, str]:
    """The default label column, and how it was chosen.

    Args:
        labels: What is known.
        files: The pictures that are kept.
        label: The column that the user named, if any.

    Raises:
        UnknownName: When there is no column of that name.
    """
    if label is not None:
        check_label(labels, files, label)
        return label, "asked for"
    candidates = _candidates(labels, files)
    folded = {c.casefold(): c for c in reversed(candidates)}
    for name in PREFERRED:
        column = folded.get(name)
        if column is not None and len(set(labels.column(column, files))) > 1:
            return column, "found in the metadata"
    if FOLDER in candidates:
        return FOLDER, "class folders"
    return None, "no label column found"


def label_columns(labels: Labels, files: Sequence[str], label: str | None) -> list[str]:
    """Columns that sort the pictures into categories: few enough values, more than one."""
    found = []
    for column in labels.columns:
        distinct = len(set(labels.column(column, files)))
        few = 1 < distinct <= min(MOST_CATEGORIES, max(2, len(files) // 2))
        if column == label or (few and column not in ("text", "license")):
            found.append(column)
    return found


def _candidates(labels: Labels, files: Sequence[str]) -> list[str]:
    return [column for column in labels.columns if column != "text" and any(labels.column(column, files))]


def _take(labels: Labels, names: set[str], where: str, row: dict[str, Any]) -> None:
    """Keep a row of metadata, if it names a picture of the folder that no row named before."""
    given = _text(row.pop("file_name"))
    path = PurePosixPath(where).parent / given
    file = str(path)
    trouble = {
        "metadata leads outside": path.is_absolute() or ".." in path.parts or "\0" in given,
        "metadata names no picture": file not in names,
        "metadata repeats a file": file in labels.rows,
    }
    for reason, true in trouble.items():
        if true:
            labels.rejects.append(Reject(given, reason, f"{where}: the row was left out", False))
            return
    values: Row = {}
    for key, value in row.items():
        column = SYNONYMS.get(key, key)
        column = f"source_{column}" if column in RESERVED else column
        if column and (text := _text(value)):
            values.setdefault(column, text)
    labels.rows[file] = values


def _rows(folder: Path, name: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Rows of a metadata file with their line numbers; a sentence in place of a row that is broken."""
    path = folder / name
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _csv_rows(path, file) if name.endswith(".csv") else _json_rows(file)
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 ({error}); save it again as UTF-8.") from None
    except (OSError, csv.Error) as error:
        raise DataError(f"{path} cannot be read ({error}).") from None


def _csv_rows(path: Path, file: Any) -> Iterator[tuple[int, dict[str, Any] | str]]:
    reader = csv.DictReader(file)
    names = list(reader.fieldnames or [])
    if "file_name" not in names:
        raise DataError(f"{path} has no column 'file_name' that says which picture a row is about. It has: {names}.")
    for row in reader:
        cells = len(row) - (None in row)
        if None in row or None in row.values() or not row["file_name"]:
            yield reader.line_num, f"its cells do not fit the {cells} columns"
        else:
            yield reader.line_num, dict(row)


def _json_rows(file: Any) -> Iterator[tuple[int, dict[str, Any] | str]]:
    for line, text in enumerate(file, 1):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield line, f"it is not JSON ({error})"
            continue
        fits = isinstance(row, dict) and isinstance(row.get("file_name"), str) and row["file_name"]
        yield line, row if fits else "it is not an object with a 'file_name'"


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    # A lone surrogate (JSON can hold one) cannot be written as UTF-8.
    return text.encode("utf8", "replace").decode("utf8").strip()


def _add_captions(folder: Path, found: Found, labels: Labels) -> None:
    for source in found.pictures:
        row = labels.rows.get(source.name, {})
        if "text" in row:
            continue
        stem = str(PurePosixPath(source.name).with_suffix(""))
        for ending in CAPTIONS:
            if stem + ending in found.captions:
                with (folder / (stem + ending)).open("rb") as file:
                    text = file.read(LONGEST_CAPTION).decode("utf8", "replace").strip()
                if text:
                    labels.rows.setdefault(source.name, row)["text"] = text
                break
