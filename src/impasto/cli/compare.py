"""`impasto compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from impasto.cli.out import Json, console, print_json
from impasto.cli.watching import Events, Quiet, watching

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(compare)


def compare(
    experiment: Annotated[Path, typer.Argument(help="An experiment in TOML; see the folder experiments.")],
    out: Annotated[Path, typer.Option(help="Folder of the comparison; the same command goes on in it.")],
    store: Annotated[Path | None, typer.Option(help="Pictures to use instead of those that the file names.")] = None,
    miniature: Annotated[bool, typer.Option(help="The file's small version.")] = False,
    votes: Annotated[
        Path | None, typer.Option(help="Folder of a studio, whose votes on pictures of the runs come into the report.")
    ] = None,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Train and measure painters on equal terms: curves, tables with intervals, samples side by side."""
    from impasto import api

    with watching(json=json, events=events, quiet=quiet) as watch:
        results = api.compare(experiment, out, store=store, miniature=miniature, votes=votes, watch=watch)
    failed = results.failures
    if json:
        print_json(results.to_json())
    else:
        for line in failed:
            console.print(f"Failed: {line}")
        console.print(f"The page: {out / 'report.html'}; its tables: {out / 'tables.md'}")
    if failed:
        raise typer.Exit(1)
