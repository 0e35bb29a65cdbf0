"""Marks inside picture files that impasto writes: which are paintings with a recipe, and which are by-products.

By-products are contact sheets, charts and companions such as layouts. The mark tells them from pictures to learn from.
"""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

__all__ = ["PAINTING", "RECIPE", "mark_of", "marked"]

RECIPE = "impasto"
"""Key of the text in a PNG that is the recipe of a painting."""
PAINTING = "painting"
"""Mark of a picture that holds a recipe."""
KEY = b"impasto kind"
"""Begins the mark of a by-product."""

PNG = b"\x89PNG\r\n\x1a\n"
HEADER = 33
"""Bytes of a PNG up to the end of its first chunk, the header."""
MOST_CHUNKS = 64
GIF = b"GIF8"
WEBP_CHUNK = b"impK"
NEAR = 4096
"""Bytes of a GIF in which its mark stands, and of the end of a WebP."""


def marked(content: bytes, kind: str) -> bytes:
    """A PNG, GIF or WebP file with a mark inside that programs which show pictures pass over; other files as they are.

    Args:
        content: The file.
        kind: What it is, such as 'contact sheet'; ASCII, 100 letters at most.
    """
    text = KEY + b"\0" + kind.encode("ascii")
    if content.startswith(PNG):
        chunk = b"tEXt" + text
        whole = struct.pack(">I", len(text)) + chunk + struct.pack(">I", zlib.crc32(chunk))
        return content[:HEADER] + whole + content[HEADER:]
    if content.startswith(GIF):
        start = _after_colour_table(content)
        return content[:start] + b"!\xfe" + bytes([len(text)]) + text + b"\0" + content[start:]
    if content[:4] == b"RIFF" and content[8:16] == b"WEBPVP8X":
        padded = text + b"\0" * (len(text) % 2)
        whole = content[8:] + WEBP_CHUNK + struct.pack("<I", len(text)) + padded
        return b"RIFF" + struct.pack("<I", len(whole)) + whole
    return content


def mark_of(path: str | Path) -> str | None:
    """What a file that impasto wrote is: `PAINTING`, or the kind of a by-product; None for all other files.

    Raises:
        OSError: When it cannot be read.
    """
    with Path(path).open("rb") as file:
        head = file.read(NEAR)
        if head.startswith(PNG):
            file.seek(len(PNG))
            for _ in range(MOST_CHUNKS):
                start = file.read(8)
                size = int.from_bytes(start[:4], "big")
                name = start[4:]
                if name in (b"IDAT", b""):
                    return None
                if name in (b"tEXt", b"iTXt"):
                    text = file.read(min(size, len(KEY) + 101))
                    if text.startswith(RECIPE.encode() + b"\0"):
                        return PAINTING
                    if (kind := _kind(text)) is not None:
                        return kind
                    size -= len(text)
                file.seek(size + 4, 1)
        elif head.startswith(GIF):
            return _kind(head[_after_colour_table(head) + 3 :])
        elif head[:4] == b"RIFF":
            file.seek(max(0, Path(path).stat().st_size - NEAR))
            return _kind(file.read().rpartition(WEBP_CHUNK)[2][4:])
    return None


def _kind(text: bytes) -> str | None:
    """The kind that a mark states; None where the text is no mark."""
    match = re.match(re.escape(KEY) + rb"\0([ -~]{1,100})", text)
    return match[1].decode("ascii") if match else None


def _after_colour_table(content: bytes) -> int:
    """Where a GIF goes on after its header and its table of colours for all frames."""
    flags = content[10] if len(content) > 10 else 0
    return 13 + (3 << ((flags & 7) + 1) if flags & 0x80 else 0)
