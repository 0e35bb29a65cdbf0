"""Films: clips as files that players and browsers show, with a text inside; and frames of video files.

WebP keeps every pixel. GIF has 256 colours a frame, and MP4 (H.264) is compressed, so that a clip cannot be compared
with one that is painted again from them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import ExifTags, Image

from impasto.errors import UsageError
from impasto.images.marks import PAINTING, marked

if TYPE_CHECKING:
    from impasto.images.pictures import Pixels

__all__ = ["FILMS", "check_film", "compressed_film", "decoder", "film_file", "film_text", "is_video"]

FILMS = (".webp", ".gif", ".mp4")
"""Endings of films that can be written."""
TEXT = ExifTags.Base.ImageDescription
QUALITY = 88
RATE_FACTOR = "12"
"""Constant rate factor of H.264: 0 is lossless, 23 the usual one."""
MATROSKA = b"\x1a\x45\xdf\xa3"
STILLS = (b"heic", b"heix", b"hevc", b"mif1", b"avif", b"avis")
"""Brands of still pictures in the container of MP4."""


def compressed_film(frames: Sequence[Pixels] | Pixels, milliseconds: int, quality: int = QUALITY) -> bytes:
    """A WebP to look at, which plays in a loop and is never compared with a film that is painted again.

    Args:
        frames: One or more, shape (H, W, 3) each, uint8.
        milliseconds: How long each frame is shown.
        quality: Of the compression, 0 to 100.
    """
    first, *others = (Image.fromarray(frame) for frame in frames)
    file = io.BytesIO()
    options: dict[str, Any] = {"save_all": True, "append_images": others, "duration": milliseconds, "loop": 0}
    # Said, so that films stay the same with versions of Pillow that would choose another effort.
    first.save(file, "WEBP", quality=quality, method=4, **options)
    return file.getvalue()


def film_file(frames: Pixels, milliseconds: int, *, ending: str = ".webp", text: str = "") -> bytes:
    """A film as a file, which plays in a loop where the format says so.

    Args:
        frames: Shape (F, H, W, 3), uint8, F at least 2.
        milliseconds: How long each frame is shown.
        ending: One of `FILMS`.
        text: What is kept inside the file.

    Raises:
        UsageError: When the package is missing that writes MP4, or its sides are odd.
    """
    if ending == ".mp4":
        return _mp4(frames, milliseconds, text)
    first, *others = (Image.fromarray(frame) for frame in frames)
    options: dict[str, Any] = {"save_all": True, "append_images": others, "duration": milliseconds, "loop": 0}
    file = io.BytesIO()
    if ending == ".webp":
        exif = Image.Exif()
        if text:
            exif[TEXT] = text
        first.save(file, "WEBP", lossless=True, exif=exif, minimize_size=False, **options)
    else:
        first.save(file, "GIF", comment=text.encode(), optimize=False, **options)
    return marked(file.getvalue(), PAINTING)


def check_film(ending: str, height: int, width: int) -> None:
    """Refuse a film that cannot be written, before it is painted; arguments as of `film_file`.

    Raises:
        UsageError: When the package is missing that writes MP4, or its sides are odd.
    """
    if ending == ".mp4":
        decoder()
        _check_even(height, width)


def film_text(path: Path) -> str | None:
    """The text inside a film that `film_file` wrote; None where there is none.

    Raises:
        OSError: When the file cannot be read, or is no film.
    """
    with path.open("rb") as file:
        head = file.read(32)
    if is_video(head):
        with decoder().open(path.as_posix(), metadata_errors="ignore") as container:
            return container.metadata.get("comment")
    with Image.open(path, formats=("WEBP", "GIF")) as image:
        # Before the text stands the mark, which is a comment of the GIF too.
        _, brace, rest = image.info.get("comment", b"").partition(b"{")
        return image.getexif().get(TEXT) or (brace + rest).decode("utf8", "replace") or None


def is_video(head: bytes) -> bool:
    """Whether the first 32 bytes of a file are those of a video: MP4, MOV, WebM, MKV or AVI."""
    if head[4:8] == b"ftyp":
        return head[8:12] not in STILLS
    return head.startswith(MATROSKA) or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")


def decoder() -> Any:
    """The package that reads and writes video.

    Raises:
        UsageError: When it is not installed.
    """
    try:
        import av
    except ImportError:
        raise UsageError("Video needs the package av; install it with: pip install 'impasto[video]'") from None
    return av


def _mp4(frames: Pixels, milliseconds: int, text: str) -> bytes:
    """An MP4 file with H.264, which every browser plays."""
    av = decoder()
    _, height, width, _ = frames.shape
    _check_even(height, width)
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        container.metadata["comment"] = text
        stream = container.add_stream("h264", rate=Fraction(1000, milliseconds), options={"crf": RATE_FACTOR})
        stream.height = height
        stream.width = width
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return file.getvalue()


def _check_even(height: int, width: int) -> None:
    if height % 2 or width % 2:
        raise UsageError(f"MP4 needs an even height and width, not {height} × {width}; write a .webp or .gif.")
