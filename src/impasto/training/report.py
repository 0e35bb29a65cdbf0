"""The page of a run: what was trained, its curves, and how its pictures came to be."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from PIL import Image

from impasto.errors import CheckpointError
from impasto.files import read_json, write_whole
from impasto.pages.page import cards, details, figure, inline_image, inline_plot, page, plots, section
from impasto.training.journal import read_events

__all__ = ["write_report"]

SHOWN = 6
"""Sample grids on the page, the first and the last among them."""


def write_report(run: Path) -> Path:
    """Write `report.html` of a run folder from its `run.json`, journal and sample grids.

    Raises:
        CheckpointError: When the folder is no run.
        ImpastoError: When it cannot be written.
    """
    told, events = read_json(run / "run.json", CheckpointError), read_events(run)
    told = {"store": told["data"], **told}  # As runs of version 0.1.0 have it.
    lines = [e for e in events if e["kind"] == "train"]
    parts = [cards(_figures(told, lines))]
    if lines:
        parts.append(section("Curves", figure(_curves(lines), "What each player logged, averaged between two lines.")))
    grids = [run / e["file"] for e in events if e["kind"] == "sample" and (run / e["file"]).exists()]
    grids = list(dict.fromkeys(grids))
    if grids:
        every = max(1, math.ceil((len(grids) - 1) / (SHOWN - 1)))
        shown = list(dict.fromkeys([*grids[::every], grids[-1]]))
        pictures = [figure(inline_image(Image.open(g)), f"step {int(g.stem[5:]):,}", sheet=True) for g in shown]
        parts.append(section("The same sixteen pictures along the way", *pictures))
    troubles = [e for e in events if e["kind"] in ("skip", "rollback", "interrupted", "failed")]
    if troubles:
        parts.append(details("What went wrong or was interrupted", "\n".join(str(e) for e in troubles)))
    parts.append(details("Settings", "\n".join(f"{k}: {v}" for k, v in {**told["config"], **told["settings"]}.items())))
    written = run / "report.html"
    write_whole(written, page(f"Training {told['painter']}", f"{run.name}, on {told['store']['store']}", parts))
    return written


def _figures(told: dict[str, Any], lines: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    last = lines[-1] if lines else {"step": 0, "elapsed": 0.0, "speed": 0.0}
    size = told["settings"]["batch"]
    return [
        (f"{last['step']:,}", "steps", f"of {size} pictures"),
        (f"{last['elapsed'] / 60:.1f}", "minutes", f"{told['precision']}"),
        (f"{last['speed']:.0f}", "pictures a second", "at the end"),
        (
            f"{told['store']['pictures']:,}",
            "training pictures",
            f"seen {last['step'] * size / told['store']['pictures']:.1f} times",
        ),
    ]


def _curves(lines: list[dict[str, Any]]) -> str:
    names = [n for n in lines[-1]["logs"] if any(e["logs"].get(n) is not None for e in lines)]
    columns = min(3, max(1, len(names)))
    with plots(math.ceil(len(names) / columns), columns, size=(10, 1.9 * math.ceil(len(names) / columns))) as (
        drawn,
        axes,
    ):
        for axis in axes.flat[len(names) :]:
            axis.set_axis_off()
        for axis, name in zip(axes.flat, names, strict=False):
            points = [(e["step"], e["logs"][name]) for e in lines if e["logs"].get(name) is not None]
            axis.plot(*zip(*points, strict=True), linewidth=1)
            axis.set_title(name, loc="left")
        return inline_plot(drawn)
