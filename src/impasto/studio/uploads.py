"""Files that were uploaded or drawn, each kept once under the hash of its bytes, and never changed.

What people call a file is never part of a path.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from PIL import Image
from pydantic import Field

from impasto.errors import UsageError
from impasto.files import write_whole
from impasto.images.reading import Unreadable, read_picture, sniff
from impasto.studio.problems import Problem
from impasto.studio.studio import Studio

__all__ = [
    "LEAST",
    "LIMIT",
    "MEDIA",
    "PICTURE",
    "TENSORS",
    "AnyFileName",
    "FileName",
    "KeptFile",
    "KeptFiles",
    "Media",
    "fits",
    "kept_files",
]

PICTURE: Final = "image/*"
JSON: Final = "application/json"
TENSORS: Final = "application/x-safetensors"
Media = Literal["image/*", "application/json", "application/x-safetensors"]
"""Media types of settings that name files, out of those that are kept here."""
LIMITS = {PICTURE: 64_000_000, JSON: 1_000_000, TENSORS: 200_000_000}
"""Most bytes of a file."""
LIMIT = max(LIMITS.values())
PIXELS = 50_000_000
"""Most pixels of a picture."""
LEAST = 16
"""Fewest rows or columns, as edits require."""
ENDINGS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
MEDIA = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "json": JSON, "safetensors": TENSORS}
"""Ending → media type."""
ANY_NAME = r"^[0-9a-f]{64}\.(png|jpg|webp|json|safetensors)$"
LONGEST_TITLE = 200

FileName = Annotated[
    str, Field(pattern=r"^[0-9a-f]{64}\.(png|jpg|webp)$", description="A picture, as the upload's answer names it.")
]
AnyFileName = Annotated[str, Field(pattern=ANY_NAME, description="A file, as the upload's answer names it.")]
_decoding = threading.Lock()
"""Large pictures are decoded one after the other, for the sake of memory."""


@dataclass(frozen=True)
class KeptFile:
    """A file that was kept.

    Attributes:
        file: Its name: SHA-256 of its bytes, and an ending.
        width: Columns of the upright picture; 0 of other files.
        height: Rows.
        title: How people call it; '' where nobody said.
    """

    file: str
    width: int = 0
    height: int = 0
    title: str = ""


class KeptFiles:
    """The files of a folder."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which need not be there yet."""
        self.folder = folder

    def keep(self, data: bytes, title: str = "", media: Media = PICTURE, *, name: str = "") -> KeptFile:
        """Keep a file, after it was read as a check.

        Args:
            data: Its bytes; of a picture those of a PNG, JPEG or WebP file.
            title: How people call it; a file that was kept before keeps its title.
            media: What it must be.
            name: What errors call it; the title without it.

        Raises:
            UsageError: When it is something else, damaged, too large or too small.
        """
        called = repr(name or title) if name or title else "The file"
        if len(data) > LIMITS[media]:
            raise UsageError(f"{called} has {len(data):,} bytes; at most {LIMITS[media]:,} are taken of such a file.")
        unchecked = self.folder / f".{secrets.token_hex(8)}"
        file = f"{hashlib.sha256(data).hexdigest()}.{_ending(data, media, called)}"
        write_whole(unchecked, data)
        try:
            kept = self._checked_picture(unchecked, file, called) if media == PICTURE else KeptFile(file)
            if media == TENSORS:
                _check_tensors(unchecked, called)
            if kept.file == file:
                unchecked.replace(self.folder / file)
        finally:
            unchecked.unlink(missing_ok=True)
        earlier = self.title(kept.file)
        if title and not earlier:
            write_whole(self._title_file(kept.file), title[:LONGEST_TITLE].encode("utf8", "replace"))
        return KeptFile(kept.file, kept.width, kept.height, earlier or title[:LONGEST_TITLE])

    def _checked_picture(self, unchecked: Path, name: str, called: str) -> KeptFile:
        """A picture under its name, or under that of a clean PNG of it, where a browser might not show it as it is."""
        try:
            with _decoding:
                read = read_picture(unchecked, limit=PIXELS)
        except Unreadable as why:
            raise UsageError(f"{called} cannot be used: {why}. Give a picture that can be opened.") from None
        if min(read.size) < LEAST:
            size = "{} × {}".format(*read.size)
            raise UsageError(f"{called} is {size} px; each side takes {LEAST} px or more.")
        if set(read.flags) - {"animated"}:
            name = self.keep_image(read.image).name
        return KeptFile(name, *read.size)

    def keep_image(self, image: Image.Image) -> Path:
        """Keep a picture that was made here, as a PNG; gives its path."""
        data = io.BytesIO()
        image.save(data, "PNG")
        path = self.folder / f"{hashlib.sha256(data.getvalue()).hexdigest()}.png"
        if not path.is_file():
            write_whole(path, data.getvalue())
        return path

    def path(self, name: str) -> Path:
        """The path of a file that was kept.

        Raises:
            Problem: When there is none of that name.
        """
        file = self.folder / name
        if not re.fullmatch(ANY_NAME, name) or file.is_symlink() or not file.is_file():
            raise Problem(404, f"There is no file {name!r} in the studio; upload it first.")
        return file

    def image(self, name: str) -> Image.Image:
        """A picture that was kept, upright, in RGB."""
        with _decoding:
            return read_picture(self.path(name), limit=PIXELS).image

    def title(self, name: str) -> str:
        """How people call a file; '' where nobody said."""
        try:
            return self._title_file(name).read_text("utf8")
        except (OSError, ValueError):
            return ""

    def latest(self, media: Media, count: int) -> list[str]:
        """Names of the files of a kind, the newest first, `count` at most."""
        times: dict[str, float] = {}
        for file in self.folder.glob("*.*"):
            if fits(file.name, media):
                times[file.name] = file.stat().st_mtime
        return sorted(times, key=lambda name: -times[name])[:count]

    def _title_file(self, name: str) -> Path:
        return self.folder / f"{name}.title"


def fits(name: object, media: str) -> bool:
    """Whether something is the name of a kept file of a kind."""
    if not isinstance(name, str) or not re.fullmatch(ANY_NAME, name):
        return False
    kind = MEDIA[name.rpartition(".")[2]]
    return kind == media or (media == PICTURE and kind.startswith("image/"))


def kept_files(studio: Studio) -> KeptFiles:
    """The files of a studio, in the folder that the canvas has always kept them in."""
    return KeptFiles(studio.settings.folder / "canvas")


def _ending(data: bytes, media: Media, called: str) -> str:
    """The ending of a file by its bytes, as far as they can be told without reading all of it."""
    if media == PICTURE:
        kind = sniff(data[:32])
        if kind not in ENDINGS:
            raise UsageError(f"{called} is no PNG, JPEG or WebP picture; give one of these.")
        return ENDINGS[kind]
    if media == TENSORS:
        return "safetensors"
    try:
        is_object = isinstance(json.loads(data), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        raise UsageError(f"{called} is no JSON file with names and values; give one that a painter wrote.")
    return "json"


def _check_tensors(file: Path, called: str) -> None:
    """Refuse what is no safetensors file, by its header.

    Raises:
        UsageError: With the reason.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy") as tensors:
            empty = not list(tensors.keys())
    except (SafetensorError, OSError) as why:
        raise UsageError(f"{called} is no safetensors file, or is damaged ({why}).") from None
    if empty:
        raise UsageError(f"{called} holds no weights; give a safetensors file that does.")
