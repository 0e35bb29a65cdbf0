"""A part of an unfinished store: some dozens of pictures with their facts, in one file.

Worker processes write parts, and an interrupted preparation goes on with those that are there already.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from impasto.files import write_whole

__all__ = ["count_rows", "load_facts", "load_pixels", "pack"]

Bytes = npt.NDArray[np.uint8]


def pack(file: Path, facts: list[dict[str, Any]], rejects: list[dict[str, str]], arrays: Sequence[Bytes]) -> None:
    """Write a part, whole or not at all.

    Args:
        file: Where to.
        facts: One dictionary of plain values for each picture; see `load_facts`.
        rejects: One dictionary for each file that could not be read: file, reason, detail.
        arrays: Thumbnails, pictures, any maps, and any given pictures, one row a picture.

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
    """The facts of the pictures of a part.

    Returns:
        A row a picture (file, sha256, sha, phash, grey, width, height, kind, flags; of clips also duration); a row
        a file that could not be read (file, reason, detail); thumbnails, shape (N, 32, 32, 3).
    """
    with file.open("rb") as packed:
        header = json.loads(np.load(packed).tobytes())
        return header["facts"], header["rejects"], np.load(packed)


def load_pixels(file: Path, number: int = 0) -> Bytes:
    """An array of a part.

    Args:
        file: The part.
        number: 0 for the pictures, shape (N, H, W, 3) or (N, F, H, W, 3); from 1 on the maps, shape (N, H, W), then
            the given pictures, of the shape of the pictures.
    """
    with file.open("rb") as packed:
        *_, pixels = (np.load(packed) for _ in range(3 + number))
        return pixels


def count_rows(file: Path) -> int:
    """How many pictures a part holds, of which nothing else is read."""
    with file.open("rb") as packed:
        (header_bytes,) = _read_shape(packed)
        packed.seek(header_bytes, io.SEEK_CUR)
        return _read_shape(packed)[0]


def _read_shape(packed: IO[bytes]) -> tuple[int, ...]:
    np.lib.format.read_magic(packed)
    shape, _, _ = np.lib.format.read_array_header_1_0(packed)
    return shape
