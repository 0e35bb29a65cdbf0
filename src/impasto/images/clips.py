"""Clips in files: some frames of video and of animated GIF, WebP and PNG, and PNG that keeps every pixel."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, PngImagePlugin

from impasto.errors import UsageError
from impasto.images.colour import to_srgb
from impasto.images.films import decoder, is_video
from impasto.images.reading import PIXEL_LIMIT, Unreadable, check_pixels, decoded, turn_upright
from impasto.images.repair import PROFILE_IGNORED

__all__ = ["Clip", "evenly_spaced", "is_film", "read_clip", "write_animated_png"]

Fitted = Callable[[Image.Image], Image.Image]

ANIMATED = ("GIF", "WEBP", "PNG")
LEAST_FRAMES = 2
MOST_FRAMES = 10_000
"""Most frames of a file that is decoded."""
DEFAULT_DURATION = 100
"""Milliseconds of a frame whose file says none, as browsers have it."""


@dataclass(frozen=True)
class Clip:
    """A clip that was read.

    Attributes:
        images: Its frames, upright, mode RGB.
        size: Width and height of the upright frames in the file.
        kind: Format, such as 'GIF'.
        flags: What is odd about the file, as in `Reading`.
        duration: Of the whole animation, in milliseconds.
    """

    images: tuple[Image.Image, ...]
    size: tuple[int, int]
    kind: str
    flags: tuple[str, ...]
    duration: int


def read_clip(
    path: str | Path,
    frames: int | None,
    *,
    background: tuple[int, int, int] = (255, 255, 255),
    limit: int = PIXEL_LIMIT,
    most: int | None = None,
    fitted: Fitted | None = None,
) -> Clip:
    """Read some frames of an animation or a video, evenly spaced in time from its first one on.

    Args:
        path: The file.
        frames: How many; None for as many as the file holds.
        background: Colour behind transparent pixels, RGB in 0..255.
        limit: Most pixels of a frame.
        most: Most frames of the file; 10,000 without it.
        fitted: What is kept of each frame when it is read, so that memory holds no more.

    Raises:
        Unreadable: With the reason: one frame, too few frames, too many frames, and those of `read_picture`.
    """
    most = MOST_FRAMES if most is None else most
    if video := _video_kind(path):
        return _read_video(path, video, frames, limit, most=most, fitted=fitted)
    clip, flags = decoded(path, lambda image: _read(image, frames, background, limit, most=most, fitted=fitted))
    return replace(clip, flags=tuple(dict.fromkeys((*clip.flags, *flags))))


def is_film(path: str | Path) -> bool:
    """Whether a file is a video or an animation of two frames or more; False of files that cannot be opened."""
    if _video_kind(path):
        return True
    try:
        with Image.open(path) as image:
            return str(image.format) in ANIMATED and getattr(image, "n_frames", 1) >= LEAST_FRAMES
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        return False


def _read(
    image: Image.Image,
    frames: int | None,
    background: tuple[int, int, int],
    limit: int,
    *,
    most: int,
    fitted: Fitted | None,
) -> Clip:
    check_pixels(image, limit)
    durations = _durations(image, frames or LEAST_FRAMES, most)
    frames = frames or len(durations)
    size = (0, 0)
    # A PNG may begin with a still picture for programs that show no animations.
    first = 1 if getattr(image, "default_image", False) else 0
    images = []
    fits = True
    for number in evenly_spaced(durations, frames):
        image.seek(first + number)
        picture = image.copy()
        turn_upright(picture, (0, 0, *picture.size))
        picture, frame_fits = to_srgb(picture, background)
        size = picture.size
        images.append(fitted(picture) if fitted else picture)
        fits = fits and frame_fits
    flags = () if fits else (PROFILE_IGNORED,)
    return Clip(tuple(images), size, str(image.format), flags, sum(durations))


def _video_kind(path: str | Path) -> str:
    """The kind of a video, such as 'MP4'; '' of other files, and of those that cannot be opened."""
    try:
        with Path(path).open("rb") as file:
            return Path(path).suffix.removeprefix(".").upper() or "VIDEO" if is_video(file.read(32)) else ""
    except OSError:
        return ""


def _read_video(
    path: str | Path, kind: str, frames: int | None, limit: int, *, most: int, fitted: Fitted | None
) -> Clip:
    """Some frames of a video; all of it is decoded, once to count and once to read.

    Raises:
        Unreadable: As of `read_clip`, and when the package that decodes video is missing.
    """
    try:
        av = decoder()
    except UsageError as error:
        raise Unreadable("video not read", str(error)) from None
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            if stream.width * stream.height > limit:
                raise Unreadable("too large", f"{stream.width} × {stream.height} pixels, where {limit:,} are allowed")
            size = (stream.width, stream.height)
            total = sum(1 for _, _ in zip(container.decode(stream), range(most + 1), strict=False))
            rate = float(stream.average_rate or 1)
        _check_count(total, frames or LEAST_FRAMES, most)
        chosen = {step * total // (frames or total) for step in range(frames or total)}
        with av.open(str(path)) as container:
            decoded_frames = enumerate(container.decode(video=0))
            kept = (frame.to_image() for number, frame in decoded_frames if number in chosen)
            images = tuple(fitted(image) if fitted else image for image in kept)
    except Unreadable:
        raise
    except (OSError, ValueError, IndexError, RuntimeError) as error:
        raise Unreadable("damaged", f"the video cannot be decoded ({error})") from None
    return Clip(images, size, kind, (), round(1000 * total / rate))


def _check_count(total: int, frames: int, most: int) -> None:
    """Refuse an animation of too few frames, or too many.

    Raises:
        Unreadable: With the numbers.
    """
    if total < LEAST_FRAMES:
        raise Unreadable("one frame", "it is a still picture, not a clip")
    if total < frames:
        raise Unreadable("too few frames", f"it has {total}, and a clip takes {frames}")
    if total > most:
        raise Unreadable("too many frames", f"it has {total:,}, and {most:,} are the limit")


def evenly_spaced(durations: Sequence[int], count: int) -> list[int]:
    """The frames that an animation shows at `count` evenly spaced times, the first one at its start.

    Args:
        durations: Of each frame, in milliseconds, 1 or more.
        count: How many.
    """
    ends = list(accumulate(durations))
    return [bisect_right(ends, step * ends[-1] // count) for step in range(count)]


def write_animated_png(
    file: BinaryIO, pixels: npt.NDArray[np.uint8], duration: int, info: PngImagePlugin.PngInfo
) -> None:
    """Write a clip as an animated PNG, which keeps every pixel of every frame.

    Args:
        file: Where to.
        pixels: Shape (F, H, W, 3), F at least 2.
        duration: Of each frame, in milliseconds.
        info: Texts that go into the file.
    """
    first, *others = (Image.fromarray(frame) for frame in pixels)
    # Both ways to blend are the same for opaque frames, but Pillow merges equal frames only when theirs are too.
    blend = [number % 2 for number in range(len(pixels))]
    first.save(file, "PNG", pnginfo=info, save_all=True, append_images=others, duration=duration, loop=0, blend=blend)


def _durations(image: Image.Image, frames: int, most: int) -> list[int]:
    """Milliseconds of each frame of an animation of `frames` frames or more; all of it is decoded.

    Raises:
        Unreadable: When there are too few frames or too many.
    """
    total = getattr(image, "n_frames", 1) if image.format in ANIMATED else 1
    first = 1 if getattr(image, "default_image", False) else 0
    _check_count(total - first, frames, most)
    durations = []
    for number in range(first, total):
        image.seek(number)
        image.load()
        durations.append(max(1, round(image.info.get("duration", 0) or DEFAULT_DURATION)))
    return durations
