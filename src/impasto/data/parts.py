"""A part of a folder: some dozens of pictures, decoded and framed together, kept in one file.

Parts are what workers make and what an interrupted preparation finds again. As a program
(`python -m impasto.data.parts`) this file is a worker. It must not import torch, which would take
each worker a second to start, nor anything else it can do without.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from impasto.data.duplicates import THUMB, perceptual_hashes
from impasto.files import write_whole
from impasto.images.clips import read_clip
from impasto.images.framing import find_bars, flags_of, frame, least_side
from impasto.images.reading import Box, Unreadable, read_picture
from impasto.images.size import Size
from impasto.jobs.workers import serve

__all__ = ["Framing", "load_facts", "load_pixels", "make_part", "pack"]

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
        """The framing of its fields by name, where JSON has made tuples lists."""
        return cls(**{**values, "background": tuple(values["background"])})


def make_part(settings: dict[str, Any], names: list[str], file: Path, crashed: list[str]) -> None:
    """Read and frame some pictures or clips and write them, whole or not at all.

    Args:
        settings: 'folder', that of the pictures, and 'framing', the values of a `Framing`.
        names: Files of the part, relative to the folder.
        file: Where to.
        crashed: Further files, which no decoder survives.

    Raises:
        ImpastoError: When the part cannot be written.
    """
    folder = Path(settings["folder"])
    framing = Framing.from_json(settings["framing"])
    pixels = np.empty((len(names), *framing.shape), np.uint8)
    thumbs = np.empty((len(names), THUMB, THUMB, 3), np.uint8)
    facts: list[dict[str, Any]] = []
    rejects = [
        {"file": name, "reason": "decoder crashed", "detail": "the process that read it died"} for name in crashed
    ]
    for name in names:
        row = len(facts)
        try:
            fact = _read_into(folder / name, framing, pixels[row], thumbs[row])
            facts.append({"file": name, **fact})
        except Unreadable as error:
            rejects.append({"file": name, "reason": error.reason, "detail": error.detail})
    count = len(facts)
    # Small sums run several times faster together than each on the heels of a decoder.
    for row, phash in enumerate(perceptual_hashes(thumbs[:count])):
        fact = facts[row]
        # With the thumbnail, since two pictures may differ only where they are cropped.
        content = f"{fact['width']} {fact['height']}".encode() + thumbs[row].tobytes() + pixels[row].tobytes()
        fact["sha"] = hashlib.sha256(content).hexdigest()
        fact["phash"] = phash
        middle = pixels[row] if framing.frames == 1 else pixels[row, framing.frames // 2]
        fact["flags"] = sorted([*fact["flags"], *flags_of(middle)])
    pack(file, facts, rejects, (thumbs[:count], pixels[:count]))


def pack(file: Path, facts: list[dict[str, Any]], rejects: list[dict[str, str]], arrays: Sequence[Bytes]) -> None:
    """Write a part, whole or not at all.

    Args:
        file: Where to.
        facts: What is known of each picture, as plain values.
        rejects: What is known of each file that could not be read.
        arrays: Thumbnails, pictures, and any maps, one row a picture.

    Raises:
        ImpastoError: When it cannot be written.
    """
    header = json.dumps({"facts": facts, "rejects": rejects}).encode()
    packed = io.BytesIO()
    # One after another: an .npz would take the time of a checksum, twice, of a file that is whole or absent.
    for values in (np.frombuffer(header, np.uint8), *arrays):
        np.save(packed, values)
    write_whole(file, packed.getvalue())


def load_facts(file: Path) -> tuple[list[dict[str, Any]], list[dict[str, str]], Bytes]:
    """What is known of a part.

    Returns:
        A row a picture (file, sha, phash, width, height, kind, flags; of clips also duration); a row a
        file that could not be read (file, reason, detail); thumbnails, shape (N, 32, 32, 3).
    """
    with file.open("rb") as packed:
        header = json.loads(np.load(packed).tobytes())
        return header["facts"], header["rejects"], np.load(packed)


def load_pixels(file: Path, number: int = 0) -> Bytes:
    """An array of a part.

    Args:
        file: The part.
        number: 0 for the pictures, shape (N, H, W, 3) or (N, F, H, W, 3); from 1 on the maps, shape (N, H, W).
    """
    with file.open("rb") as packed:
        *_, pixels = (np.load(packed) for _ in range(3 + number))
        return pixels


def _read_into(path: Path, framing: Framing, pixels: Bytes, thumb: Bytes) -> dict[str, Any]:
    """Fill in the framed picture or clip and the thumbnail of a file.

    Args:
        path: The file.
        framing: How.
        pixels: Filled in; shape (H, W, 3) or (F, H, W, 3).
        thumb: Filled in, with the middle frame of a clip; shape (32, 32, 3).

    Returns:
        What reading it tells, by name.

    Raises:
        Unreadable: When it cannot be used.
    """
    images, box, facts = _read(path, framing)
    middle = images[len(images) // 2]
    bars = find_bars(middle)
    if bars is not None and framing.crop_bars:
        images = [image.crop(bars) for image in images]
        box = (0, 0, bars[2] - bars[0], bars[3] - bars[1])
        middle = images[len(images) // 2]
    for image, frame_pixels in zip(images, pixels.reshape(-1, framing.height, framing.width, 3), strict=True):
        frame_pixels[:] = frame(image, framing.size, framing.crop, framing.background, box)
    thumb[:] = np.asarray(middle.resize((THUMB, THUMB), Image.Resampling.BOX, box))
    if facts["height"] < framing.height or facts["width"] < framing.width:
        facts["flags"].append("tiny")
    if bars is not None:
        facts["flags"].append("letterboxed")
    return facts


def _read(path: Path, framing: Framing) -> tuple[list[Image.Image], Box, dict[str, Any]]:
    """The picture of a file or the frames of a clip, what of them is to be framed, and what is known of it."""
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
