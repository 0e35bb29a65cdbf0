"""An array of a store, in one file or in several of a fixed number of rows, each read as one array.

The one file is a memory map. Several are `Shards`, which open a file when a row of it is needed, so that memory does
not grow with the store.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, SupportsIndex

import numpy as np
import numpy.typing as npt

__all__ = ["Array", "Ints", "Rows", "ShardReader", "Shards", "array_files", "local_array", "names_of_shards"]

OPEN_FILES = 64
"""Most files of an array that are mapped into memory at a time."""

Array = npt.NDArray[Any]
Ints = npt.NDArray[np.int64]
Rows = SupportsIndex | slice | Sequence[int] | npt.NDArray[np.integer]


class ShardReader(Protocol):
    """Reads rows of the files of one array.

    Attributes:
        row_shape: Shape of a row.
        dtype: Of its values.
    """

    row_shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def read(self, requested: Mapping[int, Ints]) -> Mapping[int, Array]:
        """Rows of some files.

        Args:
            requested: Number of a file → positions of the rows in it, shape (n,).

        Returns:
            Number of a file → its rows, shape (n, *row_shape).

        Raises:
            StoreError: When a file is missing or is not as it was made.
        """


class Shards:
    """Rows in several files as one array that is read by rows: `shards[3]`, `shards[5:9]`, `shards[[1, 7]]`.

    Attributes:
        shape: Shape (N, ...).
        dtype: Of the values.
        ndim: Number of axes.
    """

    def __init__(self, reader: ShardReader, count: int, rows: int) -> None:
        """An array of files.

        Args:
            reader: Reads the files.
            count: Rows of all files together.
            rows: Rows of each file but the last one.
        """
        self.shape: tuple[int, ...] = (count, *reader.row_shape)
        self.dtype = reader.dtype
        self.ndim: int = len(self.shape)
        self._reader = reader
        self._rows = rows

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Rows) -> Array:
        if isinstance(rows, slice):
            return self.take(np.arange(len(self))[rows])
        places = np.asarray(rows)
        if places.dtype == bool:
            return self.take(np.flatnonzero(places))
        return self.take(np.atleast_1d(places)).reshape(*places.shape, *self.shape[1:])

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        """All rows, in memory."""
        return self[:].astype(dtype or self.dtype, copy=False)

    def take(self, rows: Sequence[int] | npt.NDArray[np.integer], axis: int = 0) -> Array:
        """A copy of some rows, as `numpy.take` gives them.

        Args:
            rows: Their positions, shape (n,), from -N on.
            axis: Always 0.

        Raises:
            IndexError: When there is no such row.
            StoreError: When a file is missing or is not as it was made.
        """
        assert axis == 0, "an array in files is read by rows"
        places = np.asarray(rows, np.int64)
        places = np.where(places < 0, places + len(self), places)
        if len(places) and not 0 <= places.min() <= places.max() < len(self):
            raise IndexError(f"There are {len(self):,} rows, and none of the positions {rows}.")
        shards, inside = np.divmod(places, self._rows)
        members = {int(shard): np.flatnonzero(shards == shard) for shard in np.unique(shards)}
        values = np.empty((len(places), *self.shape[1:]), self.dtype)
        read = self._reader.read({shard: inside[chosen] for shard, chosen in members.items()})
        for shard, chosen in members.items():
            values[chosen] = read[shard]
        return values


class _MappedFiles:
    """Reads files of this machine by memory map."""

    def __init__(self, files: Sequence[Path]) -> None:
        # Mapped pages count as memory of the process until their file is closed.
        self._open = lru_cache(OPEN_FILES)(lambda number: _mapped(files[number]))
        first = self._open(0)
        self.row_shape: tuple[int, ...] = first.shape[1:]
        self.dtype = first.dtype

    def read(self, requested: Mapping[int, Ints]) -> Mapping[int, Array]:
        return {number: self._open(number).take(rows, axis=0) for number, rows in requested.items()}


def names_of_shards(name: str, count: int) -> list[str]:
    """Names of the files of an array in several files."""
    return [f"{name}-{number:05d}.npy" for number in range(count)]


def array_files(manifest: Mapping[str, Any], name: str) -> list[str]:
    """Names of the files of an array of a store, in the order of their rows.

    Args:
        manifest: The store's.
        name: 'pictures', or the name of a map or of given pictures.
    """
    shards = manifest.get("shards")
    return names_of_shards(name, shards["count"]) if shards else [f"{name}.npy"]


def local_array(root: Path, manifest: Mapping[str, Any], name: str) -> Any:
    """An array of a store on this machine.

    Args:
        root: The store.
        manifest: Its manifest.
        name: 'pictures', or the name of a map or of given pictures.

    Returns:
        A memory map, or `Shards` where the array lies in several files.

    Raises:
        OSError: When a file cannot be read.
        ValueError: When it is no array.
    """
    files = [root / file for file in array_files(manifest, name)]
    if "shards" not in manifest:
        return _mapped(files[0])
    rows = manifest["shards"]["rows"]
    return Shards(_MappedFiles(files), (len(files) - 1) * rows + len(_mapped(files[-1])), rows)


def _mapped(file: Path) -> Any:
    return np.load(file, mmap_mode="r", allow_pickle=False)
