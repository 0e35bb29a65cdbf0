"""Stores of pictures: prepared from a folder, made by a world, looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from impasto.data.store import Store
    from impasto.images.size import Size
    from impasto.jobs.progress import Progress

__all__ = ["inspect", "make", "prepare"]


def prepare(
    folder: str | Path,
    out: str | Path,
    *,
    resolution: int | None = None,
    size: Size | tuple[int, int] | None = None,
    crop: str = "cover",
    label: str | None = None,
    test_share: float = 0.4,
    seed: int = 0,
    background: str = "white",
    crop_bars: bool = False,
    duplicates: str = "drop",
    max_bad: float = 0.5,
    limit: int = 100_000_000,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Store:
    """Make a store of a folder of pictures; arguments and errors as in `data.prepare.prepare`."""
    from impasto.data.prepare import prepare as prepare_folder

    return prepare_folder(
        Path(folder),
        Path(out),
        resolution=resolution,
        size=size,
        crop=crop,
        label=label,
        test_share=test_share,
        seed=seed,
        background=background,
        crop_bars=crop_bars,
        duplicates=duplicates,
        max_bad=max_bad,
        limit=limit,
        workers=workers,
        progress=progress,
    )


def make(
    world: str,
    out: str | Path,
    *,
    count: int,
    resolution: int | None = None,
    size: Size | tuple[int, int] | None = None,
    seed: int = 0,
    category: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Store:
    """Paint a store of pictures that a world makes by itself; arguments and errors as in `making.make`."""
    from impasto.making import make as make_world

    return make_world(
        world,
        Path(out),
        count=count,
        resolution=resolution,
        size=size,
        seed=seed,
        category=category,
        workers=workers,
        progress=progress,
    )


def inspect(store: str | Path, out: str | Path | None = None) -> dict[str, Any]:
    """Describe a store: counts, categories and shares, sizes, duplicates, rejects.

    Args:
        store: A folder that `prepare` made.
        out: Where the page, the chart and the contact sheet go; the store's own folder `inspection`
            without it.

    Returns:
        The numbers on the page.
    """
    from impasto.data.inspect import inspect as inspect_store
    from impasto.data.store import Store

    return inspect_store(Store.open(store), Path(out) if out else Path(store) / "inspection")
