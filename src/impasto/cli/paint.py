"""`impasto paint`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from impasto.cli.out import Json, console, print_json, steady
from impasto.errors import UsageError

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(paint)


def paint(
    source: Annotated[str | None, typer.Argument(help="A run, an exported painter, or a hub id.")] = None,
    count: Annotated[int, typer.Option(help="How many pictures.")] = 16,
    category: Annotated[str | None, typer.Option(help="Paint this category only.")] = None,
    seed: Annotated[int, typer.Option(help="Picture i of a seed is always the same.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the pictures; with --from, the new picture.")] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", envvar="IMPASTO_PAINT_SET", help="A setting of this painter; may be repeated."
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace pictures of the same name.")] = False,
    again: Annotated[Path | None, typer.Option("--from", help="Paint this picture again from its recipe.")] = None,
    painter: Annotated[Path | None, typer.Option(help="With --from: where its painter is now.")] = None,
    json: Json = False,
) -> None:
    """Paint pictures, each with its recipe inside, or one again from its recipe."""
    from impasto import api
    from impasto.config import parse_pairs

    if again is not None:
        if source is not None:
            raise UsageError("Give a painter or --from PICTURE, not both; say where its painter is with --painter.")
        path, same = api.repaint(again, out, source=painter)
        if json:
            print_json({"picture": path, "identical": same})
        else:
            told = "bit for bit the same" if same else "NOT the same: another torch version or device painted it"
            console.print(f"{path}: {told}.", soft_wrap=True)
        return
    if source is None:
        raise UsageError("Say who paints: impasto paint RUN, or --from PICTURE to repeat one.")
    say = steady(lambda text: None if json else console.print(text, soft_wrap=True), every=5)
    paths = api.paint(
        source,
        out or Path("gallery"),
        count=count,
        category=category,
        seed=seed,
        overwrite=overwrite,
        settings=parse_pairs(values or []),
        watch=lambda done, all_: say(f"{done}/{all_} painted"),
    )
    if json:
        print_json({"pictures": paths[:-1], "contact_sheet": paths[-1]})
    else:
        console.print(f"{count} pictures in {paths[0].parent}; all on one sheet: {paths[-1]}", soft_wrap=True)
