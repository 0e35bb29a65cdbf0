"""The store: a prepared folder of pictures or clips that training and measuring read.

`pictures.npy` holds all pictures as one array, `index.parquet` a row a picture, `rejects.jsonl` a
line for each file left out, and `manifest.json` says how all this was made and what it must hash to.
In a large store the pictures lie in shards instead, `pictures-00000.npy` and so on, of a fixed number of pictures each.
A store may hold maps beside the pictures, one value for each pixel: `layout.npy`, say, with its legend in the manifest;
and given pictures, from which a painter is to come to the picture: `source.npy`, say, of the pictures' shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike, fspath
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pyarrow
import pyarrow.parquet
from torch import Tensor

from impasto.data.captions import captions_in
from impasto.data.manifest import INDEX_FILES, check_files, read_manifest, store_changed
from impasto.data.remote import is_linked, open_array
from impasto.data.shards import Shards
from impasto.errors import StoreError, UnknownName
from impasto.files import read_json_lines
from impasto.images.pictures import Pixels, contact_sheet, sheet_file, to_float
from impasto.images.size import Size
from impasto.names import find_name
from impasto.spelling import option

__all__ = ["UNLABELLED", "Split", "Store"]

UNLABELLED = -1
"""Label of a picture that has none; the same number stands for no category in a `Condition`."""
FIRST_MISSING = "unknown"
"""Category of pictures without a label in stores of the first versions, whose manifest does not say it."""

SHOWN = 16
"""Pictures of a store that a notebook shows."""

Map = npt.NDArray[np.unsignedinteger]
Rows = Sequence[int] | npt.NDArray[np.integer] | slice


@dataclass(frozen=True, eq=False, repr=False)
class Store:
    """A prepared folder of pictures or clips, all of one size.

    Attributes:
        root: The folder.
        manifest: Version, hashes, counts, label columns, licences and how the store was made.
        pictures: Memory map, or shards, of shape (N, H, W, 3), or (N, F, H, W, 3) for clips of F frames, uint8.
        table: A row a picture: file, split, label columns, text (its first caption), license, sha256 (of the file),
            phash, flags, and, where a picture has several, the list captions.
        maps: The same by name, each of shape (N, H, W); the manifest says what their values mean. Most stores have
            none.
        given: The same by name, each of the shape of `pictures`: what a painter is given for each picture. Most
            stores have none.
    """

    SPLITS: ClassVar[tuple[str, ...]] = ("train", "test", "val", "all")
    root: Path
    manifest: dict[str, Any]
    pictures: Pixels | Shards
    table: pyarrow.Table
    maps: dict[str, Map | Shards] = field(default_factory=dict)
    given: dict[str, Pixels | Shards] = field(default_factory=dict)

    @classmethod
    def open(cls, path: str | PathLike[str], verify: bool = True) -> Self:
        """The store in a folder.

        Args:
            path: A folder that `prepare` made, or `link` for a store elsewhere.
            verify: Whether every byte is compared with the hashes of the manifest; sizes always are. A process does
                so once, as long as the files do not change. Pictures that lie elsewhere are compared as they are read.

        Raises:
            StoreError: When it is missing, of another version, or not as it was made.
        """
        root = Path(path)
        manifest = read_manifest(root)
        check_files(root, manifest, verify, INDEX_FILES if is_linked(root) else None)
        try:
            pictures = open_array(root, manifest, "pictures")
            maps = {name: open_array(root, manifest, name) for name in manifest.get("maps", {})}
            given = {name: open_array(root, manifest, name) for name in manifest.get("given", {})}
            table = pyarrow.parquet.read_table(root / "index.parquet")
        except (OSError, ValueError, pyarrow.ArrowException) as error:
            raise store_changed(root, f"cannot be read ({error})") from None
        store = cls(root, manifest, pictures, table, maps, given)
        store._check_shapes()
        return store

    def __fspath__(self) -> str:
        """The folder, for which the store stands wherever a path is expected."""
        return fspath(self.root)

    def __repr__(self) -> str:
        """Folder, size, counts and label column."""
        sizes = {name: len(self.split(name)) for name in ("train", "test", "val")}
        counts = ", ".join(f"{size:,} {name}" for name, size in sizes.items() if size or name != "val")
        label = f", {len(self.categories())} categories of {self.label!r}" if self.label else ""
        what = "pictures" if self.frames == 1 else f"clips of {self.frames} frames"
        return f"<Store {self.root}: {len(self):,} {what} of {self.size} px ({counts}){label}>"

    def _repr_png_(self) -> bytes:
        """The first pictures on a sheet, as notebooks show them."""
        pictures = self.pictures[:SHOWN]
        return sheet_file(contact_sheet(pictures if pictures.ndim == 4 else pictures[:, 0]))

    @property
    def hash(self) -> str:
        """SHA-256 that stands for the pictures, their index and their maps."""
        return str(self.manifest["hash"])

    @property
    def size(self) -> Size:
        """Height and width of each picture."""
        if "height" in self.manifest:
            return Size(int(self.manifest["height"]), int(self.manifest["width"]))
        return Size.parse(self.manifest["resolution"])

    @property
    def height(self) -> int:
        """Rows of each picture."""
        return self.size.height

    @property
    def width(self) -> int:
        """Columns of each picture."""
        return self.size.width

    @property
    def frames(self) -> int:
        """Frames of each clip; 1 for pictures."""
        return int(self.manifest.get("frames", 1))

    @property
    def resolution(self) -> int:
        """Height and width of each picture of a square store.

        Raises:
            StoreError: When the pictures are not square.
        """
        if not self.size.is_square:
            raise StoreError(
                f"{self.root} holds pictures of {self.size} px (height × width), and only squares can be used here. "
                f"Prepare the folder again with {option('resolution', 'SIDE')}."
            )
        return self.height

    @property
    def label(self) -> str | None:
        """The default label column."""
        label: str | None = self.manifest["label"]
        return label

    @property
    def label_columns(self) -> tuple[str, ...]:
        """The columns that sort the pictures into categories."""
        return tuple(self.manifest["label_columns"])

    @cached_property
    def captions(self) -> tuple[tuple[str, ...], ...]:
        """The captions of each picture, N tuples; () for a picture without any."""
        return captions_in(self.table)

    @property
    def has_captions(self) -> bool:
        """Whether any picture has a caption."""
        return any(self.captions)

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
        """The pictures to train on, to test with, for validation, or all.

        Args:
            name: 'train', 'test', 'all', or 'val', which is empty in stores of former versions.
            column: Label column; the default one if none is named.

        Raises:
            UnknownName: When there is no such split or label column.
        """
        if name not in self.SPLITS:
            raise UnknownName("split", name, self.SPLITS)
        column = self._column(column)
        members = np.asarray(self.table["split"].to_numpy(zero_copy_only=False) == name)
        indices = np.arange(len(self)) if name == "all" else np.flatnonzero(members)
        names, codes = self._coded(column) if column else ((), np.zeros(len(self), np.int64))
        labels = codes[indices]
        labelled = labels[labels != UNLABELLED]
        counts = np.bincount(labelled, minlength=len(names)) if names else np.zeros(0)
        shares = tuple(float(count) / max(1, len(labelled)) for count in counts)
        return Split(self, name, indices.astype(np.int64), labels, names, shares)

    def remarks(self) -> list[dict[str, Any]]:
        """What was to be said when it was prepared: topic, message, count, and kind ('warning' or 'remark')."""
        return list(self.manifest.get("remarks", ()))

    def rejects(self) -> list[dict[str, Any]]:
        """Files that were left out: file, reason, detail, and whether it is a bad picture."""
        return read_json_lines(self.root / "rejects.jsonl")

    def _check_shapes(self) -> None:
        """Compare the arrays with the index and the manifest.

        Raises:
            StoreError: When they do not fit together.
        """
        frames = (self.frames,) if self.frames > 1 else ()
        shape = (self.table.num_rows, *frames, self.height, self.width, 3)
        if self.pictures.dtype != np.uint8 or self.pictures.shape != shape:
            raise store_changed(
                self.root, f"holds pictures of shape {self.pictures.shape}, where its index and manifest say {shape}"
            )
        for name, given in self.given.items():
            if given.dtype != np.uint8 or given.shape != shape:
                raise store_changed(
                    self.root, f"holds given pictures {name} of {given.dtype} {given.shape} beside pictures of {shape}"
                )
        for name, values in self.maps.items():
            if values.dtype.kind != "u" or values.shape != shape[:-1]:
                raise store_changed(
                    self.root, f"holds a map {name} of {values.dtype} {values.shape} beside pictures of {shape}"
                )

    def _column(self, column: str | None) -> str | None:
        if column is None:
            return self.label
        existing = find_name(column, self.label_columns)
        if existing is None:
            raise UnknownName("label column", column, self.label_columns)
        return existing

    def _coded(self, column: str) -> tuple[tuple[str, ...], npt.NDArray[np.int64]]:
        """Names of the categories of a column, and which of them each picture has, shape (N,)."""
        if column not in self._codes:
            values = ["" if value is None else str(value) for value in self.table[column].to_pylist()]
            missing = self._missing(values)
            named = np.array([value or missing for value in values], dtype=str)
            codes = np.full(len(values), UNLABELLED, np.int64)
            names, codes[named != ""] = np.unique(named[named != ""], return_inverse=True)
            self._codes[column] = (tuple(str(name) for name in names), codes)
        return self._codes[column]

    def _missing(self, values: Sequence[str]) -> str:
        """The category of pictures without a label in stores of former versions; '' where they have none."""
        name = self.manifest.get("missing", FIRST_MISSING)
        while name in values and "missing" in self.manifest:
            name = f"({name})"
        return name or ""

    @cached_property
    def _codes(self) -> dict[str, tuple[tuple[str, ...], npt.NDArray[np.int64]]]:
        return {}


@dataclass(frozen=True, eq=False, repr=False)
class Split:
    """A view of a store; rows are positions inside the split.

    Attributes:
        store: Where the pictures lie.
        name: 'train', 'test', 'val' or 'all'.
        indices: Positions in the store, int64, shape (N,).
        labels: Category of each picture, int64, shape (N,), -1 where it has none; zeros when there is no label column.
        categories: Names of all categories of the store.
        shares: Share of each category among the pictures of this split that have one; () when there are no categories.
    """

    store: Store
    name: str
    indices: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    categories: tuple[str, ...]
    shares: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.indices)

    def __repr__(self) -> str:
        """Name, number of pictures and folder of the store."""
        return f"<Split {self.name!r}: {len(self):,} of the {len(self.store):,} pictures in {self.store.root}>"

    def uint8(self, rows: Rows | None = None) -> Pixels:
        """Pixels of those rows, all if none are named: shape (N, H, W, 3) or, of clips, (N, F, H, W, 3), a copy."""
        return self.store.pictures.take(self._places(rows), axis=0)

    def pictures(self, rows: Rows | None = None) -> Tensor:
        """Pictures of those rows, shape (N, 3, H, W) or, of clips, (N, F, 3, H, W), float32, in [-1, 1].

        The memory is laid out channels last.
        """
        return to_float(self.uint8(rows))

    def map(self, name: str, rows: Rows | None = None) -> Map:
        """Values of a map for those rows, all if none are named: shape (N, H, W) or, of clips, (N, F, H, W), a copy.

        Raises:
            UnknownName: When the store has no such map.
        """
        if name not in self.store.maps:
            raise UnknownName("map", name, self.store.maps)
        return self.store.maps[name].take(self._places(rows), axis=0)

    def given(self, name: str, rows: Rows | None = None) -> Pixels:
        """Pixels of the given pictures of those rows, all if none are named, a copy of the shape of `uint8`.

        Raises:
            UnknownName: When the store has no such given pictures.
        """
        if name not in self.store.given:
            raise UnknownName("given picture", name, self.store.given)
        return self.store.given[name].take(self._places(rows), axis=0)

    def captions(self, rows: Rows | None = None) -> list[tuple[str, ...]]:
        """The captions of those rows, all if none are named; () for a picture without any."""
        captions = self.store.captions
        return [captions[place] for place in self._places(rows)]

    def files(self, rows: Rows | None = None) -> list[str]:
        """Source names of those rows, all if none are named, relative to the folder that was prepared."""
        return [str(name) for name in self.store.table["file"].take(self._places(rows)).to_pylist()]

    def _places(self, rows: Rows | None) -> npt.NDArray[np.int64]:
        """Positions in the store of rows of the split."""
        if rows is None:
            return self.indices
        return self.indices[rows if isinstance(rows, slice) else np.asarray(rows, dtype=np.int64)]
