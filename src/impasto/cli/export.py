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
    out: Annotated[Path, typer.Option(help="The new folder, or the new file FILE.onnx.")],
    to: Annotated[str, typer.Option(help="diffusers, or onnx: one graph from noise to pictures.")] = "diffusers",
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting of painting that a graph is written with: steps=4."),
    ] = None,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Write a painter for another library, which then needs no impasto."""
    from impasto import api
    from impasto.config import parse_pairs

    with watching(json=json, events=events, quiet=quiet):
        folder = api.export(painter, out, to=to, settings=parse_pairs(settings or []))
    if json and folder.is_file():
        print_json({"file": folder})
    elif json:
        print_json({"folder": folder, "files": sorted(path.name for path in folder.iterdir())})
    else:
        console.print(f"{painter} lies in {folder} as {to} reads it.")
