"""`impasto data`: prepare and inspect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from impasto.cli.out import Json, console, print_json

__all__ = ["app"]

app = typer.Typer(help="From a folder of pictures to a store.", no_args_is_help=True)


@app.command()
def prepare(
    folder: Annotated[Path, typer.Argument(help="Pictures: class folders, metadata.csv or .jsonl, .txt captions.")],
    out: Annotated[Path, typer.Option(help="The store to make.")],
    resolution: Annotated[int, typer.Option(help="Rows and columns of the prepared pictures.")] = 64,
    crop: Annotated[str, typer.Option(help="cover, centre or pad.")] = "cover",
    label: Annotated[str | None, typer.Option(help="Label column; by default the first that suits.")] = None,
    test_share: Annotated[float, typer.Option(help="Share of the pictures kept for measuring.")] = 0.4,
    seed: Annotated[int, typer.Option(help="Of the split.")] = 0,
    background: Annotated[str, typer.Option(help="Colour behind transparent pictures and pads.")] = "white",
    crop_bars: Annotated[bool, typer.Option(help="Crop the bars of letterboxed pictures.")] = False,
    duplicates: Annotated[str, typer.Option(help="drop, or keep: each group on one side of the split.")] = "drop",
    max_bad: Annotated[float, typer.Option(help="Share of bad files above which it is an error.")] = 0.5,
    workers: Annotated[int | None, typer.Option(help="Processes; by default one a core.")] = None,
    json: Json = False,
) -> None:
    """Make a store of a folder of pictures: read, clean, resize, find duplicates, split."""
    from impasto import api

    store = api.prepare(
        folder,
        out,
        resolution=resolution,
        crop=crop,
        label=label,
        test_share=test_share,
        seed=seed,
        background=background,
        crop_bars=crop_bars,
        duplicates=duplicates,
        max_bad=max_bad,
        workers=workers,
    )
    if json:
        print_json(store.manifest)
        return
    train, test = (len(store.split(name)) for name in ("train", "test"))
    label = f"label {store.label!r} with {len(store.categories())} categories" if store.label else "no labels"
    console.print(f"{out}: {train:,} pictures to train on, {test:,} to test with; {label}.", soft_wrap=True)
    console.print(f"Look at it: impasto data inspect {out}", soft_wrap=True)


@app.command()
def inspect(
    store: Annotated[Path, typer.Argument(help="A store made by `impasto data prepare`.")],
    out: Annotated[Path | None, typer.Option(help="Folder for the page; inside the store by default.")] = None,
    json: Json = False,
) -> None:
    """Describe a store: counts, categories and their shares, sizes, duplicates, rejects, a contact sheet."""
    from impasto import api

    told = api.inspect(store, out)
    if json:
        print_json(told)
        return
    for key, value in told.items():
        console.print(f"{key}: {value}", soft_wrap=True, markup=False)
    console.print(f"With pictures: {(out or store / 'inspection') / 'inspect.html'}", soft_wrap=True)
