"""`impasto export`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from impasto.cli.out import Json, console, print_json
from impasto.cli.watching import Events, Quiet, watching

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(export)


def export(
    painter: Annotated[str, typer.Argument(help="A run, an exported painter or a hub id.")],
    out: Annotated[Path, typer.Option(help="The new folder.")],
    to: Annotated[str, typer.Option(help="Library whose layout it gets: diffusers.")] = "diffusers",
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Write a painter in the layout of another library, which then loads it without impasto."""
    from impasto import api

    with watching(json=json, events=events, quiet=quiet):
        folder = api.export(painter, out, to=to)
    if json:
        print_json({"folder": folder, "files": sorted(path.name for path in folder.iterdir())})
    else:
        console.print(f"{painter} lies in {folder} as {to} reads it.")
