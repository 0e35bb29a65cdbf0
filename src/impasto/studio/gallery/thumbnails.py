"""Small versions of pictures, each made once and kept under the hash of the picture's file."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageOps

from impasto.files import write_whole

__all__ = ["SIDE", "thumbnail", "thumbnail_file"]

SIDE = 384
"""Longest side of a thumbnail, in pixels; smaller pictures keep their size, and every pixel."""
QUALITY = 82


def thumbnail_file(content_hash: str, folder: Path) -> Path:
    """Where the thumbnail of a picture lies, or will; arguments as of `thumbnail`."""
    return folder / content_hash[:2] / f"{content_hash}.webp"


def thumbnail(picture: Path, content_hash: str, folder: Path) -> Path:
    """The thumbnail of a picture, a WebP file; of a clip, of its first frame.

    Args:
        picture: A PNG, JPEG or WebP file.
        content_hash: SHA-256 of the file, in hexadecimal.
        folder: Where thumbnails are kept.

    Raises:
        ImpastoError: When it cannot be written.
        OSError: When the picture cannot be read.
    """
    path = thumbnail_file(content_hash, folder)
    if not path.exists():
        with Image.open(picture, formats=("PNG", "JPEG", "WEBP")) as image:
            exact = max(image.size) <= SIDE
            small = ImageOps.exif_transpose(image).convert("RGB")
        small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
        file = io.BytesIO()
        small.save(file, "WEBP", lossless=exact, quality=QUALITY, method=4)
        write_whole(path, file.getvalue())
    return path
