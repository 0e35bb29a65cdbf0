"""`impasto train`."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Self

import typer
from rich.progress import BarColumn, Progress, TextColumn

from impasto.cli.out import Json, console, duration, print_json, steady

__all__ = ["Watch", "add_to"]


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
    json: Json = False,
) -> None:
    """Train a painter; Ctrl-C leaves a checkpoint, and the same command goes on from it."""
    from impasto import api
    from impasto.config import parse_pairs

    painter, store = _painter_and_store(what)
    told = {"seed": seed, "batch": batch, "device": device}
    settings = {**{k: v for k, v in told.items() if v is not None}, **parse_pairs(values or [])}
    silent = os.environ.get("RANK", "0") != "0"  # Of processes that train together the first one speaks.
    with Watch(quiet=json or silent) as watch:
        trained = api.train(
            painter, store, out, minutes=minutes, steps=steps, preset=preset, label=label, values=settings, watch=watch
        )
    if silent:
        pass
    elif json:
        print_json(vars(trained))
    elif trained.interrupted:
        console.print(f"Stopped at step {trained.step:,}; the same command goes on from there.", soft_wrap=True)
    else:
        console.print(f"Trained {trained.step:,} steps in {duration(trained.seconds)}.", soft_wrap=True)
        console.print(f"The painter is in {trained.painter}. Next: impasto paint {out}", soft_wrap=True)
    if trained.interrupted:
        raise typer.Exit(130)


def _painter_and_store(what: list[str]) -> tuple[str | None, Path]:
    """The two words, of which the first may be left out."""
    from impasto.errors import UsageError

    *before, store = what
    if len(before) > 1:
        raise UsageError(f"Give a painter and a store, not {len(what)} words: impasto train [PAINTER] STORE --out RUN.")
    return (before[0] if before else None), Path(store)


class Watch:
    """Shows a run's journal as it is written: a bar on a terminal, plain lines elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        columns = (
            BarColumn(30),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
            TextColumn("{task.description}"),
        )
        self.bar = Progress(*columns, console=console) if console.is_terminal and not quiet else None
        self.line = steady(lambda text: console.print(text, soft_wrap=True), every=10)

    def __enter__(self) -> Self:
        if self.bar:
            self.bar.start()
            self.task = self.bar.add_task("", total=1)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.bar:
            self.bar.stop()

    def __call__(self, event: dict[str, Any]) -> None:
        """Show an event."""
        if self.quiet:
            return
        match event["kind"]:
            case "choice":
                told = "".join(f", {key}={value}" for key, value in event["settings"].items())
                console.print(f"{event['painter']}, {event['preset']}{told}. {event['reason']}", soft_wrap=True)
            case "plan":
                self._plan(event)
            case "train":
                self._train(event)
            case "skip":
                self.line(
                    f"Step {event['step']:,}: the gradient of {', '.join(event['players'])} was not finite; skipped."
                )
            case "rollback":
                text = f"Step {event['failed']:,} went wrong; back to step {event['step']:,} with new noise."
                console.print(text, soft_wrap=True)

    def _plan(self, event: dict[str, Any]) -> None:
        start = f"Goes on from step {event['resumed']:,}. " if event["resumed"] else ""
        console.print(
            f"{start}{event['parameters']:,} parameters, {event['horizon']:,} steps planned in {event['precision']}, "
            f"about {duration(event['eta'])}; each picture is seen {event['passes']:,.1f} times.",
            soft_wrap=True,
        )
        if event.get("warning"):
            console.print(f"Note: {event['warning']}", soft_wrap=True)

    def _train(self, event: dict[str, Any]) -> None:
        losses = "  ".join(
            f"{k.removesuffix('/loss')} {v:.3f}"
            for k, v in event["logs"].items()
            if k.endswith("/loss") and v is not None
        )
        text = f"{event['speed']:.0f} pictures/s  {duration(event['eta'])} left  {losses}"
        if self.bar:
            self.bar.update(self.task, completed=event["step"], total=event["horizon"], description=text)
        else:
            self.line(f"{event['step']:,}/{event['horizon']:,}  {text}")
