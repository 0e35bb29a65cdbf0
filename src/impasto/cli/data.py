"""`impasto data`: prepare, make, caption, join and inspect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from impasto.cli.out import Download, Json, console, print_json
from impasto.cli.watching import Events, Quiet, watching
from impasto.spelling import command

if TYPE_CHECKING:
    from rich.table import Table

    from impasto.data.inspection import CategoryCounts
    from impasto.data.store import Store

__all__ = ["app"]

SplitMode = Annotated[
    str,
    typer.Option(help="keep: the folders train, test and val, or the column split, as they are. anew: mix and split."),
]
TestShare = Annotated[float, typer.Option(help="Share of the pictures kept for measuring.")]
ValShare = Annotated[float, typer.Option(help="Share of the pictures kept for choosing painters and settings.")]
MOST_CATEGORIES = 20
"""Most categories that are named after a store was made."""

app = typer.Typer(help="From a folder of pictures to a store.", no_args_is_help=True)


@app.command()
def prepare(
    folder: Annotated[Path, typer.Argument(help="Pictures: class folders, metadata.csv or .jsonl, .txt of captions.")],
    out: Annotated[
        Path | None, typer.Option(help="The store to make; by default in stores/, named after folder and size.")
    ] = None,
    resolution: Annotated[int | None, typer.Option(help="Side of square pictures; by default 64.")] = None,
    size: Annotated[
        str | None, typer.Option(metavar="HEIGHTxWIDTH", help="Height and width, as in 96x128 (96 high, 128 wide).")
    ] = None,
    frames: Annotated[
        int, typer.Option(help="Frames of each clip, from video or animated GIF, WebP or PNG; 1 for pictures.")
    ] = 1,
    crop: Annotated[str, typer.Option(help="cover, centre or pad.")] = "cover",
    label: Annotated[str | None, typer.Option(help="Label column; by default the first that suits.")] = None,
    split: SplitMode = "keep",
    test_share: TestShare = 0.2,
    val_share: ValShare = 0.2,
    group_by: Annotated[
        str | None, typer.Option(help="Column whose equal values stay in one split, such as artist.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the split.")] = 0,
    background: Annotated[str, typer.Option(help="Colour behind transparent pictures and pads.")] = "white",
    crop_bars: Annotated[bool, typer.Option(help="Crop the bars of letterboxed pictures.")] = False,
    duplicates: Annotated[str, typer.Option(help="drop, or keep: each group in one split.")] = "drop",
    max_bad: Annotated[float, typer.Option(help="Share of bad files above which it is an error.")] = 0.5,
    follow_links: Annotated[
        bool, typer.Option("--follow-links", help="Follow links to folders, and to files elsewhere.")
    ] = False,
    limit: Annotated[int, typer.Option(help="Most pixels of a picture; larger files are left out.")] = 100_000_000,
    shard_rows: Annotated[
        int | None, typer.Option(help="Pictures in each file, such as 8192, for a large store; by default one file.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; by default one a core.")] = None,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Make a store of a folder of pictures: read, clean, resize, find duplicates, split."""
    from impasto import api

    with watching(json=json, events=events, quiet=quiet) as watch:
        store = api.prepare(
            folder,
            out,
            resolution=resolution,
            size=size,
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
            watch=watch,
        )
    if json:
        print_json(store.manifest)
    else:
        _print_store(store)


@app.command()
def make(
    world: Annotated[
        str,
        typer.Argument(
            help="What paints by itself: landscapes; edits, pairs before and after an instruction; films, clips; "
            "hands, with the map of their pose; or wrong-hands, with a wrong number of fingers or impossible joints."
        ),
    ],
    count: Annotated[int, typer.Option(help="How many pictures.")],
    out: Annotated[
        Path | None, typer.Option(help="The store to make; by default in stores/, named after world and size.")
    ] = None,
    resolution: Annotated[int | None, typer.Option(help="Height and width, 32 to 2048; by default 64.")] = None,
    size: Annotated[
        str | None, typer.Option(metavar="HEIGHTxWIDTH", help="The same, as in 64x64; squares only.")
    ] = None,
    frames: Annotated[int | None, typer.Option(help="Frames of each film, 2 to 256; by default 8.")] = None,
    seed: Annotated[int, typer.Option(help="Picture i of a seed is always the same.")] = 0,
    category: Annotated[str | None, typer.Option(help="The only one; by default all, in unequal shares.")] = None,
    test_share: TestShare = 0.2,
    val_share: ValShare = 0.2,
    hold_out_combinations: Annotated[
        bool,
        typer.Option(
            "--hold-out-combinations", help="Train on no picture of some kinds, seasons and elements together."
        ),
    ] = False,
    workers: Annotated[int | None, typer.Option(help="Processes; by default one a core.")] = None,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Paint a store of pictures by rules, with all labels and maps."""
    from impasto import api

    with watching(json=json, events=events, quiet=quiet) as watch:
        store = api.make(
            world,
            out,
            count=count,
            resolution=resolution,
            size=size,
            frames=frames,
            seed=seed,
            category=category,
            test_share=test_share,
            val_share=val_share,
            hold_out_combinations=hold_out_combinations,
            workers=workers,
            watch=watch,
        )
    if json:
        print_json(store.manifest)
    else:
        _print_store(store)


@app.command()
def caption(
    store: Annotated[Path, typer.Argument(help="A store made by `impasto data prepare` or `make`.")],
    out: Annotated[
        Path | None, typer.Option(help="The new store; by default the old one's name with '-captioned'.")
    ] = None,
    with_: Annotated[
        str | None,
        typer.Option("--with", metavar="HUB_ID", help="A model that describes images; by default scenes or metadata."),
    ] = None,
    from_: Annotated[
        Path | None, typer.Option("--from", help='JSON Lines such as {"file": "a.png", "captions": ["a boat"]}.')
    ] = None,
    download: Download = False,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Describe the pictures of a store in words: from scenes, metadata, a file, or by a model; writes a new store."""
    from impasto import api
    from impasto.hub import allow_downloads

    with watching(json=json, events=events, quiet=quiet) as watch, allow_downloads(allowed=download):
        captioned = api.caption(store, out, with_=with_, from_=from_, watch=watch)
    if json:
        print_json(captioned.manifest)
    else:
        _print_store(captioned)


@app.command()
def join(
    stores: Annotated[list[Path], typer.Argument(help="Two or more stores of pictures of the same size.")],
    out: Annotated[Path, typer.Option(help="The new store.")],
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Join stores into one, without what two of them share; pictures keep splits, labels and captions."""
    from impasto import api

    with watching(json=json, events=events, quiet=quiet) as watch:
        joined = api.join(stores, out, watch=watch)
    if json:
        print_json(joined.manifest)
    else:
        _print_store(joined)


@app.command()
def link(
    address: Annotated[str, typer.Argument(help="Folder of a store in shards, as in s3://bucket/scans or https://….")],
    out: Annotated[
        Path | None, typer.Option(help="The folder to make; by default in stores/, with the last name of the address.")
    ] = None,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Use a store that lies elsewhere: its pictures are read when they are needed."""
    from impasto import api

    with watching(json=json, events=events, quiet=quiet):
        store = api.link(address, out)
    if json:
        print_json(store.manifest)
    else:
        _print_store(store)


@app.command()
def inspect(
    store: Annotated[Path, typer.Argument(help="A store made by `impasto data prepare`.")],
    out: Annotated[Path | None, typer.Option(help="Folder for the page; inside the store by default.")] = None,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Describe a store: counts, categories and their shares, sizes, duplicates, rejects, a contact sheet."""
    from impasto import api

    with watching(json=json, events=events, quiet=quiet):
        inspection = api.inspect(store, out)
    if json:
        print_json(asdict(inspection))
        return
    what = "pictures" if inspection.frames == 1 else "clips"
    size = f"{_frames(inspection.frames)}{inspection.size} px (height × width)"
    val = f", {inspection.val:,} val" if inspection.val else ""
    counts = f"{inspection.train:,} train, {inspection.test:,} test{val}"
    sides = inspection.source_sizes.short_side
    columns = ", ".join(inspection.label_columns)
    without = f"; {inspection.unlabelled:,} without a label" if inspection.unlabelled else ""
    licences = dict(list(inspection.licences.items())[:3])
    more_licences = " …" if len(inspection.licences) > 3 else ""
    for title, value in (
        (what, f"{inspection.pictures:,} of {size}: {counts}"),
        ("sources", f"short side {sides.least} to {sides.most} px; {_counts(inspection.source_sizes.kinds)}"),
        ("left out", _counts(inspection.left_out)),
        ("flagged", _counts(inspection.flags)),
        ("labels", f"{inspection.label or 'none'} ({inspection.label_chosen}); columns: {columns}{without}"),
        ("captions", f"{inspection.captions:,} of {inspection.with_text:,} {what}"),
        ("licences", _counts(licences) + more_licences),
    ):
        console.print(f"{title:10}{value}")
    if inspection.categories:
        console.print(_shares(inspection.categories))
    for remark in inspection.remarks:
        console.print(remark)
    console.print(f"With pictures: {inspection.page}")


def _print_store(store: Store) -> None:
    """Say what is in a store that was just made."""
    train = len(store.split("train"))
    test = len(store.split("test"))
    val = f", {len(store.split('val')):,} for validation" if len(store.split("val")) else ""
    label = f"label {store.label!r} with {len(store.categories())} categories" if store.label else "no labels"
    captioned = sum(1 for texts in store.captions if texts)
    captions = f"; {captioned:,} with a caption" if captioned else ""
    what = ("picture" if store.frames == 1 else "clip") + ("" if train == 1 else "s")
    size = f"{_frames(store.frames)}{store.size} px (height × width)"
    for line in (
        f"{store.root}: {train:,} {what} to train on, {test:,} to test with{val}; {label}{captions}; {size}.",
        *([f"Categories: {_largest(store.manifest['categories'])}."] if store.label else []),
        f"Look at it: {command('inspect', store.root)}",
    ):
        console.print(line)


def _frames(frames: int) -> str:
    return "" if frames == 1 else f"{frames} frames of "


def _largest(categories: Mapping[str, int]) -> str:
    """The largest categories with their numbers of pictures."""
    shown = dict(list(categories.items())[:MOST_CATEGORIES])
    rest = len(categories) - len(shown)
    return _counts(shown) + (f" and {rest:,} more" if rest else "")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name or 'not stated'}: {count:,}" for name, count in counts.items()) or "none"


def _shares(categories: Mapping[str, CategoryCounts]) -> Table:
    """The categories with a bar each, as long as its share."""
    from rich.table import Table

    table = Table("category", "train", "test", "val", "share", "", box=None)
    largest = max(counts.share for counts in categories.values())
    for name, counts in categories.items():
        bar = "█" * max(1, round(30 * counts.share / largest))
        table.add_row(name, f"{counts.train:,}", f"{counts.test:,}", f"{counts.val:,}", f"{counts.share:.1%}", bar)
    return table
