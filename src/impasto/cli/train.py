"""`impasto train`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from impasto.cli.out import Json, console, duration, print_json
from impasto.cli.watching import Events, watching

__all__ = ["add_to"]

Second = Annotated[
    Path | None, typer.Option("--second-store", help="A second store, for painters that learn from two.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(train)


def train(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="[PAINTER] STORE",
            help="A painter of `impasto list painters`, by default the best for the store and the machine; "
            "and a store made by `impasto data prepare`.",
        ),
    ],
    out: Annotated[Path, typer.Option(help="The run folder; the same command resumes the run in it.")],
    minutes: Annotated[float | None, typer.Option(help="Minutes of training, in all.")] = None,
    steps: Annotated[int | None, typer.Option(help="Steps of training, in all.")] = None,
    preset: Annotated[str | None, typer.Option(help="tiny, small or base; by default what fits the machine.")] = None,
    label: Annotated[str | None, typer.Option(help="Label column whose categories are learned.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of weights, order and noise.")] = None,
    batch: Annotated[int | None, typer.Option(help="Pictures a step.")] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu or cuda.")] = None,
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", envvar="IMPASTO_TRAIN_SET", help="Any other setting; may be repeated."
        ),
    ] = None,
    second: Second = None,
    json: Json = False,
    events: Events = False,
) -> None:
    """Train a painter; Ctrl-C leaves a checkpoint, and the same command goes on from it."""
    from impasto import api
    from impasto.config import parse_pairs

    painter, store = _painter_and_store(what)
    options = {"seed": seed, "batch": batch, "device": device}
    settings = {**{k: v for k, v in options.items() if v is not None}, **parse_pairs(values or [])}
    with watching(json=json, events=events) as watch:
        trained = api.train(
            painter,
            store,
            out,
            minutes=minutes,
            steps=steps,
            preset=preset,
            label=label,
            values=settings,
            second=second,
            watch=watch,
        )
    if os.environ.get("RANK", "0") != "0":  # Of processes that train together the first one speaks.
        pass
    elif json:
        print_json(vars(trained))
    elif trained.interrupted:
        console.print(f"Stopped at step {trained.step:,}; the same command goes on from there.", soft_wrap=True)
    else:
        console.print(f"Trained {trained.step:,} steps in {duration(trained.seconds)}.", soft_wrap=True)
        following = f"The painter is in {trained.painter}. Next: impasto paint {out}"
        console.print(following if trained.paints else f"The export is in {trained.painter}.", soft_wrap=True)
    if trained.interrupted:
        raise typer.Exit(130)


def _painter_and_store(what: list[str]) -> tuple[str | None, Path]:
    """The two words, of which the first may be left out."""
    from impasto.errors import UsageError

    *before, store = what
    if len(before) > 1:
        raise UsageError(f"Give a painter and a store, not {len(what)} words: impasto train [PAINTER] STORE --out RUN.")
    return (before[0] if before else None), Path(store)
