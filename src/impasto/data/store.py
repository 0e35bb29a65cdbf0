"""The store: a prepared folder of pictures that training and measuring read.

`pictures.npy` holds all pictures as one array, `index.parquet` a row a picture, `rejects.jsonl` a
line for each file left out, and `manifest.json` says how all this was made and what it must hash to.
A store may hold maps beside the pictures, one value a pixel: `layout.npy`, say, with its legend in the manifest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pyarrow
import pyarrow.parquet
from torch import Tensor

from impasto.errors import StoreError, UnknownName
from impasto.files import STORE, file_hash, kind_of, read_json, write_json
from impasto.images.pictures import Pixels, to_float

__all__ = ["FILES", "STORE_VERSION", "UNKNOWN", "Split", "Store", "seal"]

STORE_VERSION = 1
FILES = ("pictures.npy", "index.parquet", "rejects.jsonl")
"""What every store holds beside its manifest."""
UNKNOWN = "unknown"
"""Category of a picture whose label is missing."""

Map = npt.NDArray[np.unsignedinteger]
Rows = Sequence[int] | npt.NDArray[np.integer] | slice


@dataclass(frozen=True, eq=False)
class Store:
    """A prepared folder of pictures.

    Attributes:
        root: The folder.
        manifest: Version, hashes, counts, label columns, licences and how the store was made.
        pictures: Memory map, shape (N, R, R, 3), uint8.
        table: A row a picture: file, split, label columns, text, license, phash, flags.
        maps: Memory maps by name, each of shape (N, R, R), in the code that the manifest tells; most stores have none.
    """

    SPLITS: ClassVar[tuple[str, ...]] = ("train", "test", "all")
    root: Path
    manifest: dict[str, Any]
    pictures: Pixels
    table: pyarrow.Table
    maps: dict[str, Map] = field(default_factory=dict)

    @classmethod
    def open(cls, path: str | Path, verify: bool = True) -> Self:
        """The store in a folder.

        Args:
            path: A folder that `prepare` made.
            verify: Whether every byte is compared with the hashes of the manifest; sizes always are.

        Raises:
            StoreError: When it is missing, of another version, or not as it was made.
        """
        root = Path(path)
        manifest = _manifest(root)
        _check_files(root, manifest, verify)
        try:
            pictures = _mapped(root / "pictures.npy")
            maps = {name: _mapped(root / f"{name}.npy") for name in manifest.get("maps", {})}
            table = pyarrow.parquet.read_table(root / "index.parquet")
        except (OSError, ValueError, pyarrow.ArrowException) as error:
            raise _changed(root, f"cannot be read ({error})") from None
        side = manifest["resolution"]
        if pictures.dtype != np.uint8 or pictures.shape != (table.num_rows, side, side, 3):
            raise _changed(root, f"holds {pictures.shape} pictures for {table.num_rows} rows of the index")
        for name, values in maps.items():
            if values.dtype.kind != "u" or values.shape != pictures.shape[:3]:
                raise _changed(root, f"holds a map {name} of {values.dtype} {values.shape} beside {pictures.shape}")
        return cls(root, manifest, pictures, table, maps)

    @property
    def hash(self) -> str:
        """SHA-256 that stands for the pictures, their index and their maps."""
        return str(self.manifest["hash"])

    @property
    def resolution(self) -> int:
        """Rows and columns of each picture."""
        return int(self.manifest["resolution"])

    @property
    def label(self) -> str | None:
        """The default label column."""
        label: str | None = self.manifest["label"]
        return label

    @property
    def label_columns(self) -> tuple[str, ...]:
        """The columns that sort the pictures into categories."""
        return tuple(self.manifest["label_columns"])

    def __len__(self) -> int:
        return len(self.pictures)

    def categories(self, column: str | None = None) -> tuple[str, ...]:
        """Sorted names of the categories of a label column, the default one if none is named.

        Raises:
            UnknownName: When there is no such label column.
        """
        column = self._column(column)
        return self._coded(column)[0] if column else ()

    def split(self, name: str, column: str | None = None) -> Split:
        """The pictures to train on, to test with, or all.

        Args:
            name: 'train', 'test' or 'all'.
            column: Label column; the default one if none is named.

        Raises:
            UnknownName: When there is no such split or label column.
        """
        if name not in self.SPLITS:
            raise UnknownName("split", name, self.SPLITS)
        column = self._column(column)
        own = np.asarray(self.table["split"].to_numpy(zero_copy_only=False) == name)
        indices = np.arange(len(self)) if name == "all" else np.flatnonzero(own)
        names, codes = self._coded(column) if column else ((), np.zeros(len(self), np.int64))
        labels = codes[indices]
        counts = np.bincount(labels, minlength=len(names)) if names else np.zeros(0)
        shares = tuple(float(count) / max(1, len(labels)) for count in counts)
        return Split(self, name, indices.astype(np.int64), labels, names, shares)

    def rejects(self) -> list[dict[str, Any]]:
        """Files that were left out: file, reason, detail, and whether it is a bad picture."""
        lines = (self.root / "rejects.jsonl").read_text(encoding="utf8").splitlines()
        return [json.loads(line) for line in lines]

    def _column(self, column: str | None) -> str | None:
        if column is not None and column not in self.label_columns:
            raise UnknownName("label column", column, self.label_columns)
        return column if column is not None else self.label

    def _coded(self, column: str) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
        if column not in self._codes:
            values = ["" if v is None else str(v) for v in self.table[column].to_pylist()]
            names, codes = np.unique([v or UNKNOWN for v in values], return_inverse=True)
            self._codes[column] = (tuple(str(n) for n in names), codes.astype(np.int64))
        return self._codes[column]

    @cached_property
    def _codes(self) -> dict[str, tuple[tuple[str, ...], npt.NDArray[np.int64]]]:
        return {}


@dataclass(frozen=True, eq=False)
class Split:
    """A view of a store; rows are positions inside the split.

    Attributes:
        store: Where the pictures lie.
        name: 'train', 'test' or 'all'.
        indices: Positions in the store, int64, shape (N,).
        labels: Category of each picture, int64, shape (N,); zeros when there is no label column.
        categories: Names of all categories of the store.
        shares: Share of each category in this split; () when there are none.
    """

    store: Store
    name: str
    indices: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    categories: tuple[str, ...]
    shares: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.indices)

    def uint8(self, rows: Rows | None = None) -> Pixels:
        """Pixels of those rows, all if none are named: shape (N, R, R, 3), a copy."""
        indices = self.indices if rows is None else self.indices[_index(rows)]
        return np.take(self.store.pictures, indices, axis=0)

    def pictures(self, rows: Rows | None = None) -> Tensor:
        """Pictures of those rows, shape (N, 3, R, R), float32, in [-1, 1], laid out channels last."""
        return to_float(self.uint8(rows))

    def map(self, name: str, rows: Rows | None = None) -> Map:
        """Values of a map for those rows, all if none are named: shape (N, R, R), a copy.

        Raises:
            UnknownName: When the store has no such map.
        """
        if name not in self.store.maps:
            raise UnknownName("map", name, self.store.maps)
        indices = self.indices if rows is None else self.indices[_index(rows)]
        return np.take(self.store.maps[name], indices, axis=0)

    def files(self, rows: Rows) -> list[str]:
        """Source names of those rows, relative to the folder that was prepared."""
        return [str(name) for name in self.store.table["file"].take(self.indices[_index(rows)]).to_pylist()]


def seal(folder: Path, facts: dict[str, Any], names: Sequence[str] = FILES) -> dict[str, Any]:
    """Write the manifest of a store whose other files are in place.

    Args:
        folder: Where the files lie.
        facts: What the manifest tells beyond version and hashes.
        names: The files that are sealed.

    Returns:
        The manifest, as written.
    """
    files = {name: {"bytes": (folder / name).stat().st_size, "sha256": file_hash(folder / name)} for name in names}
    content = [told["sha256"] for name, told in files.items() if name != "rejects.jsonl"]
    manifest = {"version": STORE_VERSION, "hash": _digest(content), **facts, "files": files}
    manifest["seal"] = _digest(manifest)
    write_json(folder / "manifest.json", manifest)
    return manifest


def _manifest(root: Path) -> dict[str, Any]:
    if not (root / "manifest.json").is_file():
        if kind := kind_of(root):
            raise StoreError(f"{root} is {kind}, not {STORE}. Name a folder that `impasto data prepare` made.")
        if root.is_dir():
            raise StoreError(
                f"{root} is no store: it has no manifest.json. "
                f"Make a store of the pictures in it with: impasto data prepare {root} --out STORE"
            )
        raise StoreError(f"{root} does not exist. Make a store with: impasto data prepare FOLDER --out {root}")
    manifest = read_json(root / "manifest.json", StoreError)
    version = manifest.get("version") if isinstance(manifest, dict) else None
    if version != STORE_VERSION:
        raise StoreError(
            f"{root} is a store of version {version!r}, and this program reads version {STORE_VERSION}. "
            "Prepare the folder of pictures again."
        )
    if manifest.get("seal") != _digest({k: v for k, v in manifest.items() if k != "seal"}):
        raise _changed(root, "has a manifest.json that was changed after it was made")
    return dict(manifest)


def _mapped(file: Path) -> Any:
    return np.load(file, mmap_mode="r", allow_pickle=False)


def _check_files(root: Path, manifest: dict[str, Any], verify: bool) -> None:
    for name, told in manifest["files"].items():
        file = root / name
        if not file.is_file():
            raise _changed(root, f"lacks {name}")
        if file.stat().st_size != told["bytes"]:
            raise _changed(root, f"has a {name} of {file.stat().st_size:,} bytes that was made with {told['bytes']:,}")
        if verify and file_hash(file) != told["sha256"]:
            raise _changed(root, f"has a {name} whose content was changed after it was made")


def _changed(root: Path, what: str) -> StoreError:
    return StoreError(f"The store {root} {what}. Prepare the folder of pictures again, or copy the store anew.")


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _index(rows: Rows) -> Any:
    return rows if isinstance(rows, slice) else np.asarray(rows, dtype=np.int64)
