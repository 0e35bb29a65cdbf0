"""`impasto prefer`."""

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
    app.command()(prefer)


def prefer(
    painter: Annotated[
        str,
        typer.Argument(help="A run, an exported painter, a hub id, or 'shipped'.", autocompletion=completing.trained),
    ],
    votes: Annotated[Path, typer.Argument(help="Folder of a studio with votes, or a store of pairs.")],
    out: Annotated[Path, typer.Option(help="The new run; the same command resumes a training in it.")],
    minutes: Annotated[float | None, typer.Option(help="Minutes of training.")] = None,
    steps: Annotated[int | None, typer.Option(help="Steps of training.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="beta, rate or levels, or a setting of training."),
    ] = None,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Train a painter on by votes: towards pictures that people preferred, away from those that lost to them."""
    from impasto import api
    from impasto.config import parse_pairs

    with watching(json=json, events=events, quiet=quiet) as watch:
        preferred = api.prefer(
            painter, votes, out, minutes=minutes, steps=steps, settings=parse_pairs(settings or []), watch=watch
        )
    if json:
        print_json(vars(preferred))
    elif preferred.interrupted:
        console.print("Stopped. To go on, give the same command again.")
    else:
        console.print(
            f"Learned from {preferred.pairs} pairs in {preferred.step:,} steps. The painter is in {preferred.painter}. "
            f"Next: {command('paint', preferred.run)}"
        )
    if preferred.interrupted:
        raise typer.Exit(130)
