"""`impasto guide`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from impasto.cli.out import Json, console, print_json
from impasto.cli.watching import Events, Quiet, watching
from impasto.spelling import command

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(guide)


def guide(
    painter: Annotated[str, typer.Argument(help="A run, an exported painter, a hub id, or 'shipped'.")],
    weaker: Annotated[str, typer.Argument(help="One of the same kind that learned for a shorter time.")],
    out: Annotated[Path, typer.Option(help="Folder of the export.")],
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Export a painter with a weaker one as its guide, away from whose errors it then moves (autoguidance)."""
    from impasto import api

    with watching(json=json, events=events, quiet=quiet):
        folder = api.guide(painter, weaker, out)
    if json:
        print_json({"painter": folder})
    else:
        console.print(f"The painter is in {folder}. Next: {command('paint', folder)}")
