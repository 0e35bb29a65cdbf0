"""The PNG files in some folders, looked up quickly again and again."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PictureFile", "PictureFiles"]

SETTLED = 2 * 10**9
"""Nanoseconds after which a folder that has not changed is believed to be as it was: clocks of disks are coarse."""


@dataclass(frozen=True)
class PictureFile:
    """A PNG file.

    Attributes:
        path: Absolute path.
        size_bytes: Its length.
        modified: When it was written, in nanoseconds since 1970.
    """

    path: str
    size_bytes: int
    modified: int


@dataclass(frozen=True)
class _Folder:
    modified: int
    below: Sequence[str]
    files: Sequence[PictureFile]


class PictureFiles:
    """Lists PNG files; a folder is read again only once files were added, removed or renamed there.

    All of impasto's files come by renaming, so that a picture that is replaced is noticed too.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        """Take absolute paths of folders; they need not be there."""
        self.folders = folders
        self._known: dict[str, _Folder] = {}

    def listed(self) -> dict[str, PictureFile]:
        """Path → file, in these folders and those below them; hidden ones and symbolic links are passed over."""
        return {file.path: file for folder in self.folders for file in self._walk(str(folder))}

    def forget(self) -> None:
        """Read every folder again the next time."""
        self._known.clear()

    def _walk(self, path: str) -> Iterator[PictureFile]:
        try:
            modified = os.stat(path).st_mtime_ns  # noqa: PTH116 - a path for each of thousands of folders takes long
            folder = self._known.get(path)
            if folder is None or folder.modified != modified or time.time_ns() - modified < SETTLED:
                folder = self._known[path] = _read(path, modified)
        except OSError:
            self._known.pop(path, None)
            return
        yield from folder.files
        for below in folder.below:
            yield from self._walk(below)


def _read(path: str, modified: int) -> _Folder:
    """What lies in a folder.

    Raises:
        OSError: When it cannot be read.
    """
    below = []
    files = []
    with os.scandir(path) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.name.startswith(".") or not _is_text(entry.path):
                continue
            try:
                facts = entry.stat(follow_symlinks=False)
            except OSError:  # removed in the meantime
                continue
            if stat.S_ISDIR(facts.st_mode):
                below.append(entry.path)
            elif stat.S_ISREG(facts.st_mode) and entry.name.lower().endswith(".png"):
                files.append(PictureFile(entry.path, facts.st_size, facts.st_mtime_ns))
    return _Folder(modified, below, files)


def _is_text(path: str) -> bool:
    """Whether a path can stand in a database: its bytes may be no text in UTF-8."""
    try:
        path.encode("utf8")
    except UnicodeEncodeError:
        return False
    return True
