"""The page of a run: what was trained, its curves, and how its pictures came to be."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from impasto.errors import CheckpointError
from impasto.files import read_json, write_whole
from impasto.pages.colours import ACCENT, REAL
from impasto.pages.figures import inline_image, inline_plot, panels, plots
from impasto.pages.numbers import SHORT_TRAINING, counted
from impasto.pages.page import (
    Card,
    Cards,
    Columns,
    Details,
    Drawing,
    Figure,
    Lead,
    Page,
    Paragraph,
    Part,
    Preformatted,
    Section,
)
from impasto.training.journal import read_events
from impasto.training.losses import Losses, summary
from impasto.training.nearness import Nearness, copying_summary

__all__ = ["write_report"]

SHOWN_GRIDS = 6
"""Sample grids on the page, the first and the last among them."""

Event = dict[str, Any]
NOTHING: Event = {"step": 0, "elapsed": 0.0, "speed": 0.0}
"""Stands for the last line of a journal that has none."""


def write_report(run: Path) -> Path:
    """Write `report.html` of a run folder from its `run.json`, journal and sample grids.

    Raises:
        CheckpointError: When the folder is not a run.
        ImpastoError: When it cannot be written.
    """
    description = read_json(run / "run.json", CheckpointError)
    description = {"store": description["data"], **description}  # As runs of version 0.1.0 have it.
    events = read_events(run)
    train_events = [event for event in events if event["kind"] == "train"]
    troubles = [event for event in events if event["kind"] in ("skip", "rollback", "interrupted", "failed")]
    grids = _sample_grids(run, events)
    losses = Losses.of_events(events)
    nearnesses = Nearness.of_events(events)
    headline, sentences = _summary(description, train_events, troubles)
    parts: list[Part] = [
        *grids[-1:],
        Lead(headline, " ".join(filter(None, [sentences, summary(losses), copying_summary(nearnesses)]))),
        _cards(description, train_events),
    ]
    if train_events:
        lead = "What training logged, averaged between two lines of the journal."
        parts.append(Section("Losses and other values by step", [Paragraph(lead), _curves(train_events)]))
    charts = [*([_held_out(losses)] if len(losses) > 1 else []), *([_near(nearnesses)] if len(nearnesses) > 1 else [])]
    if charts:
        parts.append(Section("Pictures that were not learned from", charts))
    if len(grids) > 1:
        parts.append(Section("The same pictures, earlier in training", grids[:-1]))
    if troubles:
        lines = "\n".join(json.dumps(event, ensure_ascii=False) for event in troubles)
        title = "What went wrong, or interrupted the training"
        parts.append(Details(title, [Preformatted(lines, title)]))
    settings = "\n".join(f"{k}: {v}" for k, v in {**description["config"], **description["settings"]}.items())
    parts.append(Details("Settings", [Preformatted(settings, "Settings")]))
    subtitle = f"Run {run.name}, on the store {description['store']['store']}"
    file = run / "report.html"
    write_whole(file, Page(f"Training {description['painter']}", subtitle, parts).html())
    return file


def _summary(description: dict[str, Any], train_events: list[Event], troubles: list[Event]) -> tuple[str, str]:
    """What became of the run, in a headline and in sentences."""
    last = train_events[-1] if train_events else NOTHING
    pictures = description["store"]["pictures"]
    passes = last["step"] * description["settings"]["batch"] / max(1, pictures)
    sentences = [f"Each of the {counted(pictures, 'training picture')} was seen {passes:.1f} times."]
    origin = description.get("facts", {}).get("from")
    if origin:
        sentences.append(f"Training began from the weights of {origin['source']}.")
    if last["step"] < SHORT_TRAINING:
        sentences.append("So few steps are a very short training: thousands are usual.")
    if troubles:
        sentences.append(f"{counted(len(troubles), 'event')} disturbed it; see below.")
    return f"Trained for {counted(last['step'], 'step')}", " ".join(sentences)


def _cards(description: dict[str, Any], train_events: list[Event]) -> Cards:
    last = train_events[-1] if train_events else NOTHING
    batch = description["settings"]["batch"]
    pictures = description["store"]["pictures"]
    return Cards(
        [
            Card(f"{last['step']:,}", "steps", f"of {counted(batch, 'picture')}"),
            Card(f"{last['elapsed'] / 60:.1f}", "minutes", f"in {description['precision']}"),
            Card(f"{last['speed']:.0f}", "pictures a second", "at the end"),
            Card(f"{pictures:,}", "training pictures", f"seen {last['step'] * batch / pictures:.1f} times"),
        ]
    )


def _sample_grids(run: Path, events: list[Event]) -> list[Figure]:
    """Some of the run's sample grids, evenly spaced."""
    files = [run / event["file"] for event in events if event["kind"] == "sample" and (run / event["file"]).exists()]
    if not files:
        return []
    files = list(dict.fromkeys(files))
    every = max(1, math.ceil((len(files) - 1) / (SHOWN_GRIDS - 1)))
    shown = list(dict.fromkeys([*files[::every], files[-1]]))
    return [
        Figure(_inline(file), f"Painted after {counted(int(file.stem[5:]), 'step')}.", sheet=True) for file in shown
    ]


def _inline(file: Path) -> str:
    with Image.open(file) as image:
        return inline_image(image)


def _held_out(losses: Sequence[Losses]) -> Drawing:
    """Both losses of the averaged weights by step, with a mark at the lowest one."""
    best = min(losses, key=lambda each: each.held_out)
    with plots(size=(6.6, 2.6)) as (figure, axes):
        axis = axes[0, 0]
        steps = [each.step for each in losses]
        axis.plot(steps, [each.held_out for each in losses], color=ACCENT, label="held-out pictures")
        axis.plot(steps, [each.training for each in losses], color=REAL, label="training pictures")
        axis.plot([best.step], [best.held_out], "o", color=ACCENT, label="best")
        axis.set_xlabel("step")
        figure.legend(loc="outside upper left", ncols=3)
        return Drawing(
            inline_plot(figure), "Loss of the averaged weights, with the same noise for both.", "Held-out loss"
        )


def _near(nearnesses: Sequence[Nearness]) -> Drawing:
    """How many of the pictures painted after each step lie near to a training picture, and how many would by chance."""
    with plots(size=(6.6, 2.2)) as (figure, axes):
        axis = axes[0, 0]
        steps = [each.step for each in nearnesses]
        axis.plot(steps, [each.share for each in nearnesses], "o-", color=ACCENT, label="painted pictures")
        axis.plot(steps, [each.expected for each in nearnesses], color=REAL, label="by chance")
        axis.set_ylim(0, 1)
        axis.set_xlabel("step")
        figure.legend(loc="outside upper left", ncols=2)
        caption = "Share of painted pictures nearer to a training picture than 95 % of the pictures held out."
        return Drawing(inline_plot(figure), caption, "Copies")


def _curves(train_events: list[Event]) -> Columns:
    logged = (name for event in train_events for name, value in event["logs"].items() if value is not None)
    names = list(dict.fromkeys(logged))

    def draw(axis: Any, name: str) -> None:
        points = [(e["step"], e["logs"][name]) for e in train_events if e["logs"].get(name) is not None]
        axis.plot(*zip(*points, strict=True), linewidth=1)
        axis.set_title(name, loc="left")
        axis.locator_params(nbins=4)

    charts = zip(names, panels(names, draw), strict=True)
    return Columns([Drawing(chart, title=f"{name} by step", panel=True) for name, chart in charts], least=280)
