"""The numbers of a store: counts, categories and their shares, sizes, captions, duplicates, rejects."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from impasto.data.store import UNLABELLED, Store

__all__ = ["CategoryCounts", "Duplicates", "Inspection", "ShortSides", "SourceSizes", "inspect_store"]


@dataclass(frozen=True)
class CategoryCounts:
    """Pictures of a category to train on, to test with and for validation, and its share of those that have one."""

    train: int
    test: int
    share: float
    val: int = 0


@dataclass(frozen=True)
class ShortSides:
    """The least, median and largest short side of the pictures in their files, in pixels."""

    least: int
    median: int
    most: int


@dataclass(frozen=True)
class SourceSizes:
    """How large the pictures are in their files, and how many there are of each format."""

    short_side: ShortSides
    kinds: dict[str, int]


@dataclass(frozen=True)
class Duplicates:
    """Pictures that were left out as exact and as near-duplicates."""

    exact: int
    near: int


@dataclass(frozen=True, repr=False)
class Inspection:
    """The numbers of a store.

    Attributes:
        store: The folder.
        hash: SHA-256 of its content.
        size: Height and width of the pictures, in words.
        height: Rows of the pictures.
        width: Columns of the pictures.
        frames: Of each clip; 1 for pictures.
        pictures: How many.
        train: How many to train on.
        test: How many to test with.
        val: How many are for validation: neither trained on nor tested with.
        label: The default label column.
        label_chosen: How it was chosen, in words.
        label_columns: All columns that sort the pictures into categories.
        categories: Counts of each category of the default label column, the largest first.
        unlabelled: Pictures that have none of these categories.
        source_sizes: Of the pictures in their files.
        duplicates: That were left out.
        left_out: Files that were left out, by reason.
        flags: Pictures that are odd, by what is odd about them.
        licences: Pictures of each licence.
        with_text: Pictures with a caption.
        captions: Captions of all pictures.
        remarks: What was to be said when the store was made, such as what was lost.
        page: The page that shows all this; empty as long as none is written.
    """

    store: str
    hash: str
    size: str
    height: int
    width: int
    frames: int
    pictures: int
    train: int
    test: int
    label: str | None
    label_chosen: str
    label_columns: tuple[str, ...]
    categories: dict[str, CategoryCounts]
    source_sizes: SourceSizes
    duplicates: Duplicates
    left_out: dict[str, int]
    flags: dict[str, int]
    licences: dict[str, int]
    with_text: int
    captions: int
    val: int = 0
    unlabelled: int = 0
    remarks: tuple[str, ...] = ()
    page: str = ""

    def __repr__(self) -> str:
        """The store, its size, and the page."""
        return f"<Inspection of {self.store}: {self.pictures:,} pictures of {self.size} px; page {self.page or 'none'}>"


def inspect_store(store: Store) -> Inspection:
    """The numbers of a store."""
    manifest = store.manifest
    left_out = manifest["counts"]["left_out"]
    return Inspection(
        store=str(store.root),
        hash=store.hash,
        size=str(store.size),
        height=store.height,
        width=store.width,
        frames=store.frames,
        pictures=len(store),
        train=len(store.split("train")),
        test=len(store.split("test")),
        label=store.label,
        label_chosen=manifest["label_chosen"],
        label_columns=store.label_columns,
        categories=_categories(store),
        source_sizes=_source_sizes(store),
        duplicates=Duplicates(left_out.get("exact duplicate", 0), left_out.get("near duplicate", 0)),
        left_out=left_out,
        flags=manifest["counts"]["flags"],
        licences=manifest["licences"],
        with_text=sum(1 for captions in store.captions if captions),
        captions=sum(len(captions) for captions in store.captions),
        val=len(store.split("val")),
        unlabelled=int((store.split("all").labels == UNLABELLED).sum()),
        remarks=tuple(remark["message"] for remark in store.remarks()),
    )


def _categories(store: Store) -> dict[str, CategoryCounts]:
    names = store.categories()
    splits = [store.split(name).labels for name in ("train", "test", "val", "all")]
    train, test, val, every = (
        np.bincount(labels[labels != UNLABELLED], minlength=len(names)).tolist() for labels in splits
    )
    counts = {
        name: CategoryCounts(train[label], test[label], round(every[label] / sum(every), 4), val[label])
        for label, name in enumerate(names)
    }
    return dict(sorted(counts.items(), key=lambda pair: -pair[1].share))


def _source_sizes(store: Store) -> SourceSizes:
    sides: Any = np.minimum(np.asarray(store.table["width"]), np.asarray(store.table["height"]))
    short_side = ShortSides(int(np.min(sides)), int(np.median(sides)), int(np.max(sides)))
    return SourceSizes(short_side, dict(sorted(Counter(store.table["kind"].to_pylist()).items())))
