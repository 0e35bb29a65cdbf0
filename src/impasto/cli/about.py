"""`impasto list`, `impasto doctor` and `impasto demo`."""

from __future__ import annotations

import time
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from impasto.cli.out import Json, console, print_json
from impasto.cli.watching import Events, Quiet, watching
from impasto.terminal import duration

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command(name="list")(list_)
    app.command()(doctor)
    app.command()(demo)


class Kind(StrEnum):
    """What can be listed."""

    painters = "painters"
    judges = "judges"
    metrics = "metrics"
    edits = "edits"
    lightenings = "lightenings"
    bases = "bases"


def list_(
    kind: Annotated[
        Kind,
        typer.Argument(
            help="painters, judges, metrics, edits, lightenings, or bases: pretrained models with a short name"
        ),
    ] = Kind.painters,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """List what there is, with year and source; of edits who can do them; of bases licence, size and memory."""
    from impasto import catalogue

    if kind in (Kind.bases, Kind.edits):
        (_list_bases if kind is Kind.bases else _list_edits)(json=json)
        return
    listings = {
        Kind.painters: catalogue.painters,
        Kind.judges: catalogue.judges,
        Kind.metrics: catalogue.metrics,
        Kind.lightenings: catalogue.lightenings,
    }
    with watching(json=json, events=events, quiet=quiet):
        cards = listings[kind]().values()
    if json:
        shown = ("name", "summary", "year", "source", "family")
        print_json([{key: getattr(card, key) for key in shown} for card in cards])
        return
    from rich.table import Table

    table = Table("name", "year", "what it is", "source", box=None)
    for card in cards:
        table.add_row(card.name, str(card.year), card.summary, card.source)
    console.print(table)
    console.print("All about one of them, with its settings: impasto explain NAME")


def _list_edits(*, json: bool) -> None:
    """List the edits, with what each needs and which painters at hand can do it."""
    from rich.table import Table

    from impasto.api.edits_at_hand import edits_at_hand
    from impasto.spelling import command

    edits = edits_at_hand()
    if json:
        print_json([asdict(edit) for edit in edits])
        return
    table = Table("name", "what it is", "needs beside the picture", "painters at hand, first the default", box=None)
    for edit in edits:
        others = [name for name in edit.painters if name != edit.painter]
        painters = ", ".join([edit.painter, *others] if edit.painter else others)
        table.add_row(edit.name, edit.summary, ", ".join(edit.needs), painters or "none: train one")
    console.print(table)
    console.print(f"All about one of them, with its settings: {command('explain', 'NAME')}")


def _list_bases(*, json: bool) -> None:
    """List the bases that have a short name."""
    from rich.table import Table

    from impasto.painters.hub.bases import BASES
    from impasto.sources import HUB
    from impasto.spelling import command

    if json:
        print_json([asdict(base) for base in BASES.values()])
        return
    table = Table("name", "size", "licence of the weights", "memory", "what it is", "id on the hub", box=None)
    for base in BASES.values():
        table.add_row(f"{HUB}{base.name}", base.size, base.licence, base.memory, base.remark, base.repository)
    console.print(table)
    console.print(
        f"To paint with one: {command('paint', f'{HUB}NAME', prompt='a boat at dusk', download=True)}. Any other model "
        f"for text to image that diffusers has: {HUB}owner/name, or a folder or safetensors file with it."
    )


def doctor(json: Json = False, events: Events = False, quiet: Quiet = False) -> None:
    """Say what this machine offers, and what is missing."""
    from impasto.doctor import examine

    with watching(json=json, events=events, quiet=quiet):
        examination = asdict(examine())
    if json:
        print_json(examination)
        return
    for part in ("versions", "machine", "speed", "weights"):
        unit = " (GFLOP/s of matrix products, of a GPU or of one core)" if part == "speed" else ""
        console.print(f"{part}{unit}", style="bold")
        for key, value in examination[part].items():
            console.print(f"  {key:24} {'not installed' if value is None else value}")
    for sentence in examination["missing"]:
        console.print(f"Note: {sentence}")


def demo(
    out: Annotated[Path, typer.Option(help="Folder for all of it.")] = Path("demo"),
    data: Annotated[Path | None, typer.Option(help="Folder of pictures; drawn by rules without it.")] = None,
    minutes: Annotated[float, typer.Option(help="How long to train.")] = 2.0,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Show the whole work in one go: pictures, a store, a painter, its pictures and their measurement."""
    from impasto.demo import demo as work

    start = time.monotonic()
    with watching(json=json, events=events, quiet=quiet) as watch:
        page = work(out, data=data, minutes=minutes, watch=watch)
    if json:
        print_json({"page": page})
        return
    console.print(f"Done in {duration(time.monotonic() - start)}. Pictures: {out / 'gallery' / 'contact-sheet.png'}")
    console.print(f"Look at {page}")
