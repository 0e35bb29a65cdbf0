"""Picture files that cannot be read as they are, in forms that can: without embedded metadata, with an end marker.

What is embedded beside the pixels (colour profile, EXIF, XMP, texts) may be broken or too large for the decoder. That
never costs the picture: it is read without.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

__all__ = ["METADATA_IGNORED", "NO_END", "PROFILE_IGNORED", "repaired"]

METADATA_IGNORED = "embedded metadata ignored"
PROFILE_IGNORED = "profile ignored"
NO_END = "end marker missing"

LARGEST_FILE = 2**30
"""Bytes of a file that is repaired, which is held in memory."""
PNG = b"\x89PNG\r\n\x1a\n"
PIXEL_CHUNKS = (b"tRNS", b"acTL", b"fcTL", b"fdAT")
"""Of a PNG, beside those whose names begin with a capital: transparency, and the frames of animations."""
JPEG = b"\xff\xd8"
END = b"\xff\xd9"
PIXEL_SEGMENTS = (0xE0, 0xEE)
"""Application segments of a JPEG that say how its colours are coded: JFIF and Adobe."""
APPLICATION = range(0xE0, 0xF0)
COMMENT = 0xFE
SCAN = 0xDA
WITH_PROFILE = (METADATA_IGNORED,)
WITHOUT_PROFILE = (METADATA_IGNORED, PROFILE_IGNORED)


def repaired(path: str | Path) -> Iterator[tuple[bytes, tuple[str, ...]]]:
    """Forms of a file that may be read where the file itself cannot, and what is odd about each; least loss first.

    Args:
        path: A PNG or a JPEG; others have no such forms.

    Raises:
        OSError: When the file cannot be read.
    """
    file = Path(path)
    if not file.is_file() or file.stat().st_size > LARGEST_FILE:
        return
    data = file.read_bytes()
    if data.startswith(PNG):
        for kept, flags in (((b"iCCP", b"eXIf"), WITH_PROFILE), ((b"eXIf",), WITHOUT_PROFILE), ((), WITHOUT_PROFILE)):
            yield PNG + b"".join(_chunks(data, (*PIXEL_CHUNKS, *kept))), flags
    elif data.startswith(JPEG):
        ended: tuple[str, ...] = ()
        if (complete := _with_end(data)) is not None:
            data = complete
            ended = (NO_END,)
            yield data, ended
        # The first two hold EXIF and XMP, and the colour profile.
        for numbers, lost in (((0xE1, 0xE2), WITH_PROFILE), ((0xE2,), WITH_PROFILE), ((), WITHOUT_PROFILE)):
            yield JPEG + b"".join(_segments(data, (*PIXEL_SEGMENTS, *numbers))), (*ended, *lost)


def _chunks(data: bytes, kept: tuple[bytes, ...]) -> Iterator[bytes]:
    """The chunks of a PNG that are critical, and of the others those that are kept."""
    start = len(PNG)
    while start + 8 <= len(data):
        name = data[start + 4 : start + 8]
        end = start + 12 + int.from_bytes(data[start : start + 4], "big")
        if name[:1].isupper() or name in kept:
            yield data[start:end]
        start = end


def _segments(data: bytes, kept: tuple[int, ...]) -> Iterator[bytes]:
    """The segments of a JPEG and its pixels, without comments and those application segments that are not kept."""
    start = len(JPEG)
    while start + 4 <= len(data) and data[start] == 0xFF:
        marker = data[start + 1]
        if marker == 0xFF:  # a fill byte
            start += 1
            continue
        if marker == SCAN:
            break
        end = start + 2 + int.from_bytes(data[start + 2 : start + 4], "big")
        if marker != COMMENT and (marker not in APPLICATION or marker in kept):
            yield data[start:end]
        start = end
    yield data[start:]


def _with_end(data: bytes) -> bytes | None:
    """A JPEG that lacks nothing but its end marker, with one; None when rows are missing, or the marker is there.

    A decoder that runs out of data makes the rest up, silently. It does so in other ways when other bits follow the
    data, and where all pixels are there, it reads none of these.
    """
    if data.rstrip(b"\0").endswith(END):
        return None
    data = data.removesuffix(b"\xff")
    try:
        first, *others = (_pixels(data + more + END) for more in (b"", b"\xaa" * 1024, b"\x55" * 1024))
    except Exception:  # decoders raise anything at all on damaged files
        return None
    return data + END if all(other == first for other in others) else None


def _pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        return image.tobytes()
