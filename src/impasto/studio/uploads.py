"""Picture files that were uploaded or drawn, each kept once under the hash of its bytes, and never changed.

What people call a file is never part of a path.
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from PIL import Image
from pydantic import Field

from impasto.errors import UsageError
from impasto.files import write_whole
from impasto.images.reading import Unreadable, read_picture, sniff
from impasto.studio.problems import Problem
from impasto.studio.studio import Studio

__all__ = ["LEAST", "LIMIT", "MEDIA", "FileName", "PictureFile", "Pictures", "pictures_of"]

LIMIT = 64_000_000
"""Most bytes of a picture file."""
PIXELS = 50_000_000
"""Most pixels of a picture."""
LEAST = 16
"""Fewest rows or columns, as edits require."""
ENDINGS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp"}
MEDIA = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}
NAME = r"^[0-9a-f]{64}\.(png|jpg|webp)$"

FileName = Annotated[str, Field(pattern=NAME, description="A file, as the upload's answer names it.")]
_decoding = threading.Lock()
"""Large pictures are decoded one after the other, for the sake of memory."""


@dataclass(frozen=True)
class PictureFile:
    """A file that was kept.

    Attributes:
        file: Its name: SHA-256 of its bytes, and an ending.
        width: Columns of the upright picture.
        height: Rows.
    """

    file: str
    width: int
    height: int


class Pictures:
    """The files of a folder."""

    def __init__(self, folder: Path) -> None:
        """Take the folder, which need not be there yet."""
        self.folder = folder

    def keep(self, data: bytes, title: str = "") -> PictureFile:
        """Keep a picture, after it was decoded as a check.

        Args:
            data: Bytes of a PNG, JPEG or WebP file.
            title: How people call it, for errors.

        Raises:
            UsageError: When it is none of these, damaged, too large or too small.
        """
        called = repr(title) if title else "The file"
        kind = sniff(data[:32])
        if kind not in ENDINGS:
            raise UsageError(f"{called} is no PNG, JPEG or WebP picture; give one of these.")
        path = self.folder / f"{hashlib.sha256(data).hexdigest()}.{ENDINGS[kind]}"
        unchecked = path.with_name(f".{secrets.token_hex(8)}")
        write_whole(unchecked, data)
        try:
            with _decoding:
                read = read_picture(unchecked, limit=PIXELS)
            if min(read.size) < LEAST:
                size = "{} × {}".format(*read.size)
                raise UsageError(f"{called} is {size} px; each side takes {LEAST} px or more.")
            if set(read.flags) - {"animated"}:  # A browser might not show it as it is.
                path = self.keep_image(read.image)
            else:
                unchecked.replace(path)
        except Unreadable as why:
            raise UsageError(f"{called} cannot be used: {why}. Give a picture that can be opened.") from None
        finally:
            unchecked.unlink(missing_ok=True)
        return PictureFile(path.name, *read.size)

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
        if not re.fullmatch(NAME, name) or file.is_symlink() or not file.is_file():
            raise Problem(404, f"There is no file {name!r} on the canvas; upload it first.")
        return file

    def image(self, name: str) -> Image.Image:
        """A picture that was kept, upright, in RGB."""
        with _decoding:
            return read_picture(self.path(name), limit=PIXELS).image


def pictures_of(studio: Studio) -> Pictures:
    """The files of a studio, in the folder that the canvas has always kept them in."""
    return Pictures(studio.settings.folder / "canvas")
