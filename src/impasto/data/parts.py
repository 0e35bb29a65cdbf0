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
from impasto.images.framing import find_bars, flags_of, frame, least_side
from impasto.images.reading import Unreadable, read_picture
from impasto.images.size import Size
from impasto.jobs.workers import serve

__all__ = ["Framing", "load_facts", "load_pixels", "make_part", "pack"]

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Framing:
    """How each picture is read and framed; see `prepare`."""

    height: int
    width: int
    crop: str
    background: tuple[int, int, int]
    crop_bars: bool
    limit: int

    @property
    def size(self) -> Size:
        """Height and width of the framed picture."""
        return Size(self.height, self.width)


def make_part(settings: dict[str, Any], names: list[str], file: Path, crashed: list[str]) -> None:
    """Read and frame some pictures and write them, whole or not at all.

    Args:
        settings: 'folder', that of the pictures, and 'framing', the values of a `Framing`.
        names: Files of the part, relative to the folder.
        file: Where to.
        crashed: Further files, which no decoder survives.

    Raises:
        ImpastoError: When the part cannot be written.
    """
    told = settings["framing"]
    folder, framing = Path(settings["folder"]), Framing(**{**told, "background": tuple(told["background"])})
    pixels = np.empty((len(names), framing.height, framing.width, 3), np.uint8)
    thumbs = np.empty((len(names), THUMB, THUMB, 3), np.uint8)
    facts: list[dict[str, Any]] = []
    rejects = [
        {"file": name, "reason": "decoder crashed", "detail": "the process that read it died"} for name in crashed
    ]
    for name in names:
        try:
            row = len(facts)
            fact = _one(folder / name, framing, pixels[row], thumbs[row])
            facts.append({"file": name, **fact})
        except Unreadable as error:
            rejects.append({"file": name, "reason": error.reason, "detail": error.detail})
    count = len(facts)
    # Small sums run several times faster together than each on the heels of a decoder.
    for row, phash in enumerate(perceptual_hashes(thumbs[:count])):
        fact = facts[row]
        # With the thumbnail, since two pictures may differ only where they are cropped.
        looks = f"{fact['width']} {fact['height']}".encode() + thumbs[row].tobytes() + pixels[row].tobytes()
        fact["sha"], fact["phash"] = hashlib.sha256(looks).hexdigest(), phash
        fact["flags"] = sorted([*fact["flags"], *flags_of(pixels[row])])
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
    head = json.dumps({"facts": facts, "rejects": rejects}).encode()
    packed = io.BytesIO()
    # One after another: an .npz would take the time of a checksum, twice, of a file that is whole or absent.
    for values in (np.frombuffer(head, np.uint8), *arrays):
        np.save(packed, values)
    write_whole(file, packed.getvalue())


def load_facts(file: Path) -> tuple[list[dict[str, Any]], list[dict[str, str]], Bytes]:
    """What is known of a part.

    Returns:
        A row a picture (file, sha, phash, width, height, kind, flags); a row a file that could not
        be read (file, reason, detail); thumbnails, shape (N, 32, 32, 3).
    """
    with file.open("rb") as packed:
        told = json.loads(np.load(packed).tobytes())
        return told["facts"], told["rejects"], np.load(packed)


def load_pixels(file: Path, which: int = 0) -> Bytes:
    """The pictures of a part, shape (N, H, W, 3), or the map of that number, from 1, shape (N, H, W)."""
    with file.open("rb") as packed:
        *_, pixels = (np.load(packed) for _ in range(3 + which))
        return pixels


def _one(path: Path, framing: Framing, pixels: Bytes, thumb: Bytes) -> dict[str, Any]:
    """Fill in the framed picture and the thumbnail of a file; what reading it tells."""
    least = least_side(framing.crop, framing.size, framing.crop_bars)
    reading = read_picture(path, background=framing.background, limit=framing.limit, least=least)
    image, box = reading.image, reading.box
    bars = find_bars(image)
    if bars is not None and framing.crop_bars:
        image, box = image.crop(bars), (0, 0, bars[2] - bars[0], bars[3] - bars[1])
    pixels[:] = frame(image, framing.size, framing.crop, framing.background, box)
    thumb[:] = np.asarray(image.resize((THUMB, THUMB), Image.Resampling.BOX, box))
    width, height = reading.size
    odd = {"tiny": height < framing.height or width < framing.width, "letterboxed": bars is not None}
    flags = [*reading.flags, *(flag for flag, so in odd.items() if so)]
    return {"width": width, "height": height, "kind": reading.kind, "flags": flags}


if __name__ == "__main__":
    serve(make_part)
