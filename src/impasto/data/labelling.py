"""Labels, captions and maps of each picture, from metadata files, files beside the pictures, and class folders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from impasto.data.captions import (
    LONGEST_FILE,
    as_text,
    caption_files,
    is_caption_column,
    read_caption_file,
    row_captions,
)
from impasto.data.file_names import FileNames
from impasto.data.folder import FolderContents, Reject
from impasto.data.metadata_rows import Row, assign_rows, pictures_without_row
from impasto.data.path_levels import PathLevels
from impasto.data.remarks import Remark, listed_names
from impasto.errors import DataError, UnknownName
from impasto.names import find_name, folded
from impasto.pages.numbers import counted

__all__ = ["Labels", "check_label", "choose_label", "label_columns", "read_labels"]

PREFERRED = ("category", "label", "class", "movement", "genre", "style")
"""Columns that become the default label, the first that there is."""
FOLDER = "folder"
"""Column of the names of class folders."""
SUBFOLDER = "subfolder"
"""Column of the names of folders inside class folders."""
SPLIT_COLUMN = "source_split"
"""Column of the index with what the metadata has as `split`."""
RESERVED = ("file", "split", "sha256", "phash", "width", "height", "kind", "flags", FOLDER, SUBFOLDER)
"""Columns of the index that the preparation itself fills in."""
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
        levels: What the folders mean that the pictures lie in.
        remarks: What is to be said about all this.
    """

    columns: list[str] = field(default_factory=list)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    captions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    maps: dict[str, dict[str, str]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    levels: PathLevels = field(default_factory=lambda: PathLevels.of(()))
    remarks: list[Remark] = field(default_factory=list)

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
    """Read metadata files, captions beside pictures, and class folders.

    Args:
        folder: The folder of pictures.
        contents: What lies in it.

    Raises:
        DataError: When a metadata file cannot be read, does not say which picture a row is about, or gives a map an
            impossible name.
    """
    # Rows about files that are left out are as they should be.
    names = FileNames(
        [*(s.name for s in contents.pictures), *contents.by_products], [reject.file for reject in contents.rejects]
    )
    pairs, rejects, remarks = assign_rows(folder, contents, names)
    labels = Labels(rejects=rejects, remarks=remarks)
    for file, row in pairs:
        _add_row(labels, names, file, row)
    _add_caption_files(labels, folder, contents)
    for file, captions in labels.captions.items():
        labels.rows.setdefault(file, {})["text"] = captions[0]
    map_files = labels.map_files()
    pictures = [source.name for source in contents.pictures if source.name not in map_files]
    labels.remarks.extend(pictures_without_row(contents.metadata, pictures, pairs, rejects))
    _add_class_folders(labels, pictures)
    columns = dict.fromkeys(column for row in labels.rows.values() for column in row)
    labels.columns = [column for column in columns if column not in ("text", "license")] + ["text", "license"]
    return labels


def check_label(labels: Labels, files: Sequence[str], label: str) -> None:
    """Refuse a label column that does not exist, or is empty for all of these files.

    Raises:
        UnknownName: With the columns that could be used.
    """
    candidates = _candidates(labels, files)
    if find_name(label, candidates) is None:
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
        return find_name(label, _candidates(labels, files)), "asked for"
    candidates = _candidates(labels, files)
    by_reading = {folded(column): column for column in reversed(candidates)}
    for name in PREFERRED:
        column = by_reading.get(name)
        if column is not None and len(_names(labels, column, files)) > 1:
            return column, "found in the metadata"
    if FOLDER in candidates:
        return FOLDER, "class folders"
    return None, "no label column found"


def label_columns(labels: Labels, files: Sequence[str], label: str | None) -> list[str]:
    """Columns that sort the pictures into categories: few enough values, more than one."""
    most = min(MOST_CATEGORIES, max(2, len(files) // 2))
    chosen = []
    for column in labels.columns:
        sorts = 1 < len(_names(labels, column, files)) <= most and column not in ("text", "license", SPLIT_COLUMN)
        if column == label or sorts:
            chosen.append(column)
    return chosen


def _names(labels: Labels, column: str, files: Sequence[str]) -> set[str]:
    """The different values of a column; files without one count for nothing."""
    return set(filter(None, labels.column(column, files)))


def _candidates(labels: Labels, files: Sequence[str]) -> list[str]:
    return [column for column in labels.columns if column != "text" and any(labels.column(column, files))]


def _add_row(labels: Labels, names: FileNames, file: str, row: Row) -> None:
    """Keep what a row says of its picture: labels, captions and maps."""
    values: dict[str, str] = {}
    maps: dict[str, str] = {}
    for key, value in row.content.values.items():
        column = SPLIT_COLUMN if folded(key) == "split" else f"source_{key}" if key in RESERVED else key
        column = "license" if column == "licence" else column
        text = as_text(value)
        if not column or not text or is_caption_column(column):
            continue
        if column.startswith(MAP_PREFIX):
            maps[column] = text
        else:
            values.setdefault(column, text)
    before = labels.rows.get(file, {})
    if any(before[column] != value for column, value in values.items() if column in before):
        labels.rejects.append(row.reject("metadata repeats a file"))
        return
    for column, text in maps.items():
        _add_map(labels, names, file, row, (column, text))
    labels.rows[file] = {**before, **values}
    # Some tables have a row for each caption.
    if captions := tuple(dict.fromkeys((*labels.captions.get(file, ()), *row_captions(row.content.values)))):
        labels.captions[file] = captions


def _add_map(labels: Labels, names: FileNames, file: str, row: Row, cell: tuple[str, str]) -> None:
    """Keep the map that a cell of metadata, its column and value, names for a picture."""
    column, value = cell
    name = column.removeprefix(MAP_PREFIX)
    if not MAP_NAME.fullmatch(name) or name == "pictures":
        raise DataError(
            f"{row.metadata} has a column {column!r}; a map is called by lower-case letters, digits and '_', such as "
            "map:layout, and not 'pictures'."
        )
    match = names.find(value, row.folder)
    if len(match.files) == 1 and match.files[0] != file:
        labels.maps.setdefault(file, {})[name] = match.files[0]
    else:
        labels.rejects.append(Reject(value, "metadata names no map", f"{row.metadata}: the {name} of {file}", False))


def _add_caption_files(labels: Labels, folder: Path, contents: FolderContents) -> None:
    """Take the captions in files beside pictures, where the metadata has none."""
    pictures = [source.name for source in contents.pictures]
    texts = caption_files([*pictures, *(reject.file for reject in contents.rejects)], contents.captions)
    damaged: list[str] = []
    long: list[str] = []
    for picture in pictures:
        file = texts.get(picture)
        if file is None or picture in labels.captions:
            continue
        try:
            captions, cut = read_caption_file(folder / file)
        except DataError as error:
            damaged.append(str(error))
            continue
        if cut:
            long.append(file)
        if captions:
            labels.captions[picture] = captions
    unused = sorted(contents.captions - set(texts.values()))
    if damaged:
        what = counted(len(damaged), "caption file was", "caption files were")
        labels.remarks.append(Remark("captions not read", f"{what} not read. {damaged[0]}", len(damaged)))
    if long:
        what = counted(len(long), "caption file was", "caption files were")
        message = f"{what} cut after {LONGEST_FILE:,} bytes, such as {long[0]!r}."
        labels.remarks.append(Remark("captions cut", message, len(long)))
    if unused:
        what = (
            f"{counted(len(unused), 'text file has', 'text files have')} no picture beside it, such as {unused[0]!r}."
        )
        labels.remarks.append(Remark("texts without a picture", what, len(unused)))


def _add_class_folders(labels: Labels, files: Sequence[str]) -> None:
    """Take the names of folders as categories, where there are several that are not those of splits."""
    levels = labels.levels = PathLevels.of(files)
    if levels.category is None:
        return
    inside = {file: name for file in files if (name := levels.below_category(file))}
    for file in files:
        if category := levels.category_of(file):
            labels.rows.setdefault(file, {})[FOLDER] = category
    if len(set(inside.values())) > 1:
        for file, name in inside.items():
            labels.rows[file][SUBFOLDER] = name
    if inside:
        names = sorted({category for file in files if (category := levels.category_of(file))})
        example, name = next(iter(inside.items()))
        what = (
            f"The class folders are {listed_names(names)}; folders inside them, such as {name!r} of {example!r}, are "
            f"{'' if len(set(inside.values())) < 2 else f'the column {SUBFOLDER!r} and '}no categories."
        )
        labels.remarks.append(Remark("folders in class folders", what, len(set(inside.values())), "remark"))
