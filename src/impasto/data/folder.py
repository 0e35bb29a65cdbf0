"""The files of a folder: pictures, captions, metadata, and those that are left out, each with the reason."""

from __future__ import annotations

import os
import stat
from dataclasses import asdict, dataclass, field
from pathlib import Path

from impasto.data.captions import CAPTION_ENDINGS
from impasto.data.metadata import METADATA
from impasto.errors import DataError
from impasto.images.reading import Unreadable, sniff

__all__ = ["PICTURE_ENDINGS", "FolderContents", "Reject", "Source", "list_folder"]

READ_ENDINGS = ("jpg", "jpeg", "jpe", "jfif", "png", "webp", "tif", "tiff", "bmp", "gif")
OTHER_ENDINGS = ("heic", "heif", "avif", "jxl", "jp2", "psd", "svg", "ico", "tga", "exr")
"""Of pictures in formats that cannot be read; such files are named among the rejects."""
BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"hevc": "HEIC", b"mif1": "HEIC", b"avif": "AVIF", b"avis": "AVIF"}
"""Formats that cannot be read and that cameras also call .jpg, by the bytes 8 to 12 of the file."""
SYSTEM_FILES = ("thumbs.db", "desktop.ini")
PICTURE_ENDINGS = frozenset(f".{ending}" for ending in (*READ_ENDINGS, *OTHER_ENDINGS))


@dataclass(frozen=True)
class Reject:
    """A file that is left out.

    Attributes:
        file: Name relative to the folder.
        reason: In a few words, the same for all files with this trouble.
        detail: A sentence or clause on this file.
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
class FolderContents:
    """The files of a folder, by kind; all names are relative to it.

    Attributes:
        pictures: In order of name.
        captions: Names of text files.
        metadata: Names of metadata files.
        rejects: Files and folders that are left out.
        others: Names of files that are none of this.
    """

    pictures: list[Source] = field(default_factory=list)
    captions: set[str] = field(default_factory=set)
    metadata: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


def list_folder(folder: Path) -> FolderContents:
    """Look through a folder; links that lead outside and linked folders are not followed.

    Raises:
        DataError: When there is no such folder, or it may not be read.
    """
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        raise DataError(f"{folder} {what}; name a folder of pictures.")
    contents = FolderContents()
    root = os.path.realpath(folder)

    def refused(error: OSError) -> None:
        if str(error.filename) == str(folder):
            raise DataError(f"{folder} cannot be read: {error.strerror}.")
        name = _relative(str(error.filename), folder)
        contents.rejects.append(Reject(name, "not permitted", f"the folder cannot be read: {error.strerror}"))

    for here, folders, files in os.walk(folder, onerror=refused, followlinks=False):
        for name in sorted(folders):
            path = os.path.join(here, name)  # noqa: PTH118 - paths as text are several times faster here
            if name.startswith(".") or Path(path).is_symlink():
                folders.remove(name)
                what = "hidden folder" if name.startswith(".") else "linked folder"
                relative = _relative(path, folder)
                contents.rejects.append(Reject(relative, what, "folders like this are not entered", False))
        for name in files:
            _add_file(os.path.join(here, name), folder, root, contents)  # noqa: PTH118
    contents.pictures.sort(key=lambda source: source.name)
    contents.metadata.sort()
    contents.others.sort()
    return contents


def _add_file(path: str, folder: Path, root: str, contents: FolderContents) -> None:
    """Put a file where it belongs in the contents, if anywhere."""
    name = _relative(path, folder)
    base = name.rpartition("/")[2]
    ending = Path(base).suffix.lower()
    try:
        path.encode("utf8")
    except UnicodeEncodeError:
        contents.rejects.append(Reject(name, "name not in UTF-8", "rename the file"))
        return
    if base.startswith("."):
        if ending in PICTURE_ENDINGS:
            detail = "files whose names begin with a dot are left alone"
            contents.rejects.append(Reject(name, "hidden file", detail, False))
        return
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            status = _link_target(path, root)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a file", "it is a device, a pipe or the like")
        if base.lower() in METADATA:
            contents.metadata.append(name)
        elif ending in CAPTION_ENDINGS:
            contents.captions.add(name)
        elif _announces_picture(path, status.st_size, ending):
            contents.pictures.append(Source(name, status.st_size, status.st_mtime_ns))
        elif base.lower() not in SYSTEM_FILES:
            contents.others.append(name)
    except Unreadable as error:
        contents.rejects.append(Reject(name, error.reason, error.detail))
    except OSError as error:
        contents.rejects.append(Reject(name, "not permitted", f"it cannot be opened: {error.strerror}"))


def _link_target(path: str, root: str) -> os.stat_result:
    """The status of the file that a link points to.

    Raises:
        Unreadable: When it lies outside of the root, or is not there.
    """
    target = os.path.realpath(path)
    if not target.startswith(root.rstrip("/") + "/"):
        raise Unreadable("link leading outside", "the link was not followed")
    if not os.path.exists(target):  # noqa: PTH110
        raise Unreadable("broken link", "what it points to is not there")
    return os.stat(target)  # noqa: PTH116


def _announces_picture(path: str, size: int, ending: str) -> bool:
    """Whether the first bytes of a file are those of a picture.

    Raises:
        Unreadable: When they are not, though the file is called like one.
    """
    with open(path, "rb") as file:  # noqa: PTH123
        head = file.read(32)
    kind = sniff(head)
    if kind is None and ending in PICTURE_ENDINGS:
        if size == 0:
            raise Unreadable("empty file", "it has no bytes")
        brand = BRANDS.get(head[8:12]) if head[4:8] == b"ftyp" else None
        if brand or ending.removeprefix(".") in OTHER_ENDINGS:
            what = brand or ending.removeprefix(".").upper()
            raise Unreadable(f"format not read: {what}", "convert it to JPEG or PNG")
        raise Unreadable("not a picture", f"it is called {ending}, but its bytes are of no format that can be read")
    return kind is not None


def _relative(path: str, folder: Path) -> str:
    """The path below the folder, with slashes; bytes that are no UTF-8 are written out."""
    name = os.path.relpath(path, folder).replace(os.sep, "/")
    return name.encode("utf8", "backslashreplace").decode("utf8")
