"""`impasto measure`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from impasto.cli.out import Json, console, print_json
from impasto.cli.watching import Events, watching

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(measure)


def measure(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="PAINTER", help="A run, an exported painter, a hub id, or the name of a painter by rules."
        ),
    ],
    against: Annotated[Path | None, typer.Option(help="A store of the painter's resolution; required.")] = None,
    split: Annotated[str, typer.Option(help="test, train or all.")] = "test",
    out: Annotated[Path | None, typer.Option(help="Folder for measure.json and report.html.")] = None,
    count: Annotated[int, typer.Option(help="Pictures painted.")] = 2000,
    seed: Annotated[int, typer.Option(help="Of the pictures and of all resampling.")] = 0,
    network: Annotated[str, typer.Option(help="Feature network; auto takes the best at hand.")] = "auto",
    label: Annotated[str | None, typer.Option(help="Label column, where the painter's own cannot be told.")] = None,
    json: Json = False,
    events: Events = False,
) -> None:
    """Measure a painter against real pictures: every metric, as JSON and as a page."""
    from impasto import api
    from impasto.api.requests import order_error

    source, *more = what
    if more or against is None:
        raise order_error([*what, *([against] if against else [])], "measure {painter} --against {store}")
    place = out or Path(source if Path(source).is_dir() else "") / "measure"
    with watching(json=json, events=events) as watch:
        measured = api.measure(
            source, against, split=split, out=place, count=count, seed=seed, network=network, label=label, watch=watch
        )
    if json:
        print_json(measured)
        return
    console.print(_table(measured))
    console.print(f"Everything, with pictures: {place / 'report.html'}", soft_wrap=True)


def _table(measured: dict[str, Any]) -> Table:
    table = Table("metric", "value", "95 % interval", "real pictures", box=None)
    for name, entry in measured["metrics"].items():
        if not isinstance(entry, dict):
            continue
        interval = entry.get("interval")
        floor = entry.get("real")
        if isinstance(floor, dict):
            floor = floor.get("value")
        table.add_row(
            name,
            _number(entry.get("value")) if entry.get("value") is not None else str(entry.get("reason", "–")),
            f"{_number(interval[0])} … {_number(interval[1])}" if interval else "",
            _number(floor),
        )
    return table


def _number(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, int | float) else ""
