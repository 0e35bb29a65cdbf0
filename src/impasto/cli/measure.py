"""`impasto measure`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from impasto.cli import completing
from impasto.cli.out import Json, console, print_json
from impasto.cli.watching import Events, Quiet, watching

if TYPE_CHECKING:
    from rich.table import Table

    from impasto.metrics.measurement import Measurement

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(measure)


def measure(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="PAINTER",
            help="A run, an exported painter, a hub id, or the name of a painter by rules.",
            autocompletion=completing.runs_and_painters,
        ),
    ],
    against: Annotated[
        Path | None,
        typer.Option(help="A store of the painter's resolution; required.", autocompletion=completing.stores),
    ] = None,
    on: Annotated[
        str, typer.Option("--on", "--split", help="Split to measure on: test, val (to choose by), train or all.")
    ] = "test",
    out: Annotated[Path | None, typer.Option(help="Folder for measure.json and report.html.")] = None,
    count: Annotated[int, typer.Option(help="Pictures painted.")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of the pictures painted and of all resampling.")] = 0,
    network: Annotated[
        str,
        typer.Option(
            help="Feature networks, joined by +; auto takes the best two whose weights are installed.",
            autocompletion=completing.networks,
        ),
    ] = "auto",
    label: Annotated[
        str | None, typer.Option(help="Label column; by default the one whose categories the painter learned.")
    ] = None,
    allow_overlap: Annotated[
        bool, typer.Option("--allow-overlap", help="Measure though the painter learned from some of these pictures.")
    ] = False,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Measure a painter against real pictures: every metric, as JSON and as a page."""
    from impasto import api
    from impasto.api.checks import order_error
    from impasto.spelling import command

    source, *more = what
    if more or against is None:
        words: list[str | Path] = [*what, *([against] if against else [])]
        raise order_error(words, lambda painter, store: command("measure", painter, against=store))
    place = out or Path(source if Path(source).is_dir() else "") / "measure"
    with watching(json=json, events=events, quiet=quiet) as watch:
        measured = api.measure(
            source,
            against,
            on=on,
            out=place,
            count=count,
            seed=seed,
            network=network,
            label=label,
            allow_overlap=allow_overlap,
            watch=watch,
        )
    if json:
        print_json(measured.to_json())
        return
    verdict = measured.verdict
    console.print(verdict.headline, style="bold")
    for sentence in (verdict.sentences, *verdict.cautions):
        console.print(sentence)
    console.print(_table(measured))
    if absent := [name for name, number in measured.metrics.items() if number.value is None]:
        console.print(f"Not measured, for reasons that the page gives: {', '.join(absent)}.")
    console.print(f"Everything, with pictures: {place / 'report.html'}")


def _table(measurement: Measurement) -> Table:
    from rich.table import Table

    table = Table("metric", "value", "95 % interval", "real pictures", box=None)
    hidden = {"copying"} if measurement.verdict.unreadable else set()
    shown = {name: number for name, number in measurement.metrics.items() if name not in hidden}
    # The distance that decides comes first, in all feature spaces.
    for name, number in sorted(shown.items(), key=lambda item: item[1].headline != 1):
        if number.value is None:
            continue
        table.add_row(
            name,
            f"{_number(number.value)} {number.unit}".rstrip(),
            f"{_number(number.interval[0])} … {_number(number.interval[1])}" if number.interval else "",
            _number(number.real.value) if number.real else "",
        )
    return table


def _number(value: float) -> str:
    return f"{value:.4g}"
