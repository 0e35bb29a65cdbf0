"""`impasto fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from impasto.cli.out import Json, console, print_json
from impasto.cli.watching import Events, Quiet, watching

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(fetch)


def fetch(
    place: Annotated[str, typer.Argument(help="What --mirror of `impasto train` named, such as s3://bucket/run.")],
    out: Annotated[
        Path | None, typer.Option(help="The run folder; by default in runs/, with the last name of the place.")
    ] = None,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Bring a run here that was trained on another machine."""
    from impasto import api

    with watching(json=json, events=events, quiet=quiet) as watch:
        folder = api.fetch(place, out, watch=watch)
    if json:
        print_json({"run": folder})
    else:
        console.print(f"The run is in {folder}.")
