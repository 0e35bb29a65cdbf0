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
    to: Annotated[
        str,
        typer.Option(help="diffusers; onnx: one graph from noise to pictures; or web: a page that paints in browsers."),
    ] = "diffusers",
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting of painting that a graph is written with: steps=4."),
    ] = None,
    runtime: Annotated[
        Path | None, typer.Option(help="Of a page: the npm package onnxruntime-web, or a folder with its files.")
    ] = None,
    download: Annotated[
        bool,
        typer.Option(
            "--download",
            envvar="IMPASTO_DOWNLOAD",
            help="Let npm download the package onnxruntime-web for a page: 33 MB, licence MIT.",
        ),
    ] = False,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Write a painter for another library or for browsers, which then need no impasto."""
    from impasto import api
    from impasto.config import parse_pairs
    from impasto.hub import allow_downloads

    with watching(json=json, events=events, quiet=quiet), allow_downloads(allowed=download):
        folder = api.export(painter, out, to=to, settings=parse_pairs(settings or []), runtime=runtime)
    if json and folder.is_file():
        print_json({"file": folder})
    elif json:
        print_json({"folder": folder, "files": sorted(path.name for path in folder.iterdir())})
    elif to == "web":
        console.print(f"The page lies in {folder}. To see it: python -m http.server --directory {folder}")
        console.print("Then open http://localhost:8000 in a browser.")
    else:
        console.print(f"{painter} lies in {folder} as {to} reads it.")
