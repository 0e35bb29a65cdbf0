"""Stores of pictures: prepared from a folder, painted by rules, inspected."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.api.verb import verb
from impasto.errors import UsageError
from impasto.events import Event, Watch
from impasto.images.size import Size, SizeLike
from impasto.sources import STORES, path_of
from impasto.spelling import option
from impasto.terminal import shown

if TYPE_CHECKING:
    from impasto.data.inspection import Inspection
    from impasto.data.store import Store

__all__ = ["caption", "inspect", "join", "link", "make", "prepare", "store_at"]


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
    test_share: float = 0.2,
    val_share: float = 0.2,
    group_by: str | None = None,
    seed: int = 0,
    background: str = "white",
    crop_bars: bool = False,
    duplicates: str = "drop",
    max_bad: float = 0.5,
    follow_links: bool = False,
    limit: int = 100_000_000,
    shard_rows: int | None = None,
    workers: int | None = None,
    watch: Watch | None = None,
) -> Store:
    """Make a store of a folder of pictures.

    An interrupted call leaves its finished parts, and the same call continues from them.

    Args:
        folder: Pictures, in class folders or not, with a table of labels or text files of captions.
        out: Folder of the store, which must not exist; without it, one in 'stores', named after folder and size.
        resolution: Height and width of square pictures in pixels, 8 to 1024; 64 without it.
        size: Height and width, as (96, 128) or '96x128', instead of `resolution`.
        frames: Number of frames of each clip, 2 to 256, evenly spaced in time; 1 for single pictures.
        crop: 'cover' fills the frame, 'centre' cuts out the middle unscaled, 'pad' adds a border.
        label: Label column of the categories; a usual one, or the class folders, without it.
        split: 'keep' keeps the split that the pictures come with; 'anew' divides them again.
        test_share: Share of the test split, in [0, 1), where the pictures come without one; it is for measuring alone.
        val_share: Share of the validation split, by which painters and settings are chosen, in [0, 1 - test_share).
        group_by: Column whose equal values stay in one split, such as 'artist': then the artists of the test are
            trained on nowhere.
        seed: Seed of that division, 0 or more.
        background: Colour behind transparency and padding, by name or as '#rrggbb'.
        crop_bars: Whether plain bars at the edges are cut off.
        duplicates: 'drop' keeps one picture of each group of duplicates; 'keep' keeps all, in one split.
        max_bad: Share of the pictures that may be unreadable, in [0, 1].
        follow_links: Whether links to folders, and to files elsewhere, are followed.
        limit: Largest number of pixels of a picture that is read.
        shard_rows: Number of pictures in each file of the store, such as 8192, for a large store or one that is read
            from elsewhere (see `link`); without it all lie in one file.
        workers: Number of processes; as many as there are processor cores without it.
        watch: Called with each event. Without it they are shown; `impasto.silent` shows nothing.

    Raises:
        UsageError: When an argument is out of range, or there is no such column or kind of crop.
        DataError: When the folder is missing, or holds too few pictures or too many unreadable ones.
        ImpastoError: When `out` exists or cannot be written.
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
            val_share=val_share,
            group_by=group_by,
            seed=seed,
            background=background,
            crop_bars=crop_bars,
            duplicates=duplicates,
            max_bad=max_bad,
            follow_links=follow_links,
            limit=limit,
            shard_rows=shard_rows,
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
    frames: int | None = None,
    seed: int = 0,
    category: str | None = None,
    test_share: float = 0.2,
    val_share: float = 0.2,
    hold_out_combinations: bool = False,
    workers: int | None = None,
    watch: Watch | None = None,
) -> Store:
    """Paint a store of labelled pictures by rules.

    Picture `i` of a seed depends on the seed and `i` alone, so a larger count only adds pictures. An interrupted call
    leaves its finished parts, and the same call continues from them.

    Args:
        world: What paints the pictures: 'landscapes'; 'edits', landscapes before and after an instruction; 'films',
            clips of landscapes; 'hands', drawings of one hand each with the map of its pose; or 'wrong-hands', such
            drawings with a wrong number of fingers or with joints that bend as they cannot.
        out: Folder of the store, which must not exist; without it, one in 'stores', named after world and size.
        count: Number of pictures, 1 to 10 million.
        resolution: Height and width in pixels, 32 to 2048; 64 without it.
        size: The same as (64, 64) or '64x64', instead of `resolution`; worlds paint squares.
        frames: Number of frames of each film, 2 to 256; 8 without it. The other worlds paint single pictures.
        seed: Seed of the pictures and of the split, 0 or more.
        category: The only category to paint; all of them without it.
        test_share: Share of the test split, in [0, 1).
        val_share: Share of the validation split, in [0, 1 - test_share).
        hold_out_combinations: Whether no training picture shows one of the combinations of kind, season and element
            that `impasto.landscape.held_out` names, so that it can be measured whether a painter combines what it has
            learned; those pictures are tested with.
        workers: Number of processes; as many as there are processor cores without it.
        watch: Called with each event. Without it they are shown; `impasto.silent` shows nothing.

    Raises:
        UnknownName: When there is no such world or category.
        UsageError: When a number is out of range, or the size is not square.
        ImpastoError: When `out` exists or cannot be written.
    """
    from impasto.making import make as make_world

    chosen = Size.choose(resolution, size)
    with shown(watch) as notify, _interruption_said(notify, "make"):
        store = make_world(
            world,
            _place(Path(world), chosen) if out is None else Path(out),
            count=count,
            size=chosen,
            frames=frames,
            seed=seed,
            category=category,
            test_share=test_share,
            val_share=val_share,
            hold_out_combinations=hold_out_combinations,
            workers=workers,
            progress=_progress(notify, "make", f"Painting {world}"),
        )
        _say_remarks(store, notify, "make")
    return store


@verb
def caption(
    store: str | PathLike[str],
    out: str | PathLike[str] | None = None,
    *,
    with_: str | None = None,
    from_: str | PathLike[str] | None = None,
    watch: Watch | None = None,
) -> Store:
    """Write a store with other captions: the same pictures, labels and splits, under another hash.

    Pictures of the landscape world are described from their scenes, in five voices; others from what their metadata
    says: title, artist, movement, genre, nationality, year. Nothing is invented: a picture of which nothing is known
    keeps the captions that it has.

    Args:
        store: The pictures.
        out: Folder of the new store, which must not exist; without it, the old one's with '-captioned' at its end.
        with_: Hub id, or folder, of a model that describes images, such as 'Salesforce/blip-image-captioning-base';
            its captions then replace all others. Needs the extra 'text'.
        from_: File of captions, JSON Lines with `file` and `captions`; pictures that it does not name keep theirs.
        watch: Called with each event. Without it they are shown; `impasto.silent` shows nothing.

    Raises:
        UsageError: When a package is missing, the model does not describe images, or both a model and a file are given.
        WeightsMissing: When the model cannot be had.
        DataError: When nothing is known of any picture, or the file holds something else.
        UnknownName: When the file names a picture that is not in the store.
        ImpastoError: When `out` exists or cannot be written.
    """
    from impasto.api.captioning import captions_by_model, captions_from_file, captions_from_index
    from impasto.data.recaption import check_free, recaptioned

    opened = store_at(store)
    place = opened.root.with_name(f"{opened.root.name}-captioned") if out is None else Path(out)
    check_free(place)
    if with_ is not None and from_ is not None:
        raise UsageError(
            f"Captions come from a model or from a file: leave out {option('with_', None)} or {option('from_', None)}."
        )
    with shown(watch) as notify:
        if from_ is not None:
            captions, how = captions_from_file(opened, Path(from_))
        elif with_ is None:
            captions, how = captions_from_index(opened)
        else:
            captions, how = captions_by_model(opened, with_, _progress(notify, "caption", "Describing pictures"))
        return recaptioned(opened, place, captions, how)


@verb
def join(stores: Sequence[str | PathLike[str]], out: str | PathLike[str], *, watch: Watch | None = None) -> Store:
    """Write a store of the pictures of several, without what two of them share.

    Each picture keeps its split, labels and captions; the column 'store' says from which store it is. Where the
    default label columns differ in name, the column 'category' holds the value of each.

    Args:
        stores: Two or more stores, of the same size and number of frames. Of pictures that are in two of them, or
            look alike, the one in the earlier store is kept.
        out: Folder of the new store, which must not exist.
        watch: Called with each event. Without it they are shown; `impasto.silent` shows nothing.

    Raises:
        UsageError: When there are fewer than two stores, or two folders of the same name.
        DataError: When sizes or numbers of frames differ, or nothing is left of a store.
        ImpastoError: When `out` exists or cannot be written.
    """
    from impasto.data.joining import join as join_stores

    opened = [store_at(store) for store in stores]
    with shown(watch) as notify:
        joined = join_stores(opened, Path(out))
        _say_remarks(joined, notify, "join")
    return joined


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


@verb
def link(address: str, out: str | PathLike[str] | None = None) -> Store:
    """Make a folder that stands for a store elsewhere, such as in a bucket, and is used like any other store.

    It holds the manifest and the index; pictures are read when they are needed, and kept in a folder of at most 8 GiB
    ($IMPASTO_BLOCKS_GIB) in the cache.

    Args:
        address: Of the store's folder, as fsspec writes it: 's3://bucket/scans', 'https://…', 'file:///…'. The store
            was prepared with `shard_rows`.
        out: Folder to make, which must not exist; without it, one in 'stores' with the last name of the address.

    Raises:
        UsageError: When a package is missing that reads from there; the extra 'remote' has that for S3.
        StoreError: When there is no store, or it is incomplete, damaged or not in shards.
        ImpastoError: When `out` exists or cannot be written.
    """
    from impasto.data.remote import link as make_link
    from impasto.data.store import Store

    return Store.open(make_link(address, STORES / address.rstrip("/").rpartition("/")[2] if out is None else Path(out)))


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
