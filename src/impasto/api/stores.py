"""Stores of pictures: prepared from a folder, made by a world, looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from impasto.data.store import Store

__all__ = ["inspect", "make", "prepare"]


def prepare(folder: str | Path, out: str | Path, **options: Any) -> Store:
    """Make a store of a folder of pictures; options and errors as in `data.prepare.prepare`."""
    from impasto.data.prepare import prepare as work

    return work(Path(folder), Path(out), **options)


def make(world: str, out: str | Path, *, count: int, **options: Any) -> Store:
    """Paint a store of pictures that a world makes by itself; options and errors as in `making.make`."""
    from impasto.making import make as work

    return work(world, Path(out), count=count, **options)


def inspect(store: str | Path, out: str | Path | None = None) -> dict[str, Any]:
    """Describe a store: counts, categories and shares, sizes, duplicates, rejects.

    Args:
        store: A folder that `prepare` made.
        out: Where the page, the chart and the contact sheet go; the store's own folder `inspection`
            without it.

    Returns:
        The numbers on the page.
    """
    from impasto.data.inspect import inspect as work
    from impasto.data.store import Store

    return work(Store.open(store), Path(out) if out else Path(store) / "inspection")
