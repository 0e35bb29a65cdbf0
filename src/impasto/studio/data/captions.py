"""Captions of a store, as they are read and changed on its page.

A store never changes, since painters are known to have learned from it under its hash. Changed captions therefore go
into a new store, by `impasto data caption STORE --from FILE`, which shares all its other files with the old one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from impasto.data.captions import captions_in
from impasto.errors import StoreError, UnknownName

__all__ = ["CaptionPage", "Captioned", "captions_of", "check_pictures"]


class Captioned(BaseModel):
    """A picture with its captions."""

    row: int = Field(description="Its place in the store.")
    file: str = Field(description="Its name in the folder that it came from.")
    captions: list[str] = Field(description="What it shows, in words; training takes another one each time.")


class CaptionPage(BaseModel):
    """Some pictures of a store with their captions."""

    total: int = Field(description="How many pictures match.")
    pictures: list[Captioned]
    after: int | None = Field(description="Where the next page begins; None at the end.")


def captions_of(folder: Path, words: str, *, missing: bool, after: int, limit: int) -> CaptionPage:
    """Pictures of a store with their captions.

    Args:
        folder: Of the store.
        words: Only pictures whose captions or file name hold this; all of them for ''.
        missing: Only pictures without a caption.
        after: How many of those that match are left out.
        limit: Most that are returned.

    Raises:
        StoreError: When the store cannot be read.
    """
    sought = words.casefold().strip()
    matching = [
        one
        for one in _captions(folder, _stamp(folder))
        if not (missing and one.captions) and sought in "\n".join([one.file, *one.captions]).casefold()
    ]
    end = after + limit
    return CaptionPage(total=len(matching), pictures=matching[after:end], after=end if end < len(matching) else None)


def check_pictures(folder: Path, captions: Mapping[str, Sequence[str]]) -> None:
    """Refuse captions of pictures that a store does not hold.

    Raises:
        UnknownName: With the first of them.
        StoreError: When the store cannot be read.
    """
    files = {one.file for one in _captions(folder, _stamp(folder))}
    for file in captions:
        if file not in files:
            raise UnknownName("picture", file, files)


def _stamp(folder: Path) -> int:
    try:
        return (folder / "index.parquet").stat().st_mtime_ns
    except OSError as error:
        raise StoreError(f"{folder} cannot be read ({error}).") from None


@lru_cache(maxsize=4)
def _captions(folder: Path, time: int) -> list[Captioned]:
    """The captions of all pictures of a store whose index was written at a time."""
    import pyarrow.parquet

    try:
        table: Any = pyarrow.parquet.read_table(folder / "index.parquet")
    except (OSError, pyarrow.ArrowException) as error:
        raise StoreError(f"{folder} cannot be read ({error}).") from None
    pairs = zip(table["file"].to_pylist(), captions_in(table), strict=True)
    return [Captioned(row=row, file=str(file), captions=list(some)) for row, (file, some) in enumerate(pairs)]
