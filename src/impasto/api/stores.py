"""Stores of pictures: prepared from a folder, made by a world, looked at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.events import Event, Watch

if TYPE_CHECKING:
    from impasto.data.inspection import Inspection
    from impasto.data.store import Store
    from impasto.images.size import Size

__all__ = ["inspect", "make", "prepare"]


def prepare(
    folder: str | Path,
    out: str | Path,
    *,
    resolution: int | None = None,
    size: Size | tuple[int, int] | None = None,
    frames: int = 1,
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
    watch: Watch | None = None,
) -> Store:
    """Make a store of a folder of pictures; `watch` gets each event, the rest is as in `data.prepare.prepare`."""
    from impasto.data.prepare import prepare as prepare_folder

    return prepare_folder(
        Path(folder),
        Path(out),
        resolution=resolution,
        size=size,
        frames=frames,
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
        progress=_progress(watch, "prepare", "Preparing pictures"),
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
    watch: Watch | None = None,
) -> Store:
    """Paint a store of pictures that a world makes; `watch` gets each event, the rest is as in `making.make`."""
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
        progress=_progress(watch, "make", f"Painting {world}"),
    )


def inspect(store: str | Path, out: str | Path | None = None) -> Inspection:
    """Describe a store: counts, categories and shares, sizes, duplicates, rejects.

    Args:
        store: A folder that `prepare` made.
        out: Where the page, the chart and the contact sheet go; the store's own folder `inspection`
            without it.

    Returns:
        The numbers on the page, and where it lies.
    """
    from impasto.data.inspect import inspect as write_page
    from impasto.data.store import Store

    return write_page(Store.open(store), Path(out) if out else Path(store) / "inspection")


def _progress(watch: Watch | None, verb: str, message: str) -> Callable[[int, int], None] | None:
    """A function of (done, total) that reports them as events; None without `watch`: the work shows its own bar."""
    if watch is None:
        return None
    return lambda done, total: watch(Event(verb, "progress", message, done, total))
