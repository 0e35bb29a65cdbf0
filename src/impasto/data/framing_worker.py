"""Picture files are read and framed, a part at a time.

As a program (`python -m impasto.data.framing_worker`) this file is a worker of `prepare`. It must not import
torch, which would take each worker a second to start, nor anything else it can do without.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from impasto.data.duplicates import THUMB, perceptual_hashes
from impasto.data.parts import pack
from impasto.files import file_hash
from impasto.images.clips import read_clip
from impasto.images.framing import LEAST_SIDE, Box, flags_of, frame, least_side
from impasto.images.letterbox import find_bars
from impasto.images.maps import frame_map, read_map
from impasto.images.reading import Unreadable, jpeg_scale, read_picture
from impasto.images.size import Size
from impasto.jobs.workers import serve

__all__ = ["Framing", "make_part"]

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Framing:
    """How each file is read and framed; see `prepare`."""

    height: int
    width: int
    frames: int
    crop: str
    background: tuple[int, int, int]
    crop_bars: bool
    limit: int

    @property
    def size(self) -> Size:
        """Height and width of the framed picture."""
        return Size(self.height, self.width)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of a framed picture, (H, W, 3), or clip, (F, H, W, 3)."""
        picture = (self.height, self.width, 3)
        return picture if self.frames == 1 else (self.frames, *picture)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Framing:
        """A framing from its fields by name, as JSON gives them, which turns tuples into lists."""
        return cls(**{**values, "background": tuple(values["background"])})


@dataclass(frozen=True)
class _Arrays:
    """What a part holds, a row a picture.

    Attributes:
        thumbs: Shape (N, 32, 32, 3).
        pixels: Shape (N, H, W, 3) or (N, F, H, W, 3).
        maps: Each of shape (N, H, W).
    """

    thumbs: Bytes
    pixels: Bytes
    maps: list[Bytes]

    @classmethod
    def empty(cls, items: list[list[str]], framing: Framing) -> _Arrays:
        """Arrays to fill in."""
        count = len(items)
        map_count = len(items[0]) - 1 if items else 0
        thumbs = np.empty((count, THUMB, THUMB, 3), np.uint8)
        pixels = np.empty((count, *framing.shape), np.uint8)
        maps = [np.empty((count, framing.height, framing.width), np.uint8) for _ in range(map_count)]
        return cls(thumbs, pixels, maps)


def make_part(settings: dict[str, Any], items: list[list[str]], file: Path, crashed: list[list[str]]) -> None:
    """Read and frame some pictures or clips and write them, whole or not at all.

    Args:
        settings: 'folder', that of the pictures, and 'framing', the values of a `Framing`.
        items: Of each picture its name and those of its maps, relative to the folder.
        file: Where to.
        crashed: Further items, over which a decoder dies.

    Raises:
        ImpastoError: When the part cannot be written.
    """
    folder = Path(settings["folder"])
    framing = Framing.from_json(settings["framing"])
    arrays = _Arrays.empty(items, framing)
    facts: list[dict[str, Any]] = []
    rejects = [
        {"file": name, "reason": "decoder crashed", "detail": "the process that read it died"} for name, *_ in crashed
    ]
    for item in items:
        try:
            facts.append(
                {
                    "file": item[0],
                    "sha256": _file_hash(folder / item[0]),
                    **_read_row(folder, item, framing, arrays, len(facts)),
                }
            )
        except Unreadable as error:
            rejects.append({"file": item[0], "reason": error.reason, "detail": error.detail})
    count = len(facts)
    # Small sums run several times faster together than each on the heels of a decoder.
    for row, phash in enumerate(perceptual_hashes(arrays.thumbs[:count])):
        fact = facts[row]
        pixels = arrays.pixels[row]
        # With the thumbnail, since two pictures may differ only where they are cropped.
        content = f"{fact['width']} {fact['height']}".encode() + arrays.thumbs[row].tobytes() + pixels.tobytes()
        fact["sha"] = hashlib.sha256(content).hexdigest()
        fact["phash"] = phash
        # Of the thumbnail, so that the same one of some duplicates is the best in stores of every size.
        fact["grey"] = "grey" in flags_of(arrays.thumbs[row])
        middle = pixels if framing.frames == 1 else pixels[framing.frames // 2]
        fact["flags"] = sorted([*fact["flags"], *flags_of(middle)])
    pack(file, facts, rejects, [values[:count] for values in (arrays.thumbs, arrays.pixels, *arrays.maps)])


def _read_row(folder: Path, item: list[str], framing: Framing, arrays: _Arrays, row: int) -> dict[str, Any]:
    """Fill in the framed picture or clip, its thumbnail (a clip's of its middle frame) and its maps.

    Returns:
        Its facts by name: width, height, kind, flags, and of clips duration.

    Raises:
        Unreadable: When the picture or one of its maps cannot be used.
    """
    name, *map_names = item
    images, extent, facts = _read(folder / name, framing)
    bars = find_bars(images[len(images) // 2])
    # What is framed, in pixels of the decoded picture, and the same in pixels of `images`.
    shown: Box = extent
    box: Box = extent
    if bars is not None and framing.crop_bars:
        # Cut off before resizing, which looks a little beyond the box.
        images = [image.crop(bars) for image in images]
        shown = bars
        box = (0, 0, bars[2] - bars[0], bars[3] - bars[1])
    for image, pixels in zip(images, arrays.pixels[row].reshape(-1, framing.height, framing.width, 3), strict=True):
        pixels[:] = frame(image, framing.size, framing.crop, framing.background, box)
    arrays.thumbs[row] = _thumbnail(folder / name, framing, images[len(images) // 2], box, facts)
    for map_name, values in zip(map_names, arrays.maps, strict=True):
        map_image = _read_map(folder, map_name, framing.limit)
        values[row] = frame_map(map_image, framing.size, framing.crop, box=shown, extent=extent)
    if facts["height"] < framing.height or facts["width"] < framing.width:
        facts["flags"].append("tiny")
    if bars is not None:
        facts["flags"].append("letterboxed")
    return facts


def _file_hash(path: Path) -> str:
    """SHA-256 of a file; '' of one that cannot be read, about which its decoding will complain."""
    try:
        return file_hash(path)
    except OSError:
        return ""


def _thumbnail(path: Path, framing: Framing, image: Image.Image, box: Box, facts: dict[str, Any]) -> Bytes:
    """The thumbnail by which duplicates are found, shape (32, 32, 3), the same for stores of pictures of any size.

    A JPEG that was decoded at another scale than that of all thumbnails is decoded once more.

    Args:
        path: The file.
        framing: How it was read.
        image: What was read of it.
        box: What of the image is framed.
        facts: Of the file, as `_read` gives them.

    Raises:
        Unreadable: When the file can no longer be read.
    """
    size = (facts["width"], facts["height"])
    read_at = jpeg_scale(size, least_side(framing.crop, framing.size, framing.crop_bars))
    if facts["kind"] == "JPEG" and read_at != jpeg_scale(size, LEAST_SIDE):
        again = read_picture(path, background=framing.background, limit=framing.limit, least=LEAST_SIDE)
        image = again.image
        box = again.box
        if framing.crop_bars and (bars := find_bars(image)) is not None:
            image = image.crop(bars)
            box = (0, 0, *image.size)
    return np.asarray(image.resize((THUMB, THUMB), Image.Resampling.BOX, box))


def _read_map(folder: Path, name: str, limit: int) -> Image.Image:
    """The values of a map; the error says that the map is at fault, and not the picture that it belongs to."""
    try:
        return read_map(folder / name, limit)
    except Unreadable as error:
        raise Unreadable(f"its map is {error.reason}", f"{name}: {error.detail}") from None


def _read(path: Path, framing: Framing) -> tuple[list[Image.Image], Box, dict[str, Any]]:
    """A picture or a clip as it is in its file.

    Returns:
        The picture, or the frames of the clip; the box of each image that it fills; and its facts by name: width,
        height, kind, flags, and of clips duration.
    """
    if framing.frames == 1:
        least = least_side(framing.crop, framing.size, framing.crop_bars)
        picture = read_picture(path, background=framing.background, limit=framing.limit, least=least)
        width, height = picture.size
        facts = {"width": width, "height": height, "kind": picture.kind, "flags": list(picture.flags)}
        return [picture.image], picture.box, facts
    clip = read_clip(path, framing.frames, background=framing.background, limit=framing.limit)
    width, height = clip.size
    facts = {"width": width, "height": height, "kind": clip.kind, "flags": list(clip.flags), "duration": clip.duration}
    return list(clip.images), (0, 0, width, height), facts


if __name__ == "__main__":
    serve(make_part)
