"""Which picture each row of the metadata is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from impasto.data.captions import as_text
from impasto.data.file_names import FileNames, Match
from impasto.data.folder import FolderContents, Reject
from impasto.data.metadata import MetadataRow, read_metadata
from impasto.data.remarks import Remark, listed_names
from impasto.pages.numbers import counted

__all__ = ["Row", "assign_rows", "pictures_without_row"]


@dataclass(frozen=True)
class Row:
    """A row of a metadata file, and what it is about.

    Attributes:
        metadata: Name of the metadata file.
        content: The row.
        match: The pictures that its name may mean.
    """

    metadata: str
    content: MetadataRow
    match: Match

    @property
    def name(self) -> str:
        """The picture's name, as the row has it."""
        return as_text(self.content.file_name)

    @property
    def folder(self) -> str:
        """The folder of the metadata file, relative to that of the pictures; '' where it is the same."""
        return str(PurePosixPath(self.metadata).parent).removeprefix(".")

    def reject(self, reason: str, detail: str = "the row was left out") -> Reject:
        """The row as one that is left out."""
        return Reject(self.name or self.metadata, reason, f"{self.metadata}, line {self.content.line}: {detail}", False)


def assign_rows(
    folder: Path, contents: FolderContents, names: FileNames
) -> tuple[list[tuple[str, Row]], list[Reject], list[Remark]]:
    """Find the picture of each row.

    Args:
        folder: That of the pictures.
        contents: What lies in it.
        names: Those that a row may have.

    Returns:
        Pairs of a picture and a row about it; rows that are about none, or nobody can tell about which; and what is to
        be said about the others.

    Raises:
        DataError: When a metadata file cannot be read.
    """
    rows = [row for metadata in contents.metadata for row in _rows(folder, metadata, names)]
    contested = _contested(rows)
    pairs = []
    rejects = []
    for row in rows:
        reason, detail = _trouble(row, contested)
        if reason:
            rejects.append(row.reject(reason, detail))
        else:
            pairs.append((row.match.files[0], row))
    return pairs, rejects, _loose(pairs)


def _rows(folder: Path, metadata: str, names: FileNames) -> Iterable[Row]:
    for content in read_metadata(folder / metadata):
        row = Row(metadata, content, Match())
        yield Row(metadata, content, names.find(row.name, row.folder)) if row.name else row


def _contested(rows: Sequence[Row]) -> set[str]:
    """Files that rows of several names would get by a loose match; and no row has the very name of."""
    exact: set[str] = set()
    loose: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if len(row.match.files) == 1:
            if row.match.is_loose:
                loose[row.match.files[0]].add(row.name)
            else:
                exact.add(row.match.files[0])
    return {file for file, typed in loose.items() if len(typed) > 1 or file in exact}


def _trouble(row: Row, contested: set[str]) -> tuple[str, str]:
    """Why a row is left out, and more about it; two empty texts where it is not."""
    if row.content.problem:
        return "metadata row not read", row.content.problem
    files = row.match.files
    if len(files) > 1:
        return "metadata is ambiguous", f"it may mean {listed_names(files)}"
    if files and row.match.is_loose and files[0] in contested:
        return "metadata is ambiguous", f"{files[0]!r} is what several names may mean"
    if files:
        return "", ""
    path = PurePosixPath(row.folder) / row.name
    outside = path.is_absolute() or ".." in path.parts or "\0" in row.name
    return ("metadata leads outside" if outside else "metadata names no picture"), "the row was left out"


def _loose(pairs: Sequence[tuple[str, Row]]) -> list[Remark]:
    """What is to be said about rows whose name is not quite that of their picture."""
    by_difference: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for file, row in pairs:
        if row.match.is_loose:
            by_difference[row.match.difference].append((file, row))
    remarks = []
    for difference, group in sorted(by_difference.items()):
        file, row = group[0]
        kind = difference.removesuffix("s")
        what = counted(len(group), "row of the metadata has", "rows of the metadata have")
        message = f"{what} another {kind} than the picture and still matched, such as {row.name!r} for {file!r}."
        remarks.append(Remark(f"metadata of another {kind}", message, len(group), "remark"))
    return remarks


def pictures_without_row(
    tables: Sequence[str], pictures: Sequence[str], pairs: Sequence[tuple[str, Row]], rejects: Sequence[Reject]
) -> list[Remark]:
    """Say which pictures no row of the metadata is about.

    Args:
        tables: Names of the metadata files.
        pictures: Names of the pictures.
        pairs: Pictures with rows, as `assign_rows` gives them.
        rejects: Rows that are left out.
    """
    with_row = {file for file, _ in pairs}
    without = [name for name in pictures if name not in with_row]
    if not without or not (pairs or rejects):
        return []
    if len(without) == len(pictures):
        first = f"the first row names {rejects[0].file!r}, and " if rejects else ""
        message = f"No row of {listed_names(tables)} is about a picture: {first}the first picture is {without[0]!r}."
    else:
        what = counted(len(without), "picture has", "pictures have")
        message = f"{what} no row in {listed_names(tables)}, such as {without[0]!r}."
    return [Remark("pictures without metadata", message, len(without))]
