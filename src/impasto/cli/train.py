"""`impasto train`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from impasto.cli import completing
from impasto.cli.explaining import ExplainingCommand
from impasto.cli.out import Download, Json, console, print_json
from impasto.cli.watching import Events, Quiet, watching
from impasto.events import Event
from impasto.pages.numbers import counted
from impasto.terminal import duration

__all__ = ["add_to"]

Words = Annotated[
    list[str],
    typer.Argument(
        metavar="[PAINTER] STORE",
        help="A painter of `impasto list painters`, by default the best for the store and the machine; "
        "and a store made by `impasto data prepare`.",
        autocompletion=completing.train_words,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(help="The run folder; the same command resumes the run in it. By default a new one in runs/."),
]
Minutes = Annotated[float | None, typer.Option(help="Minutes of training, in all; with --steps, whichever ends first.")]
Steps = Annotated[int | None, typer.Option(help="Steps of training, in all; with --minutes, whichever ends first.")]
Preset = Annotated[
    str | None,
    typer.Option(help="tiny, small or base; by default what fits the machine.", autocompletion=completing.presets),
]
Label = Annotated[str | None, typer.Option(help="Label column whose categories are learned.")]
Seed = Annotated[int | None, typer.Option(help="Seed of the random numbers: weights, order of the pictures, noise.")]
Batch = Annotated[int | None, typer.Option(help="Pictures in each step.")]
Device = Annotated[str | None, typer.Option(help="auto, cpu or cuda.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        envvar="IMPASTO_TRAIN_SET",
        help="Any other setting, as `impasto explain PAINTER` and `impasto explain train` list them; may be repeated.",
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="PAINTER",
        help="Begin from the weights of a run, an exported painter, a hub id or 'shipped', instead of from fresh ones.",
        autocompletion=completing.trained,
    ),
]
Mirror = Annotated[
    str | None,
    typer.Option(
        metavar="PLACE",
        help="Where the run is copied while it trains, such as s3://bucket/run; on another machine the same command "
        "goes on from there.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Train nothing; say how long it would take, and whether memory suffices.")
]
SecondStore = Annotated[Path | None, typer.Option(help="A second store, for painters that learn from two.")]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(cls=ExplainingCommand)(train)


def train(
    what: Words,
    out: Out = None,
    minutes: Minutes = None,
    steps: Steps = None,
    preset: Preset = None,
    label: Label = None,
    seed: Seed = None,
    batch: Batch = None,
    device: Device = None,
    settings: Settings = None,
    second_store: SecondStore = None,
    from_: From = None,
    mirror: Mirror = None,
    dry_run: DryRun = False,
    download: Download = False,
    json: Json = False,
    events: Events = False,
    quiet: Quiet = False,
) -> None:
    """Train a painter; Ctrl-C leaves a checkpoint, and the same command goes on from it."""
    from impasto import api
    from impasto.config import parse_pairs
    from impasto.hub import allow_downloads
    from impasto.spelling import command

    painter, store = _painter_and_store(what)
    plans: list[Event] = []
    with watching(json=json, events=events, quiet=quiet) as watch, allow_downloads(allowed=download):

        def noted(event: Event) -> None:
            plans.extend([event] if event.kind == "plan" else [])
            watch(event)

        trained = api.train(
            painter,
            store,
            out,
            minutes=minutes,
            steps=steps,
            preset=preset,
            label=label,
            seed=seed,
            batch=batch,
            device=device,
            settings=parse_pairs(settings or []),
            second_store=second_store,
            from_=from_,
            mirror=mirror,
            dry_run=dry_run,
            watch=noted,
        )
    if os.environ.get("RANK", "0") != "0":  # Of processes that train together the first one speaks.
        pass
    elif json:
        print_json(plans[-1].as_dict() if dry_run else vars(trained))
    elif dry_run:
        console.print("Nothing was trained; without --dry-run it is.")
    elif trained.interrupted:
        again = command("train", *what, out=trained.run)
        text = f"Stopped at step {trained.step:,}. To go on, give the same options again: {again} …"
        console.print(text)
    else:
        console.print(f"Trained {counted(trained.step, 'step')} in {duration(trained.seconds)}.")
        if trained.held_out:
            console.print(trained.held_out)
        following = f"The painter is in {trained.painter}. Next: {command('paint', trained.run)}"
        text = following if trained.paints else f"The export is in {trained.painter}."
        console.print(text)
    if trained.interrupted:
        raise typer.Exit(130)


def _painter_and_store(what: list[str]) -> tuple[str | None, Path]:
    """The two words, of which the first may be left out."""
    from impasto.errors import UsageError

    *before, store = what
    if len(before) > 1:
        raise UsageError(f"Give a painter and a store, not {len(what)} words: impasto train [PAINTER] STORE.")
    return (before[0] if before else None), Path(store)
