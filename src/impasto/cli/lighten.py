"""`impasto lighten`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from impasto.cli import completing
from impasto.cli.out import Json, console, print_json
from impasto.cli.watching import Events, Quiet, watching
from impasto.spelling import command

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(lighten)


def lighten(
    painter: Annotated[
        str,
        typer.Argument(help="A run, an exported painter, a hub id, or 'shipped'.", autocompletion=completing.trained),
    ],
    out: Annotated[Path, typer.Option(help="The new folder; the same command resumes a training in it.")],
    by: Annotated[
        str,
        typer.Option(
            help="distil, quantize, prune, several with commas between them, or all of these.",
            autocompletion=completing.lightenings,
        ),
    ] = "all",
    store: Annotated[
        Path | None, typer.Option(help="The store that it was trained on, where a student learns.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(help="Minutes of training, where a student learns.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting, as `impasto explain distil` lists them."),
    ] = None,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Make a trained painter lighter and faster: fewer steps, fewer bits, fewer channels."""
    from impasto import api
    from impasto.config import parse_pairs

    with watching(json=json, events=events, quiet=quiet) as watch:
        lightened = api.lighten(
            painter,
            out,
            by=by,
            store=store,
            minutes=minutes,
            settings=parse_pairs(settings or []),
            watch=watch,
        )
    if json:
        print_json(vars(lightened))
    elif lightened.interrupted:
        console.print("Stopped. To go on, give the same command again.")
    else:
        parity = lightened.parity
        before, after = parity["seconds"]
        large, small = parity["bytes"]
        lpips = "" if parity["lpips"] is None else f", LPIPS {parity['lpips']:.3f} to the same seeds before"
        console.print(
            f"{before:.3f} → {after:.3f} processor seconds a picture, {large / 1e6:.1f} → {small / 1e6:.1f} MB{lpips}."
        )
        console.print(f"The painter is in {lightened.painter}. Next: {command('paint', lightened.out)}")
    if lightened.interrupted:
        raise typer.Exit(130)
