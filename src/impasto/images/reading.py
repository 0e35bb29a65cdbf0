"""One picture file, whatever its kind, becomes an upright sRGB picture of 8 bits a channel."""

from __future__ import annotations

import io
import warnings
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from impasto.errors import DataError

__all__ = ["FORMATS", "PIXEL_LIMIT", "Reading", "Unreadable", "read_picture", "sniff"]

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF")
PIXEL_LIMIT = 100_000_000
"""Most pixels of a picture that is decoded: 10,000 × 10,000."""

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]


class Unreadable(DataError):
    """A picture file cannot be used.

    Attributes:
        reason: In a few words, the same for all files with this trouble.
        detail: What is known of this file.
    """

    def __init__(self, reason: str, detail: str) -> None:
        """Keep the reason apart from the detail, so that reasons can be counted."""
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Reading:
    """What was read.

    Attributes:
        image: Upright, mode RGB; may be smaller than the file's picture (see `least`).
        box: What of `image` the picture fills, as left, top, right, bottom: half of 301 columns are
            150.5 of 151.
        size: Width and height of the upright picture in the file.
        kind: Format, such as 'JPEG'.
        flags: 'animated' when only the first frame was taken, 'profile ignored' when the colour
            profile does not fit the picture.
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
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as image:
                return _read(image, background, limit, least)
    except Unreadable:
        raise
    except FileNotFoundError:
        raise Unreadable("missing", "the file is not there") from None
    except UnidentifiedImageError:
        raise Unreadable("not a picture", "its bytes are of no format that can be read") from None
    except Image.DecompressionBombError as error:
        raise Unreadable("too large", str(error)) from None
    except PermissionError:
        raise Unreadable("not permitted", "the file may not be read") from None
    except MemoryError:
        raise Unreadable("too large", "there is not enough memory to decode it") from None
    except Exception as error:  # decoders raise anything at all on damaged files
        told = f"{type(error).__name__}: {error}"
        cut = any(word in str(error).lower() for word in ("truncated", "eof", "incomplete", "not enough"))
        cut = cut or isinstance(error, EOFError)
        raise Unreadable("truncated" if cut else "damaged", told) from None


def _read(image: Image.Image, background: Colour, limit: int, least: int | None) -> Reading:
    width, height = image.size
    if width * height > limit:
        raise Unreadable("too large", f"{width} × {height} pixels, where {limit:,} are the limit")
    kind = str(image.format)
    flags, drafted = [], None
    if kind in ("GIF", "WEBP", "PNG") and getattr(image, "is_animated", False):
        flags.append("animated")
        image.seek(0)
    if kind == "JPEG" and least is not None and min(width, height) > least:
        factor = min(width, height) // least
        # Rounded down: of 301 pixels a half is 150, or the decoder would find that too small.
        drafted = image.draft(image.mode, (width // factor, height // factor))
    image.load()
    decoded = image.size
    box = _upright(image, drafted[1] if drafted else (0, 0, *decoded))
    if image.size != decoded:
        width, height = height, width
    rgb, fits = _srgb(image, background)
    if not fits:
        flags.append("profile ignored")
    return Reading(rgb, box, (width, height), "JPEG" if kind == "MPO" else kind, tuple(flags))


def _upright(image: Image.Image, box: Box) -> Box:
    """Turn a picture as its EXIF block tells, and the box with it."""
    turn = 1
    with suppress(Exception):  # a damaged EXIF block is no reason to lose the picture
        told = image.getexif().get(ExifTags.Base.Orientation, 1)
        ImageOps.exif_transpose(image, in_place=True)
        turn = told if told in range(2, 9) else 1
    width, height = box[2:] if turn < 5 else (box[3], box[2])
    left = image.width - width if turn in (2, 3, 6, 7) else 0.0
    top = image.height - height if turn in (3, 4, 7, 8) else 0.0
    return left, top, left + width, top + height


def _srgb(image: Image.Image, background: Colour) -> tuple[Image.Image, bool]:
    """The picture as opaque sRGB, and whether its colour profile, if any, could be followed."""
    profile = image.info.get("icc_profile") or (b"" if image.mode == "LAB" else None)
    clear = image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info
    if image.mode.startswith("I") or image.mode == "F":
        image = _eight_bits(image)
    elif image.mode == "P" or clear:
        image = image.convert("RGBA" if clear else "RGB")
    elif image.mode not in ("L", "RGB", "CMYK", "LAB"):
        image = image.convert("RGB")
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    colour, fits = _follow(image, profile)
    if alpha is None:
        return colour, fits
    behind = Image.new("RGB", image.size, background)
    behind.paste(colour, mask=alpha)
    return behind, fits


def _follow(image: Image.Image, profile: bytes | None) -> tuple[Image.Image, bool]:
    plain = image.convert("RGB") if image.mode == "RGBA" else image
    if profile is None:
        return plain if plain.mode == "RGB" else plain.convert("RGB"), True
    for mode in dict.fromkeys((plain.mode, "RGB" if plain.mode == "L" else plain.mode, "L")):
        # A grey picture may carry an RGB profile, and a palette of greys a grey one.
        if mode == "L" and plain.mode not in ("L", "RGB"):
            continue
        try:
            done = ImageCms.applyTransform(plain.convert(mode), _transform(profile, mode))
        except (ImageCms.PyCMSError, OSError, ValueError):
            continue
        if done is not None:
            return done, True
    return plain.convert("RGB"), False


@lru_cache(maxsize=32)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile)) if profile else ImageCms.createProfile("LAB")
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """A picture of 16 bits, 32 bits or floats as one of 8 bits.

    Modes of 16 bits say their range. For the others it is guessed from the largest value: 1 (floats
    only), 255, 65,535, or that value itself.
    """
    values = np.asarray(image, dtype=np.float64)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).clip(min=0.0)
    high = float(values.max(initial=0.0))
    guesses = {"F": (1.0, 255.0, 65535.0), "I": (255.0, 65535.0)}
    tops = guesses.get(image.mode, (65535.0,))
    top = next((t for t in tops if high <= t), high)
    return Image.fromarray(np.rint(values * (255 / top)).astype(np.uint8), "L")
