"""Pictures that are uploaded, into a folder of the studio from which a store is prepared.

Names of files are rewritten before they become paths: every part keeps its letters, digits and a few signs, and none
begins with a point. So class folders, captions beside pictures and tables keep their meaning, and no name leads out of
the folder. A zip is checked entry by entry, by the bytes that are unpacked and not by what it says of them.
"""

from __future__ import annotations

import re
import shutil
import stat
import unicodedata
import zipfile
from pathlib import Path, PurePosixPath

from impasto.errors import UnknownName, UsageError
from impasto.files import disk_errors_named

__all__ = ["MOST_UPLOAD", "place_in", "unpack", "upload_folder"]

MOST_UPLOAD = 200_000_000
"""Most bytes of one request."""
MOST_UNPACKED = 20_000_000_000
"""Most bytes that a zip may hold in all."""
MOST_ENTRIES = 200_000
MOST_RATIO = 200
"""How many times larger than the zip its content may be; pictures hardly become smaller in a zip, bombs much."""
SLACK = 50_000_000
"""Bytes that may be unpacked whatever the ratio: many small text files compress well."""
LONGEST_NAME = 120
DEEPEST = 8
CHUNK = 1 << 20
ID = re.compile(r"[0-9a-f]{16}")
RESERVED = frozenset(("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))))
"""Names that Windows takes for devices."""


def upload_folder(uploads: Path, name: str) -> Path:
    """The folder of an upload.

    Args:
        uploads: Folder of all uploads.
        name: Id of this one.

    Raises:
        UnknownName: When there is none.
    """
    if not ID.fullmatch(name) or not (uploads / name).is_dir():
        raise UnknownName("upload", name[:40], [])
    return uploads / name


def place_in(folder: Path, name: str) -> Path:
    """A new place in a folder for a file of that name; the folders above it are made.

    Args:
        folder: Of the upload.
        name: As the browser or the zip gives it, such as 'mine/lakes/1.jpg'.

    Raises:
        UsageError: When the name leads out of its folder, or there is a file of that name already.
    """
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or name.startswith(("/", "\\")) or ".." in parts or re.match(r"[A-Za-z]:", name):
        raise UsageError(f"The name {_shown(name)} leads out of its folder; nothing of this kind is taken.")
    if len(parts) > DEEPEST:
        raise UsageError(f"{_shown(name)} lies {len(parts)} folders deep; {DEEPEST} are taken.")
    path = folder.joinpath(*(_safe(part) for part in parts))
    if path.exists():
        raise UsageError(f"There are two files {_shown(name)}, or their names differ in signs only; rename one.")
    with disk_errors_named(folder):
        path.parent.mkdir(parents=True, exist_ok=True)
    return path


def unpack(file: Path, folder: Path) -> int:
    """Unpack a zip into a folder; returns how many files it held.

    Folders of the same name become one, as of zips that hold a part of the same classes each. On an error nothing of it
    remains.

    Raises:
        UsageError: When it is no zip, or holds links, names that lead out of it, encrypted files, too much, or a file
            that is there already.
    """
    inside = folder / ".unpacking"  # No file that was uploaded has a name that begins with a point.
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _hidden(entry.filename)]
            _check(entries)
            budget = min(MOST_UNPACKED, MOST_RATIO * file.stat().st_size + SLACK)
            for entry in entries:
                budget -= _write(archive, entry, place_in(inside, entry.filename), budget)
        if not entries:
            raise UsageError("The zip holds no files.")
        _lift(inside, folder)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise UsageError(f"The zip cannot be read ({error}); pack it anew.") from None
    finally:
        shutil.rmtree(inside, ignore_errors=True)
    return len(entries)


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise UsageError(f"The zip holds {len(entries):,} files; {MOST_ENTRIES:,} are taken.")
    for entry in entries:
        mode = entry.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise UsageError(f"{_shown(entry.filename)} in the zip is a link or no file; pack the files themselves.")
        if entry.flag_bits & 1:
            raise UsageError(f"{_shown(entry.filename)} in the zip is encrypted; pack it without a password.")


def _write(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, budget: int) -> int:
    """Unpack one file; returns its bytes, which are counted as they come."""
    written = 0
    with disk_errors_named(path), archive.open(entry) as source, path.open("xb") as target:
        while chunk := source.read(CHUNK):
            written += len(chunk)
            if written > budget:
                raise UsageError("The zip holds far more than its size suggests, as a zip bomb does; it is not taken.")
            target.write(chunk)
    return written


def _lift(inside: Path, folder: Path) -> None:
    """Move what a zip held into the folder; a single folder that holds all the rest is left out.

    Raises:
        UsageError: When a file of a name is there already; then nothing is moved.
    """
    root = inside
    top = list(inside.iterdir())
    while len(top) == 1 and top[0].is_dir():
        root = top[0]
        # Where that folder holds pictures directly, its name says nothing that the store's does not.
        top = list(root.iterdir())
        if not any(path.is_dir() for path in top) or len(top) == 1:
            break
    places = {file: folder / file.relative_to(root) for file in sorted(root.rglob("*")) if file.is_file()}
    for file, place in places.items():
        if place.exists() or any(parent.is_file() for parent in place.parents):
            raise UsageError(
                f"There is a file {_shown(str(file.relative_to(root)))} already; rename the one in the zip."
            )
    for file, place in places.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        file.rename(place)


def _hidden(name: str) -> bool:
    """Whether it is one of the files that systems add to a zip."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini"))


def _safe(part: str) -> str:
    """A part of a name as it becomes one of a path."""
    text = unicodedata.normalize("NFC", part)
    text = "".join(letter if letter.isalnum() or letter in " ._-()+,&'" else "_" for letter in text).strip(" .")
    stem, point, ending = text.rpartition(".")
    if len(text) > LONGEST_NAME:
        text = f"{stem[: LONGEST_NAME - 10]}{point}{ending[:8]}" if point else text[:LONGEST_NAME]
    if not text or (stem or text).lower() in RESERVED:
        text = f"_{text}"
    return text


def _shown(name: str) -> str:
    return repr(name if len(name) <= 80 else f"{name[:77]}…")
