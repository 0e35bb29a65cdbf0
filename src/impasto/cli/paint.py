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
    source: Annotated[
        str | None,
        typer.Argument(
            help="A run, an exported painter, a hub id, or the name of a painter by rules; "
            "without it, the painter that comes with impasto."
        ),
    ] = None,
    count: Annotated[int, typer.Option(help="How many pictures.")] = 16,
    category: Annotated[str | None, typer.Option(help="Paint this category only.")] = None,
    prompt: Annotated[str | None, typer.Option(help="What to paint, in words, for painters that read them.")] = None,
    resolution: Annotated[int | None, typer.Option(help="Rows and columns, where the painter can choose.")] = None,
    seed: Annotated[int, typer.Option(help="Picture i of a seed is always the same.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for the pictures; with --from, the new picture.")] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", envvar="IMPASTO_PAINT_SET", help="A setting of this painter; may be repeated."
        ),
    ] = None,
    also: Annotated[
        list[str] | None,
        typer.Option(metavar="ENDING", help="A file to write beside each picture, such as svg; may be repeated."),
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
            told = "bit for bit the same" if same else "NOT the same: another version or device painted it"
            console.print(f"{path}: {told}.", soft_wrap=True)
        return
    remark = None if json else lambda text: console.print(text, soft_wrap=True, markup=False)
    say = steady(lambda text: None if json else console.print(text, soft_wrap=True), every=5)
    paths = api.paint(
        source or api.PAINTER,
        out or Path("gallery"),
        count=count,
        category=category,
        seed=seed,
        resolution=resolution,
        prompt=prompt,
        also=also or (),
        overwrite=overwrite,
        settings=parse_pairs(values or []),
        watch=lambda done, all_: say(f"{done}/{all_} painted"),
        say=remark,
    )
    if json:
        print_json({"pictures": paths[:-1], "contact_sheet": paths[-1]})
    else:
        console.print(f"{count} pictures in {paths[0].parent}; all on one sheet: {paths[-1]}", soft_wrap=True)
