"""`impasto show`: what a painter has learned, and what a picture makes one feel."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from impasto.cli.out import Json, console, print_json
from impasto.cli.watching import Events, Quiet, watching

__all__ = ["app"]

app = typer.Typer(help="Show what a painter has learned, or what a picture makes one feel.", no_args_is_help=True)


@app.callback()
def _show() -> None:
    """Show what a painter has learned, or what a picture makes one feel."""


@app.command()
def latents(
    painter: Annotated[str, typer.Argument(help="A run, an exported painter, or a hub id.")],
    store: Annotated[
        Path | None, typer.Argument(help="A store of the painter's size, for a map of its pictures.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The HTML file.")] = None,
    on: Annotated[str, typer.Option(help="Split of the store: train, val, test or all.")] = "train",
    count: Annotated[int, typer.Option(help="Pictures painted, and looked at.")] = 400,
    axes: Annotated[int, typer.Option(help="Number of axes.")] = 6,
    seed: Annotated[int, typer.Option(help="Seed of what is painted and drawn.")] = 0,
    overwrite: Annotated[bool, typer.Option(help="Replace a file of that name.")] = False,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Write a page of a painter's latents: axes to pull, codes, ways between pictures, a map."""
    from impasto import api

    options: dict[str, Any] = {"on": on, "count": count, "axes": axes, "seed": seed, "overwrite": overwrite}
    with watching(json=json, events=events, quiet=quiet) as note:
        path = api.show_latents(painter, store, out, watch=note, **options)
    if json:
        print_json({"page": path})
    else:
        console.print(f"The page is {path}; open it in a browser.")


@app.command()
def walk(
    painter: Annotated[str, typer.Argument(help="A run, an exported painter, or a hub id.")],
    out: Annotated[Path | None, typer.Option(help="The animated WebP file.")] = None,
    axis: Annotated[str, typer.Option(help="Number of an axis, as `show latents` has them, or a code.")] = "1",
    frames: Annotated[int, typer.Option(help="Pictures of the film.")] = 48,
    count: Annotated[int, typer.Option(help="Pictures that the axes are computed from.")] = 400,
    seed: Annotated[int, typer.Option(help="Seed of the picture and of those.")] = 0,
    overwrite: Annotated[bool, typer.Option(help="Replace a file of that name.")] = False,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Write a film: one picture walks along a direction of a painter's latents, and back."""
    from impasto import api

    options: dict[str, Any] = {"axis": axis, "frames": frames, "count": count, "seed": seed, "overwrite": overwrite}
    with watching(json=json, events=events, quiet=quiet) as note:
        path = api.show_walk(painter, out, watch=note, **options)
    if json:
        print_json({"film": path})
    else:
        console.print(f"The film is {path}.")


@app.command()
def blends(
    painter: Annotated[str, typer.Argument(help="A run, an exported painter, or a hub id, with categories.")],
    out: Annotated[Path | None, typer.Option(help="The PNG file.")] = None,
    category: Annotated[
        list[str] | None, typer.Option(help="A category of the sheet; may be repeated, all without it.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(help="A store with these categories, from which a classifier learns what it takes cells for."),
    ] = None,
    count: Annotated[int, typer.Option(help="Pictures of each cell that the classifier looks at.")] = 16,
    seed: Annotated[int, typer.Option(help="Seed of all pictures.")] = 0,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting of painting; may be repeated."),
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace a file of that name.")] = False,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Write a sheet of a painter's categories, each mixed half and half with each other one."""
    from impasto import api
    from impasto.config import parse_pairs

    with watching(json=json, events=events, quiet=quiet) as note:
        blends_shown = api.show_blends(
            painter,
            out,
            categories=category or (),
            against=against,
            count=count,
            seed=seed,
            overwrite=overwrite,
            settings=parse_pairs(settings or []),
            watch=note,
        )
    if json:
        verdicts = [asdict(each) for each in blends_shown.verdicts]
        print_json({"sheet": blends_shown.sheet, "verdicts": verdicts, "judge": blends_shown.judge})
        return
    for line in (*blends_shown.verdicts, *filter(None, (blends_shown.judge,))):
        console.print(str(line))
    console.print(f"The sheet is {blends_shown.sheet}.")


@app.command()
def features(
    store: Annotated[Path, typer.Argument(help="A store of pictures that the network looks at.")],
    out: Annotated[Path | None, typer.Option(help="The PNG file.")] = None,
    network: Annotated[
        str,
        typer.Option(
            help="taef2, which comes with impasto, or squeezenet, alexnet, vgg16 where installed; or a run, a painter "
            "or a judge."
        ),
    ] = "taef2",
    part: Annotated[
        str | None, typer.Option(help="Of a run: which of its networks, such as discriminator or encoder.")
    ] = None,
    depth: Annotated[int | None, typer.Option(help="Which map, from 1 (shallow); the deepest without it.")] = None,
    channel: Annotated[
        list[int] | None, typer.Option(help="A channel of that map; may be repeated. The most selective without it.")
    ] = None,
    count: Annotated[int, typer.Option(help="How many of the most selective channels.")] = 8,
    on: Annotated[str, typer.Option(help="Split of the store: train, val, test or all.")] = "train",
    label: Annotated[str | None, typer.Option(help="Label column whose categories are told.")] = None,
    pictures: Annotated[int, typer.Option(help="Pictures of the split that are looked at.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the draw of the pictures.")] = 0,
    overwrite: Annotated[bool, typer.Option(help="Replace a file of that name.")] = False,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Write a sheet of what channels of a network look for: a dream of each, and what excites it most."""
    from impasto import api

    options: dict[str, Any] = {
        "channels": channel or (),
        "count": count,
        "on": on,
        "label": label,
        "pictures": pictures,
    }
    with watching(json=json, events=events, quiet=quiet) as note:
        features_shown = api.show_features(
            store, out, network=network, part=part, depth=depth, seed=seed, overwrite=overwrite, watch=note, **options
        )
    if json:
        channels = [{k: v for k, v in asdict(each).items() if k != "dream"} for each in features_shown.channels]
        print_json(
            {
                "sheet": features_shown.sheet,
                "network": features_shown.network,
                "depth": features_shown.depth,
                "channels": channels,
                "tellings": [asdict(each) for each in features_shown.tellings],
            }
        )
        return
    for line in (*features_shown.channels, *features_shown.tellings):
        console.print(str(line))
    console.print(f"The sheet is {features_shown.sheet}.")


@app.command()
def feeling(
    pictures: Annotated[list[Path], typer.Argument(help="Picture files.")],
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Say what pictures make one feel, how surely, and what that was read from."""
    from impasto import api

    with watching(json=json, events=events, quiet=quiet) as note:
        feelings = api.show_feeling(pictures, watch=note)
    if json:
        print_json([{"file": file, **asdict(each)} for file, each in zip(pictures, feelings, strict=True)])
        return
    for file, each in zip(pictures, feelings, strict=True):
        console.print(f"{file}: {each}")
