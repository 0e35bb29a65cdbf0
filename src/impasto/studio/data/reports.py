"""The report of a store as the page shows it: what is in it, what was left out and why, and its duplicates."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pydantic import BaseModel, Field

from impasto.data.manifest import read_manifest
from impasto.data.remote import open_array
from impasto.errors import ImpastoError, StoreError, UnknownName
from impasto.files import read_json_lines
from impasto.studio.data.stores import StoreLine, line_of

__all__ = ["Pair", "Rejected", "StoreReport", "picture_of", "rejected_picture", "report_of", "source_picture"]

SHOWN = 48
"""Pictures of a store that the page shows."""
REJECTS = 300
"""Most files that were left out on the page."""
SIDE = 256
"""Longest side of a shown picture in pixels."""
DUPLICATES = ("exact duplicate", "near duplicate")


class Rejected(BaseModel):
    """A file that was left out."""

    number: int = Field(description="Its place in the list of all that were left out.")
    file: str
    reason: str
    detail: str


class Pair(BaseModel):
    """A duplicate that was left out, and the picture that was kept."""

    left_out: Rejected
    kept: str = Field(description="Name of the file that was kept.")
    row: int | None = Field(description="Its place in the store.")


class StoreReport(BaseModel):
    """What is in a store."""

    line: StoreLine
    folder: str = Field(description="Where its pictures came from; that folder was only read.")
    reasons: dict[str, int] = Field(description="Why files were left out → how many.")
    flags: dict[str, int] = Field(description="What is odd about pictures → how many.")
    label_chosen: str = Field(description="How the label column was chosen.")
    categories: dict[str, int] = Field(description="Category → pictures, the largest first.")
    unlabelled: int = Field(description="Pictures without a category.")
    licences: dict[str, int]
    remarks: list[str] = Field(description="What was to be said when it was prepared.")
    rows: list[int] = Field(description="Some of its pictures, evenly spaced.")
    rejects: list[Rejected] = Field(description="Files that were left out, but for duplicates.")
    duplicates: list[Pair]


def report_of(folder: Path) -> StoreReport:
    """The report of a store.

    Raises:
        StoreError: When it cannot be read.
    """
    manifest = read_manifest(folder)
    line = line_of(folder, manifest)
    rejects = [
        Rejected(number=number, file=str(one["file"]), reason=str(one["reason"]), detail=str(one["detail"]))
        for number, one in enumerate(read_json_lines(folder / "rejects.jsonl"))
    ]
    doubles = [one for one in rejects if one.reason in DUPLICATES]
    categories = {name: int(count) for name, count in manifest["categories"].items()}
    every = max(1, line.pictures // SHOWN)
    return StoreReport(
        line=line,
        folder=str(manifest.get("made", {}).get("folder", "")),
        reasons=manifest["counts"]["left_out"],
        flags=manifest["counts"]["flags"],
        label_chosen=manifest["label_chosen"],
        categories=dict(sorted(categories.items(), key=lambda pair: -pair[1])),
        unlabelled=max(0, line.pictures - sum(categories.values())) if line.label else 0,
        licences=manifest["licences"],
        remarks=[str(remark["message"]) for remark in manifest.get("remarks", [])],
        rows=list(range(0, line.pictures, every))[:SHOWN],
        rejects=[one for one in rejects if one.reason not in DUPLICATES][:REJECTS],
        duplicates=_pairs(folder, doubles[:REJECTS]),
    )


def picture_of(folder: Path, row: int) -> bytes:
    """A picture of a store, as a PNG file; of a clip its first frame.

    Raises:
        UnknownName: When there is no such row.
        StoreError: When the store cannot be read.
    """
    try:
        pictures = open_array(folder, read_manifest(folder), "pictures")
        if not 0 <= row < len(pictures):
            raise UnknownName("picture", str(row), [])
        pixels = np.asarray(pictures[row] if pictures.ndim == 4 else pictures[row][0])
    except (OSError, ValueError) as error:
        raise StoreError(f"{folder} cannot be read ({error}).") from None
    return _png(Image.fromarray(pixels))


def source_picture(folder: Path, row: int) -> bytes | None:
    """A picture of a store from the folder that it came from, as a small PNG file; None where it is not there."""
    names = list(_rows(folder, (folder / "index.parquet").stat().st_mtime_ns))
    return _from_source(folder, names[row]) if 0 <= row < len(names) else None


def rejected_picture(folder: Path, number: int) -> bytes:
    """A picture that was left out, from the folder that it came from, as a small PNG file.

    Raises:
        UnknownName: When there is none, or it is not there any more.
    """
    rejects = read_json_lines(folder / "rejects.jsonl")
    content = _from_source(folder, str(rejects[number]["file"])) if 0 <= number < len(rejects) else None
    if content is None:
        raise UnknownName("picture that was left out", str(number), [])
    return content


def _from_source(folder: Path, name: str) -> bytes | None:
    # Commands name it from the working folder, which stores lie two folders below.
    source = folder.parents[1] / str(read_manifest(folder).get("made", {}).get("folder", "."))
    file = source / name
    try:
        # A store may come from elsewhere, so that its list is not trusted to stay in its folder.
        if not (file.resolve().is_relative_to(source.resolve()) and file.is_file()):
            return None
        with Image.open(file) as image:
            image.draft("RGB", (SIDE, SIDE))
            image.thumbnail((SIDE, SIDE))
            return _png(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _pairs(folder: Path, doubles: list[Rejected]) -> list[Pair]:
    rows = _rows(folder, (folder / "index.parquet").stat().st_mtime_ns) if doubles else {}
    pairs = []
    for one in doubles:
        kept = one.detail.removeprefix("of ")
        pairs.append(Pair(left_out=one, kept=kept, row=rows.get(kept)))
    return pairs


@lru_cache(maxsize=4)
def _rows(folder: Path, time: int) -> dict[str, int]:
    """File → row of a store whose index was written at a time."""
    import pyarrow.parquet

    try:
        table: Any = pyarrow.parquet.read_table(folder / "index.parquet", columns=["file"])
    except (OSError, pyarrow.ArrowException) as error:
        raise ImpastoError(f"{folder} cannot be read ({error}).") from None
    return {str(file): row for row, file in enumerate(table["file"].to_pylist())}


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
