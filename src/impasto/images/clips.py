"""Clips in files: animated GIF, WebP and PNG, of which some frames are read, and PNG that keeps every pixel."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, PngImagePlugin

from impasto.images.colour import to_srgb
from impasto.images.reading import PIXEL_LIMIT, Unreadable, check_pixels, decoded, turn_upright
from impasto.images.repair import PROFILE_IGNORED

__all__ = ["Clip", "evenly_spaced", "read_clip", "write_animated_png"]

ANIMATED = ("GIF", "WEBP", "PNG")
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
    frames: int,
    *,
    background: tuple[int, int, int] = (255, 255, 255),
    limit: int = PIXEL_LIMIT,
) -> Clip:
    """Read some frames of an animation, evenly spaced in time from its first one on.

    Args:
        path: The file.
        frames: How many.
        background: Colour behind transparent pixels, RGB in 0..255.
        limit: Most pixels of a frame.

    Raises:
        Unreadable: With the reason: one frame, too few frames, too many frames, and those of `read_picture`.
    """
    clip, flags = decoded(path, lambda image: _read(image, frames, background, limit))
    return replace(clip, flags=tuple(dict.fromkeys((*clip.flags, *flags))))


def _read(image: Image.Image, frames: int, background: tuple[int, int, int], limit: int) -> Clip:
    check_pixels(image, limit)
    durations = _durations(image, frames)
    # A PNG may begin with a still picture for programs that show no animations.
    first = 1 if getattr(image, "default_image", False) else 0
    images = []
    fits = True
    for number in evenly_spaced(durations, frames):
        image.seek(first + number)
        picture = image.copy()
        turn_upright(picture, (0, 0, *picture.size))
        picture, frame_fits = to_srgb(picture, background)
        images.append(picture)
        fits = fits and frame_fits
    flags = () if fits else (PROFILE_IGNORED,)
    return Clip(tuple(images), images[0].size, str(image.format), flags, sum(durations))


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


def _durations(image: Image.Image, frames: int) -> list[int]:
    """Milliseconds of each frame of an animation of `frames` frames or more; all of it is decoded.

    Raises:
        Unreadable: When there are too few frames or too many.
    """
    total = getattr(image, "n_frames", 1) if image.format in ANIMATED else 1
    first = 1 if getattr(image, "default_image", False) else 0
    if total - first < 2:
        raise Unreadable("one frame", "it is a still picture, not a clip")
    if total - first < frames:
        raise Unreadable("too few frames", f"it has {total - first}, and a clip takes {frames}")
    if total > MOST_FRAMES:
        raise Unreadable("too many frames", f"it has {total:,}, and {MOST_FRAMES:,} are the limit")
    durations = []
    for number in range(first, total):
        image.seek(number)
        image.load()
        durations.append(max(1, round(image.info.get("duration", 0) or DEFAULT_DURATION)))
    return durations
