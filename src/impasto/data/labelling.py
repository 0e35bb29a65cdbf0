"""Labels, captions and maps of each picture, from metadata files, files beside the pictures, and class folders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from impasto.data.captions import CAPTION_ENDINGS, as_text, is_caption_column, read_caption_file, row_captions
from impasto.data.folder import FolderContents, Reject
from impasto.data.metadata import MetadataRow, read_metadata
from impasto.errors import DataError, UnknownName

__all__ = ["Labels", "check_label", "choose_label", "label_columns", "read_labels"]

PREFERRED = ("category", "label", "class", "movement", "genre", "style")
"""Columns that become the default label, the first that there is."""
FOLDER = "folder"
"""Column of the names of class folders."""
RESERVED = ("file", "split", "phash", "width", "height", "kind", "flags", FOLDER)
"""Columns of the index that the preparation itself fills in."""
SPLIT_FOLDERS = frozenset(("train", "test", "val", "valid", "validation", "dev", "eval"))
MOST_CATEGORIES = 1000
MAP_PREFIX = "map:"
"""Begins the name of a column that names the file of a map."""
MAP_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass
class Labels:
    """Labels, captions and maps of pictures, by file name.

    Attributes:
        columns: In the order they were met; always ends with text and license.
        rows: Values of each file by column; columns without a value are absent. 'text' is the first caption.
        captions: All captions of each file that has any.
        maps: Files of the maps of each file that has any, by name of the map.
        rejects: Rows of the metadata that could not be used.
    """

    columns: list[str] = field(default_factory=list)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    captions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    maps: dict[str, dict[str, str]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)

    def column(self, name: str, files: Sequence[str]) -> list[str | None]:
        """Values of a column for those files."""
        return [self.rows.get(file, {}).get(name) for file in files]

    def map_names(self) -> list[str]:
        """Names of all maps, sorted."""
        return sorted({name for maps in self.maps.values() for name in maps})

    def map_files(self) -> set[str]:
        """Files that are maps of pictures, and so no pictures themselves."""
        return {file for maps in self.maps.values() for file in maps.values()}


def read_labels(folder: Path, contents: FolderContents) -> Labels:
    """Read `metadata.csv` and `metadata.jsonl`, captions beside pictures, and class folders.

    Args:
        folder: The folder of pictures.
        contents: What lies in it.

    Raises:
        DataError: When a metadata file cannot be read, has no `file_name` column, or gives a map an impossible name.
    """
    labels = Labels()
    names = {source.name for source in contents.pictures} | {reject.file for reject in contents.rejects}
    for name in contents.metadata:
        for row in read_metadata(folder / name):
            if row.problem:
                detail = f"line {row.line}: {row.problem}"
                labels.rejects.append(Reject(name, "metadata row not read", detail, False))
            else:
                _add_row(labels, names, name, row)
    _add_caption_files(labels, folder, contents)
    for file, captions in labels.captions.items():
        labels.rows.setdefault(file, {})["text"] = captions[0]
    map_files = labels.map_files()
    _add_class_folders(labels, [source.name for source in contents.pictures if source.name not in map_files])
    columns = dict.fromkeys(column for row in labels.rows.values() for column in row)
    labels.columns = [column for column in columns if column not in ("text", "license")] + ["text", "license"]
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
        labels: Labels of all files.
        files: The pictures that are kept.
        label: The column that the user named, if any.

    Raises:
        UnknownName: When there is no column of that name.
    """
    if label is not None:
        check_label(labels, files, label)
        return label, "asked for"
    candidates = _candidates(labels, files)
    folded = {column.casefold(): column for column in reversed(candidates)}
    for name in PREFERRED:
        column = folded.get(name)
        if column is not None and len(set(labels.column(column, files))) > 1:
            return column, "found in the metadata"
    if FOLDER in candidates:
        return FOLDER, "class folders"
    return None, "no label column found"


def label_columns(labels: Labels, files: Sequence[str], label: str | None) -> list[str]:
    """Columns that sort the pictures into categories: few enough values, more than one."""
    most = min(MOST_CATEGORIES, max(2, len(files) // 2))
    chosen = []
    for column in labels.columns:
        sorts = 1 < len(set(labels.column(column, files))) <= most and column not in ("text", "license")
        if column == label or sorts:
            chosen.append(column)
    return chosen


def _candidates(labels: Labels, files: Sequence[str]) -> list[str]:
    return [column for column in labels.columns if column != "text" and any(labels.column(column, files))]


def _add_row(labels: Labels, names: set[str], metadata: str, row: MetadataRow) -> None:
    """Keep a row of metadata, if it names a picture of the folder that no row named before."""
    name = as_text(row.file_name)
    file = _inside(metadata, name)
    reason = ""
    if file is None:
        reason = "metadata leads outside"
    elif file not in names:
        reason = "metadata names no picture"
    elif file in labels.rows:
        reason = "metadata repeats a file"
    if file is None or reason:
        labels.rejects.append(Reject(name, reason, f"{metadata}, line {row.line}: the row was left out", False))
        return
    values: dict[str, str] = {}
    for key, value in row.values.items():
        column = "license" if key == "licence" else f"source_{key}" if key in RESERVED else key
        text = as_text(value)
        if not column or not text or is_caption_column(column):
            continue
        if column.startswith(MAP_PREFIX):
            _add_map(labels, names, metadata, file, (column, text))
        else:
            values.setdefault(column, text)
    labels.rows[file] = values
    if captions := row_captions(row.values):
        labels.captions[file] = captions


def _inside(metadata: str, name: str) -> str | None:
    """The file that a metadata file names, relative to the folder; None where that leads outside."""
    path = PurePosixPath(metadata).parent / name
    outside = path.is_absolute() or ".." in path.parts or "\0" in name
    return None if outside else str(path)


def _add_map(labels: Labels, names: set[str], metadata: str, file: str, cell: tuple[str, str]) -> None:
    """Keep the map that a cell of metadata, its column and value, names for a picture."""
    column, value = cell
    name = column.removeprefix(MAP_PREFIX)
    if not MAP_NAME.fullmatch(name) or name == "pictures":
        raise DataError(
            f"{metadata} has a column {column!r}; a map is called by lower-case letters, digits and '_', such as "
            "map:layout, and not 'pictures'."
        )
    map_file = _inside(metadata, value)
    if map_file is not None and map_file in names:
        labels.maps.setdefault(file, {})[name] = map_file
    else:
        labels.rejects.append(Reject(value, "metadata names no map", f"{metadata}: the {name} of {file}", False))


def _add_caption_files(labels: Labels, folder: Path, contents: FolderContents) -> None:
    """Take the captions in files beside pictures, where the metadata has none."""
    for source in contents.pictures:
        stem = str(PurePosixPath(source.name).with_suffix(""))
        file = next((stem + ending for ending in CAPTION_ENDINGS if stem + ending in contents.captions), None)
        if source.name in labels.captions or file is None:
            continue
        if captions := read_caption_file(folder / file):
            labels.captions[source.name] = captions


def _add_class_folders(labels: Labels, files: Sequence[str]) -> None:
    """Take the names of the folders as categories, where there are several that are not those of splits."""
    parents = {file: PurePosixPath(file).parent.name for file in files}
    distinct = {parent for parent in parents.values() if parent}
    if len(distinct) < 2 or {parent.lower() for parent in distinct} <= SPLIT_FOLDERS:
        return
    for file, parent in parents.items():
        if parent:
            labels.rows.setdefault(file, {})[FOLDER] = parent
