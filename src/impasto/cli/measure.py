"""`impasto measure`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from impasto.cli import completing
from impasto.cli.out import Device, Json, console, print_json
from impasto.cli.watching import Events, Quiet, watching
from impasto.errors import UsageError
from impasto.events import Watch

if TYPE_CHECKING:
    from rich.table import Table

    from impasto.metrics.measurement import Measurement
    from impasto.metrics.number import Number

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(measure)


def measure(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="PAINTER | edit NAME",
            help="A run, an exported painter, a hub id, or the name of a painter by rules; or 'edit' and its name.",
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
    count: Annotated[
        int | None, typer.Option(help="Pictures painted, 2000 by default; of an edit, pictures edited, 32 by default.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the pictures painted and of all resampling.")] = 0,
    network: Annotated[
        str,
        typer.Option(
            help="Feature networks, joined by +; auto takes the best two whose weights are installed.",
            autocompletion=completing.networks,
        ),
    ] = "auto",
    painter: Annotated[
        str | None,
        typer.Option("--painter", "--with", help="Of an edit: the painter; without it one that comes with impasto."),
    ] = None,
    category: Annotated[str | None, typer.Option(help="Of an edit: what the new pictures should show.")] = None,
    prompt: Annotated[str | None, typer.Option(help="Of an edit: the same in words.")] = None,
    negative: Annotated[str | None, typer.Option(help="Of an edit: what they should not show, in words.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Of an edit: a setting; may be repeated.")
    ] = None,
    collection: Annotated[
        Path | None,
        typer.Option(
            help="Of the edit stylize: a store of pictures like those that edited ones shall be.",
            autocompletion=completing.stores,
        ),
    ] = None,
    over: Annotated[
        str | None,
        typer.Option(
            metavar="KEY=VALUE,VALUE",
            help="Of the edit stylize: a setting with values from weak to strong, such as strength=0.25,0.5,1.",
        ),
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="Label column; by default the one whose categories the painter learned.")
    ] = None,
    allow_overlap: Annotated[
        bool, typer.Option("--allow-overlap", help="Measure though the painter learned from some of these pictures.")
    ] = False,
    votes: Annotated[
        Path | None, typer.Option(help="Folder of a studio, whose votes on its pictures come into the report.")
    ] = None,
    device: Device = None,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Measure a painter against real pictures: every metric, as JSON and as a page."""
    from impasto import api
    from impasto.api.axes import parse_over
    from impasto.api.checks import order_error
    from impasto.api.measuring import report_folder
    from impasto.config import parse_pairs
    from impasto.devices import computing_on
    from impasto.spelling import command

    source, *more = what
    if source == "edit" and len(more) == 1:
        how = {
            "painter": painter,
            "category": category,
            "prompt": prompt,
            "negative": negative,
            "settings": parse_pairs(settings or []),
            "on": on,
            "seed": seed,
            "collection": collection,
            "over": parse_over([over]) if over else None,
            "network": network,
        }
        with watching(json=json, events=events, quiet=quiet) as watch, computing_on(device):
            _measure_edit(more[0], against, out, 32 if count is None else count, watch, json=json, **how)
        return
    if more or against is None:
        words: list[str | Path] = [*what, *([against] if against else [])]
        raise order_error(words, lambda painter, store: command("measure", painter, against=store))
    with watching(json=json, events=events, quiet=quiet) as watch, computing_on(device):
        measured = api.measure(
            source,
            against,
            on=on,
            out=out,
            count=2000 if count is None else count,
            seed=seed,
            network=network,
            label=label,
            allow_overlap=allow_overlap,
            votes=votes,
            watch=watch,
        )
    if json:
        print_json(measured.to_json())
    else:
        _show(measured, out or report_folder(source))


def _show(measured: Measurement, place: Path) -> None:
    """Print what was measured of a painter, and where the report is."""
    verdict = measured.verdict
    console.print(verdict.headline, style="bold")
    for sentence in (verdict.sentences, *verdict.cautions):
        console.print(sentence)
    hidden = {"copying"} if verdict.unreadable else set()
    # The distance that decides comes first, in all feature spaces.
    ordered = sorted(measured.metrics.items(), key=lambda item: item[1].headline != 1)
    console.print(_table({name: number for name, number in ordered if name not in hidden}))
    if absent := [name for name, number in measured.metrics.items() if number.value is None]:
        console.print(f"Not measured, for reasons that the page gives: {', '.join(absent)}.")
    console.print(f"Everything, with pictures: {place / 'report.html'}")


def _measure_edit(
    name: str, against: Path | None, out: Path | None, count: int, watch: Watch, *, json: bool, **how: Any
) -> None:
    """Measure an edit and print what came of it.

    Raises:
        UsageError: When no store is named.
    """
    from impasto import api

    if against is None:
        raise UsageError(f"Name a store whose pictures are edited: impasto measure edit {name} --against STORE")
    place = out or Path(f"measure-{name}")
    measured = api.measure_edit(name, against, out=place, count=count, watch=watch, **how)
    if json:
        print_json(measured.to_json())
        return
    console.print(_table(measured.metrics, anchors=True))
    for key, number in measured.metrics.items():
        if number.value is None:
            console.print(f"Not measured: {key}. {number.reason}")
    console.print(f"Everything, with pictures: {place / 'report.html'}")


def _table(numbers: Mapping[str, Number], *, anchors: bool = False) -> Table:
    """A row for each number; with `anchors` those of spoilt or unchanged pictures too, which give a scale."""
    from rich.table import Table

    scaled = anchors and any(number.anchor for number in numbers.values())
    table = Table("metric", "value", "95 % interval", "real pictures", *(["for scale"] if scaled else []), box=None)
    for name, number in numbers.items():
        if number.value is None:
            continue
        table.add_row(
            name,
            f"{_number(number.value)} {number.unit}".rstrip(),
            f"{_number(number.interval[0])} … {_number(number.interval[1])}" if number.interval else "",
            _number(number.real.value) if number.real else "",
            *([_number(number.anchor.value) if number.anchor else ""] if scaled else []),
        )
    return table


def _number(value: float) -> str:
    return f"{value:.4g}"
