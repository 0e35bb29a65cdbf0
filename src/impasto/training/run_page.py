"""The page of a run: what was trained, its curves, and how its pictures came to be."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from PIL import Image

from impasto.errors import CheckpointError
from impasto.files import read_json, write_whole
from impasto.pages.figures import inline_image, inline_plot, plots
from impasto.pages.page import Card, Cards, Details, Figure, Page, Part, Preformatted, Section
from impasto.training.journal import read_events

__all__ = ["write_report"]

SHOWN_GRIDS = 6
"""Sample grids on the page, the first and the last among them."""

Event = dict[str, Any]


def write_report(run: Path) -> Path:
    """Write `report.html` of a run folder from its `run.json`, journal and sample grids.

    Raises:
        CheckpointError: When the folder is no run.
        ImpastoError: When it cannot be written.
    """
    description = read_json(run / "run.json", CheckpointError)
    description = {"store": description["data"], **description}  # As runs of version 0.1.0 have it.
    events = read_events(run)
    train_events = [event for event in events if event["kind"] == "train"]
    parts: list[Part] = [_cards(description, train_events)]
    if train_events:
        caption = "What each player logged, averaged between two lines."
        parts.append(Section("Curves", [Figure(_curves(train_events), caption)]))
    if grids := _sample_grids(run, events):
        parts.append(Section("The same sixteen pictures along the way", grids))
    troubles = [event for event in events if event["kind"] in ("skip", "rollback", "interrupted", "failed")]
    if troubles:
        lines = "\n".join(str(event) for event in troubles)
        parts.append(Details("What went wrong or was interrupted", [Preformatted(lines)]))
    settings = "\n".join(f"{k}: {v}" for k, v in {**description["config"], **description["settings"]}.items())
    parts.append(Details("Settings", [Preformatted(settings)]))
    subtitle = f"{run.name}, on {description['store']['store']}"
    file = run / "report.html"
    write_whole(file, Page(f"Training {description['painter']}", subtitle, parts).html())
    return file


def _cards(description: dict[str, Any], train_events: list[Event]) -> Cards:
    last = train_events[-1] if train_events else {"step": 0, "elapsed": 0.0, "speed": 0.0}
    batch = description["settings"]["batch"]
    pictures = description["store"]["pictures"]
    return Cards(
        [
            Card(f"{last['step']:,}", "steps", f"of {batch} pictures"),
            Card(f"{last['elapsed'] / 60:.1f}", "minutes", str(description["precision"])),
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
    return [Figure(inline_image(Image.open(file)), f"step {int(file.stem[5:]):,}", sheet=True) for file in shown]


def _curves(train_events: list[Event]) -> str:
    names = [
        name for name in train_events[-1]["logs"] if any(event["logs"].get(name) is not None for event in train_events)
    ]
    columns = min(3, max(1, len(names)))
    rows = math.ceil(len(names) / columns)
    with plots(rows, columns, size=(10, 1.9 * rows)) as (figure, axes):
        for axis in axes.flat[len(names) :]:
            axis.set_axis_off()
        for axis, name in zip(axes.flat, names, strict=False):
            points = [(e["step"], e["logs"][name]) for e in train_events if e["logs"].get(name) is not None]
            axis.plot(*zip(*points, strict=True), linewidth=1)
            axis.set_title(name, loc="left")
        return inline_plot(figure)
