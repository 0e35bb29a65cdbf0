"""A new file of an array that is filled bit by bit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["new_array"]


def new_array(file: Path, dtype: npt.DTypeLike, shape: tuple[int, ...]) -> Any:
    """A memory map of a new .npy file, whose room on the disk is taken at once.

    A map of a file with holes would end the process, without an error that can be caught, when the disk is full.

    Args:
        file: The file; one that is there is replaced.
        dtype: Of the numbers.
        shape: Of the array.

    Raises:
        OSError: When there is no room.
    """
    array = np.lib.format.open_memmap(file, mode="w+", dtype=dtype, shape=shape)
    if hasattr(os, "posix_fallocate"):
        with file.open("r+b") as opened:
            os.posix_fallocate(opened.fileno(), 0, file.stat().st_size)
    return array
