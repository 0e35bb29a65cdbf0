"""One picture file, whatever its kind, becomes an upright sRGB picture of 8 bits a channel."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, TypeVar

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from impasto.errors import DataError
from impasto.images.colour import to_srgb
from impasto.images.framing import Box
from impasto.images.repair import PROFILE_IGNORED, repaired

__all__ = [
    "FORMATS",
    "PIXEL_LIMIT",
    "Reading",
    "Unreadable",
    "check_pixels",
    "decoded",
    "jpeg_scale",
    "read_picture",
    "sniff",
    "turn_upright",
]

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")
PIXEL_LIMIT = 100_000_000
"""Most pixels of a picture that is decoded: 10,000 × 10,000."""

REPAIRABLE = ("not a picture", "truncated", "damaged")
"""Reasons for which a file is tried again in a repaired form."""

Decoded = TypeVar("Decoded")
Colour = tuple[int, int, int]


class Unreadable(DataError):
    """A picture file cannot be used.

    Attributes:
        reason: In a few words, the same for all files with this trouble.
        detail: A clause on this file.
    """

    def __init__(self, reason: str, detail: str) -> None:
        """Keep the reason apart from the detail, so that reasons can be counted."""
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Reading:
    """A picture that was read.

    Attributes:
        image: Upright, mode RGB; may be smaller than the file's picture (see `least`).
        box: What of `image` the picture fills, as left, top, right, bottom: half of 301 columns are
            150.5 of 151.
        size: Width and height of the upright picture in the file.
        kind: Format, such as 'JPEG'.
        flags: 'animated' when only the first frame was taken; 'profile ignored' when the colour profile does not fit
            the picture; 'embedded metadata ignored' when a profile, EXIF, XMP or texts inside the file are broken or
            too large; 'end marker missing' of a JPEG.
    """

    image: Image.Image
    box: Box
    size: tuple[int, int]
    kind: str
    flags: tuple[str, ...]


def sniff(head: bytes) -> str | None:
    """The picture format that a file's first 32 bytes announce, if it is one that can be read."""
    starts = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"GIF87a": "GIF", b"GIF89a": "GIF"}
    starts |= {b"II*\0": "TIFF", b"MM\0*": "TIFF", b"II+\0": "TIFF", b"MM\0+": "TIFF"}
    for start, kind in starts.items():
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    # Two letters are too few to tell a picture from a text that begins with BM.
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124):
        return "BMP"
    return None


def read_picture(
    path: str | Path,
    *,
    background: Colour = (255, 255, 255),
    limit: int = PIXEL_LIMIT,
    least: int | None = None,
) -> Reading:
    """Read a picture; the header is checked before anything is decoded.

    Args:
        path: The file. Its bytes tell what it is, not its name.
        background: Colour behind transparent pixels, RGB in 0..255.
        limit: Most pixels that are decoded.
        least: Where given, a JPEG may be decoded at a half, quarter or eighth, as long as its short
            side keeps this many pixels.

    Raises:
        Unreadable: With the reason: no picture, too large, truncated, damaged.
    """
    reading, flags = decoded(path, lambda image: _read(image, background, limit, least))
    return replace(reading, flags=tuple(dict.fromkeys((*reading.flags, *flags))))


def decoded(path: str | Path, decode: Callable[[Image.Image], Decoded]) -> tuple[Decoded, tuple[str, ...]]:
    """What is decoded from a picture file; where the file as it is cannot be, from a repaired form of it.

    Args:
        path: The file.
        decode: Is given the picture, of which only the header is read; anything may go wrong in it.

    Returns:
        What `decode` gave, and what is odd about the file; see `repaired`.

    Raises:
        Unreadable: As in `read_picture`.
    """
    try:
        with _opened(path) as image:
            return decode(image), ()
    except Unreadable as error:
        if error.reason not in REPAIRABLE:
            raise
        for data, flags in repaired(path):
            with suppress(Unreadable), _opened(io.BytesIO(data)) as image:
                return decode(image), flags
        raise


def jpeg_scale(size: tuple[int, int], least: int | None) -> int:
    """By how much a JPEG is decoded smaller than it is: 1, 2, 4 or 8.

    Args:
        size: Width and height in the file.
        least: Pixels that its short side keeps; None for the full scale.
    """
    factor = 1 if least is None else min(size) // least
    return max(scale for scale in (1, 2, 4, 8) if scale <= max(1, factor))


@contextmanager
def _opened(file: str | Path | BinaryIO) -> Iterator[Image.Image]:
    """A picture file, of which only the header is read; errors in the block say what is wrong with the file.

    Raises:
        Unreadable: As in `read_picture`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _pillow_limit_lifted(), Image.open(file, formats=FORMATS) as image:
                yield image
    except Unreadable:
        raise
    except FileNotFoundError:
        raise Unreadable("missing", "the file is not there") from None
    except UnidentifiedImageError:
        raise Unreadable("not a picture", "its bytes are of no format that can be read") from None
    except PermissionError:
        raise Unreadable("not permitted", "the file may not be read") from None
    except IsADirectoryError:
        raise Unreadable("not a file", "it is a folder") from None
    except MemoryError:
        raise Unreadable("too large", "there is not enough memory to decode it") from None
    except Exception as error:  # decoders raise anything at all on damaged files
        text = str(error).lower()
        cut = any(word in text for word in ("truncated", "eof", "incomplete", "not enough"))
        reason = "truncated" if cut or isinstance(error, EOFError) else "damaged"
        raise Unreadable(reason, f"{type(error).__name__}: {error}") from None


@contextmanager
def _pillow_limit_lifted() -> Iterator[None]:
    """Let Pillow open pictures of any size, for the block; `check_pixels` refuses them by the user's own limit."""
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def check_pixels(image: Image.Image, limit: int) -> None:
    """Refuse a picture that is too large, before it is decoded.

    Raises:
        Unreadable: When it has more pixels than the limit.
    """
    width, height = image.size
    if width * height > limit:
        raise Unreadable("too large", f"{width} × {height} pixels, where {limit:,} are allowed")


def _read(image: Image.Image, background: Colour, limit: int, least: int | None) -> Reading:
    check_pixels(image, limit)
    width, height = image.size
    kind = str(image.format)
    flags = []
    drafted = None
    if kind in ("GIF", "WEBP", "PNG") and getattr(image, "is_animated", False):
        flags.append("animated")
        image.seek(0)
    scale = jpeg_scale((width, height), least)
    if kind == "JPEG" and scale > 1:
        # Rounded down: of 301 pixels a half is 150, or the decoder would find that too small.
        drafted = image.draft(image.mode, (width // scale, height // scale))
    image.load()
    decoded = image.size
    box = turn_upright(image, drafted[1] if drafted else (0, 0, *decoded))
    if image.size != decoded:
        width, height = height, width
    rgb, fits = to_srgb(image, background)
    if not fits:
        flags.append(PROFILE_IGNORED)
    return Reading(rgb, box, (width, height), "JPEG" if kind == "MPO" else kind, tuple(flags))


def turn_upright(image: Image.Image, box: Box) -> Box:
    """Turn a picture, in place, as its EXIF block says; gives the box turned with it."""
    turn = 1
    with suppress(Exception):  # a damaged EXIF block is no reason to lose the picture
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        ImageOps.exif_transpose(image, in_place=True)
        turn = orientation if orientation in range(2, 9) else 1
    width, height = box[2:] if turn < 5 else (box[3], box[2])
    left = image.width - width if turn in (2, 3, 6, 7) else 0.0
    top = image.height - height if turn in (3, 4, 7, 8) else 0.0
    return left, top, left + width, top + height
