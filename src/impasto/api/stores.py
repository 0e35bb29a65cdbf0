"""Stores of pictures: prepared from a folder, made by a world, looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.api.verb import verb
from impasto.events import Event, Watch
from impasto.images.size import Size, SizeLike
from impasto.sources import STORES, path_of
from impasto.terminal import shown

if TYPE_CHECKING:
    from impasto.data.inspection import Inspection
    from impasto.data.store import Store

__all__ = ["inspect", "make", "prepare", "store_at"]


@verb
def prepare(
    folder: str | PathLike[str],
    out: str | PathLike[str] | None = None,
    *,
    resolution: int | None = None,
    size: SizeLike | None = None,
    frames: int = 1,
    crop: str = "cover",
    label: str | None = None,
    split: str = "keep",
    test_share: float = 0.4,
    seed: int = 0,
    background: str = "white",
    crop_bars: bool = False,
    duplicates: str = "drop",
    max_bad: float = 0.5,
    follow_links: bool = False,
    limit: int = 100_000_000,
    workers: int | None = None,
    watch: Watch | None = None,
) -> Store:
    """Make a store of a folder of pictures.

    Without `out` the store lies in 'stores', named after folder and size. `watch` is called with each event; without
    it they are shown, and `impasto.silent` shows nothing. The rest is as of `data.prepare.prepare`.
    """
    from impasto.data.prepare import prepare as prepare_folder

    pictures = path_of(folder)
    chosen = Size.choose(resolution, size)
    with shown(watch) as notify, _interruption_said(notify, "prepare"):
        store = prepare_folder(
            pictures,
            _place(pictures, chosen) if out is None else Path(out),
            size=chosen,
            frames=frames,
            crop=crop,
            label=label,
            split=split,
            test_share=test_share,
            seed=seed,
            background=background,
            crop_bars=crop_bars,
            duplicates=duplicates,
            max_bad=max_bad,
            follow_links=follow_links,
            limit=limit,
            workers=workers,
            progress=_progress(notify, "prepare", "Preparing pictures"),
        )
        _say_remarks(store, notify, "prepare")
    return store


@verb
def make(
    world: str,
    out: str | PathLike[str] | None = None,
    *,
    count: int,
    resolution: int | None = None,
    size: SizeLike | None = None,
    seed: int = 0,
    category: str | None = None,
    workers: int | None = None,
    watch: Watch | None = None,
) -> Store:
    """Paint a store of pictures that a world makes.

    Without `out` the store lies in 'stores', named after world and size. `watch` is called with each event; without
    it they are shown, and `impasto.silent` shows nothing. The rest is as of `making.make`.
    """
    from impasto.making import make as make_world

    chosen = Size.choose(resolution, size)
    with shown(watch) as notify, _interruption_said(notify, "make"):
        store = make_world(
            world,
            _place(Path(world), chosen) if out is None else Path(out),
            count=count,
            size=chosen,
            seed=seed,
            category=category,
            workers=workers,
            progress=_progress(notify, "make", f"Painting {world}"),
        )
        _say_remarks(store, notify, "make")
    return store


@verb
def inspect(store: str | PathLike[str], out: str | PathLike[str] | None = None) -> Inspection:
    """Describe a store: counts, categories and shares, sizes, duplicates, rejects.

    Args:
        store: A store, or the folder of one.
        out: Where the page, the chart and the contact sheet go; the store's own folder `inspection` without it.

    Returns:
        The numbers on the page, and where it lies.
    """
    from impasto.data.inspect import inspect as write_page

    opened = store_at(store)
    return write_page(opened, Path(out) if out else opened.root / "inspection")


def store_at(store: str | PathLike[str]) -> Store:
    """The store that a user names, or hands over."""
    from impasto.data.store import Store

    return store if isinstance(store, Store) else Store.open(path_of(store))


def _place(pictures: Path, size: Size | None) -> Path:
    """Where a store lies whose place is not said, such as 'stores/paintings-64'."""
    from impasto.data.prepare import DEFAULT

    height, width = (DEFAULT, DEFAULT) if size is None else (size.height, size.width)
    name = pictures.resolve().name or "pictures"
    return STORES / f"{name}-{height if height == width else f'{height}x{width}'}"


def _say_remarks(store: Store, watch: Watch, verb: str) -> None:
    """Report what was noticed while a store was made, and whether training needs pictures of another size."""
    from impasto.data.facts import facts_of
    from impasto.painters.choice import advice_on_size

    for remark in store.remarks():
        values = {key: value for key, value in remark.items() if key not in ("kind", "message")}
        watch(Event(verb, remark["kind"], remark["message"], values=values))
    if advice := advice_on_size(facts_of(store.split("all"))):
        watch(Event(verb, "warning", advice, values={"topic": "size of the pictures"}))


@contextmanager
def _interruption_said(watch: Watch, verb: str) -> Iterator[None]:
    """Report what an interruption of the block leaves behind."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit) as stop:
        for note in getattr(stop, "__notes__", ()):
            watch(Event(verb, "warning", note))
        raise


def _progress(watch: Watch, verb: str, message: str) -> Callable[[int, int], None]:
    """A function of (done, total) that reports them as events."""
    return lambda done, total: watch(Event(verb, "progress", message, done, total))
