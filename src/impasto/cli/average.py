"""`impasto average`."""

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
    app.command()(average)


def average(
    run: Annotated[Path, typer.Argument(help="A run trained with --set averages=8.")],
    length: Annotated[float, typer.Option(help="As a share of the training, 0.01 to 0.25.")],
    out: Annotated[Path, typer.Option(help="Folder of the export.")],
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Export a run's painter with weights averaged over another length of its training."""
    from impasto import api

    with watching(json=json, events=events, quiet=quiet):
        folder = api.average(run, length, out)
    if json:
        print_json({"painter": folder})
    else:
        console.print(f"The painter is in {folder}. Next: {command('paint', folder)}")
