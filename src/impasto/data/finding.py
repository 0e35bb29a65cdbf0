"""What lies in a folder: pictures, captions, metadata, and what is left alone and why."""

from __future__ import annotations

import os
import stat
from dataclasses import asdict, dataclass, field
from pathlib import Path

from impasto.errors import DataError
from impasto.images.reading import Unreadable, sniff

__all__ = ["CAPTIONS", "Found", "Reject", "Source", "find"]

CAPTIONS = (".txt", ".caption")
METADATA = ("metadata.csv", "metadata.jsonl")
KNOWN = ("jpg", "jpeg", "jpe", "jfif", "png", "webp", "tif", "tiff", "bmp", "gif")
OTHERS = ("heic", "heif", "avif", "jxl", "jp2", "psd", "svg", "ico", "tga", "exr")
PICTURE_ENDINGS = frozenset(f".{ending}" for ending in (*KNOWN, *OTHERS))


@dataclass(frozen=True)
class Reject:
    """A file that is left out.

    Attributes:
        file: Name relative to the folder.
        reason: In a few words, the same for all files with this trouble.
        detail: What is known of this file.
        bad: Whether it counts as a bad picture (a duplicate, say, does not).
    """

    file: str
    reason: str
    detail: str
    bad: bool = True

    def line(self) -> dict[str, str | bool]:
        """As a line of `rejects.jsonl`."""
        return asdict(self)


@dataclass(frozen=True)
class Source:
    """A file whose bytes announce a picture: name relative to the folder, bytes, time in ns."""

    name: str
    size: int
    time: int


@dataclass
class Found:
    """What lies in a folder.

    Attributes:
        pictures: In order of name.
        captions: Names of text files.
        metadata: Names of metadata files.
        rejects: What is left alone.
    """

    pictures: list[Source] = field(default_factory=list)
    captions: set[str] = field(default_factory=set)
    metadata: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


def find(folder: Path) -> Found:
    """Look through a folder; links that lead outside and linked folders are not followed.

    Raises:
        DataError: When there is no such folder, or it may not be read.
    """
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        raise DataError(f"{folder} {what}; name a folder of pictures.")
    found = Found()
    root = os.path.realpath(folder)

    def refused(error: OSError) -> None:
        if str(error.filename) == str(folder):
            raise DataError(f"{folder} cannot be read: {error.strerror}.")
        name = _relative(str(error.filename), folder)
        found.rejects.append(Reject(name, "not permitted", f"the folder cannot be read: {error.strerror}"))

    for here, folders, files in os.walk(folder, onerror=refused, followlinks=False):
        for name in sorted(folders):
            path = os.path.join(here, name)  # noqa: PTH118 - paths as text are several times faster here
            if name.startswith(".") or Path(path).is_symlink():
                folders.remove(name)
                what = "hidden folder" if name.startswith(".") else "linked folder"
                found.rejects.append(Reject(_relative(path, folder), what, "folders like this are not entered", False))
        for name in files:
            _look(os.path.join(here, name), folder, root, found)  # noqa: PTH118
    found.pictures.sort(key=lambda source: source.name)
    found.metadata.sort()
    return found


def _look(path: str, folder: Path, root: str, found: Found) -> None:
    name = _relative(path, folder)
    base = name.rpartition("/")[2]
    ending = Path(base).suffix.lower()
    try:
        path.encode("utf8")
    except UnicodeEncodeError:
        found.rejects.append(Reject(name, "name not in UTF-8", "rename the file"))
        return
    if base.startswith("."):
        if ending in PICTURE_ENDINGS:
            found.rejects.append(
                Reject(name, "hidden file", "files whose names begin with a dot are left alone", False)
            )
        return
    try:
        facts = os.lstat(path)
        if stat.S_ISLNK(facts.st_mode):
            facts = _follow(path, root)
        if not stat.S_ISREG(facts.st_mode):
            raise Unreadable("not a file", "it is a device, a pipe or the like")
        if base in METADATA:
            found.metadata.append(name)
        elif ending in CAPTIONS:
            found.captions.add(name)
        elif _announces_picture(path, facts.st_size, ending):
            found.pictures.append(Source(name, facts.st_size, facts.st_mtime_ns))
    except Unreadable as error:
        found.rejects.append(Reject(name, error.reason, error.detail))
    except OSError as error:
        found.rejects.append(Reject(name, "not permitted", f"it cannot be opened: {error.strerror}"))


def _follow(path: str, root: str) -> os.stat_result:
    target = os.path.realpath(path)
    if not target.startswith(root.rstrip("/") + "/"):
        raise Unreadable("link leading outside", "the link was not followed")
    if not os.path.exists(target):  # noqa: PTH110
        raise Unreadable("broken link", "what it points to is not there")
    return os.stat(target)  # noqa: PTH116


def _announces_picture(path: str, size: int, ending: str) -> bool:
    with open(path, "rb") as file:  # noqa: PTH123
        kind = sniff(file.read(32))
    if kind is None and ending in PICTURE_ENDINGS:
        if size == 0:
            raise Unreadable("empty file", "it has no bytes")
        raise Unreadable("not a picture", f"it is called {ending}, but its bytes are of no format that can be read")
    return kind is not None


def _relative(path: str, folder: Path) -> str:
    name = os.path.relpath(path, folder).replace(os.sep, "/")
    return name.encode("utf8", "backslashreplace").decode("utf8")
