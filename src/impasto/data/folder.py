"""The files of a folder: pictures, captions, metadata, and those that are left out, each with the reason."""

from __future__ import annotations

import os
import stat
from dataclasses import asdict, dataclass, field
from pathlib import Path

from impasto.data.captions import CAPTION_ENDINGS
from impasto.data.metadata import METADATA
from impasto.errors import DataError
from impasto.images.films import is_video
from impasto.images.marks import PAINTING, mark_of
from impasto.images.reading import Unreadable, sniff
from impasto.spelling import option

__all__ = [
    "OUTSIDE_FILE",
    "OUTSIDE_FOLDER",
    "OWN",
    "PICTURE_ENDINGS",
    "FolderContents",
    "Reject",
    "Source",
    "list_folder",
]

READ_ENDINGS = ("jpg", "jpeg", "jpe", "jfif", "png", "webp", "tif", "tiff", "bmp", "gif")
OTHER_ENDINGS = ("heic", "heif", "avif", "jxl", "jp2", "psd", "svg", "ico", "tga", "exr")
"""Of pictures in formats that cannot be read; such files are named among the rejects."""
BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"hevc": "HEIC", b"mif1": "HEIC", b"avif": "AVIF", b"avis": "AVIF"}
"""Formats that cannot be read and that cameras also call .jpg, by the bytes 8 to 12 of the file."""
SYSTEM_FILES = ("thumbs.db", "desktop.ini")
OUTSIDE_FILE = "link leading outside"
OUTSIDE_FOLDER = "linked folder outside"
OWN = "made by impasto"
"""Reasons that others than this file ask for."""
OWN_FOLDERS = {
    "a store": {"manifest.json", "index.parquet"},
    "a run": {"run.json", "events.jsonl"},
    "an exported painter": {"config.json", "model.safetensors"},
    "a comparison": {"experiment.json", "results.json"},
}
"""Folders that impasto makes, and the files by which they are known."""
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
        by_products: Pictures that impasto made beside its paintings, such as contact sheets, and what they are; they
            are not among `pictures`.
        painted: Number of `pictures` that impasto painted.
    """

    pictures: list[Source] = field(default_factory=list)
    captions: set[str] = field(default_factory=set)
    metadata: list[str] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    by_products: dict[str, str] = field(default_factory=dict)
    painted: int = 0


def list_folder(folder: Path, *, follow_links: bool = False, videos: bool = False) -> FolderContents:
    """Look through a folder. Runs, stores, exported painters and comparisons of impasto inside it are left out.

    Args:
        folder: The folder.
        follow_links: Whether linked folders are entered, and links that lead outside are followed.
        videos: Whether files of video count among the pictures.

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

    entered = {root}
    for here, folders, files in os.walk(folder, onerror=refused, followlinks=follow_links):
        kind = next((kind for kind, names in OWN_FOLDERS.items() if names <= set(files)), None)
        if kind and here != str(folder):
            folders.clear()
            contents.rejects.append(Reject(_relative(here, folder), OWN, f"the folder is {kind}", False))
            continue
        for name in sorted(folders):
            path = os.path.join(here, name)  # noqa: PTH118 - paths as text are several times faster here
            reasons = _unentered(name, path, root, entered, follow_links=follow_links)
            if reasons is not None:
                folders.remove(name)
                contents.rejects.append(Reject(_relative(path, folder), *reasons, False))
        for name in files:
            path = os.path.join(here, name)  # noqa: PTH118
            _add_file(path, folder, None if follow_links else root, contents, videos=videos)
    contents.pictures.sort(key=lambda source: source.name)
    contents.metadata.sort()
    contents.others.sort()
    return contents


def _unentered(name: str, path: str, root: str, entered: set[str], *, follow_links: bool) -> tuple[str, str] | None:
    """Reason and detail when a folder inside is not entered, else None.

    Args:
        name: Of the folder.
        path: Of the folder.
        root: The folder that is listed, without links in its path.
        entered: The folders that linked ones lead to; a new one is added.
        follow_links: Whether linked folders are entered.
    """
    if name.startswith("."):
        return "hidden folder", "folders like this are not entered"
    if not Path(path).is_symlink():
        return None
    target = os.path.realpath(path)
    if target in entered or _is_inside(target, root) or _is_inside(root, target):
        return "linked folder", f"it leads to {target}, which is looked through already or holds this folder"
    if not follow_links:
        return OUTSIDE_FOLDER, f"it leads to {target}; to enter it, add {option('follow_links')}"
    entered.add(target)
    return None


def _is_inside(target: str, root: str) -> bool:
    return f"{target}{os.sep}".startswith(root.rstrip(os.sep) + os.sep)


def _add_file(path: str, folder: Path, root: str | None, contents: FolderContents, *, videos: bool) -> None:
    """Put a file where it belongs in the contents, if anywhere; without a root, links are followed anywhere."""
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
        elif _announces_picture(path, status.st_size, ending, videos=videos):
            _add_picture(path, Source(name, status.st_size, status.st_mtime_ns), contents)
        elif base.lower() not in SYSTEM_FILES:
            contents.others.append(name)
    except Unreadable as error:
        contents.rejects.append(Reject(name, error.reason, error.detail, error.reason != OUTSIDE_FILE))
    except OSError as error:
        contents.rejects.append(Reject(name, "not permitted", f"it cannot be opened: {error.strerror}"))


def _add_picture(path: str, source: Source, contents: FolderContents) -> None:
    """Add a picture where it belongs: among those of the user, or those that impasto made beside its paintings."""
    mark = mark_of(path)
    if mark in (None, PAINTING):
        contents.pictures.append(source)
        contents.painted += mark == PAINTING
    else:
        contents.by_products[source.name] = str(mark)


def _link_target(path: str, root: str | None) -> os.stat_result:
    """The status of the file that a link points to.

    Raises:
        Unreadable: When it lies outside of the root, if there is one, or is not there.
    """
    target = os.path.realpath(path)
    if not os.path.exists(target):  # noqa: PTH110
        raise Unreadable("broken link", "what it points to is not there")
    if root is not None and not _is_inside(target, root):
        raise Unreadable(OUTSIDE_FILE, f"it leads to {target}; to read it, add {option('follow_links')}")
    return os.stat(target)  # noqa: PTH116


def _announces_picture(path: str, size: int, ending: str, *, videos: bool) -> bool:
    """Whether the first bytes of a file are those of a picture, or of a video where these count.

    Raises:
        Unreadable: When they are not, though the file is called like one.
    """
    with open(path, "rb") as file:  # noqa: PTH123
        head = file.read(32)
    if videos and is_video(head):
        return True
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
