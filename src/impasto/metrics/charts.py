"""The drawings of a report."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from impasto.metrics.copying import Copying
from impasto.pages.figures import INK, PALETTE, inline_plot, plots

__all__ = ["distances", "losses", "overview", "shares"]

PAINTED, REAL = PALETTE[0], PALETTE[1]


def overview(metrics: Mapping[str, Mapping[str, Any]]) -> str:
    """Painted beside real for every metric that has a yardstick, each on an axis of its own."""
    drawn = [(name, m) for name, m in metrics.items() if m["value"] is not None and m["real"]]
    columns = min(4, max(1, len(drawn)))
    rows = max(1, math.ceil(len(drawn) / columns))
    with plots(rows, columns, size=(10, 1.55 * rows)) as (figure, axes):
        for axis in axes.flat[len(drawn) :]:
            axis.set_axis_off()
        for axis, (name, m) in zip(axes.flat, drawn, strict=False):
            for place, (told, colour) in enumerate(((m["real"], REAL), (m, PAINTED))):
                axis.barh(place, told["value"], height=0.56, color=colour, alpha=0.85)
                if told["interval"]:
                    axis.plot(told["interval"], [place, place], color=INK, linewidth=1.6, solid_capstyle="butt")
            axis.set_yticks([0, 1], ["real", "painted"])
            axis.set_title(f"{name}{_arrow(m['better'])}", loc="left")
            axis.locator_params(axis="x", nbins=4)
        return inline_plot(figure)


def _arrow(better: str) -> str:
    return {"lower": "  ↓", "higher": "  ↑"}.get(better, "")


def distances(copying: Copying) -> str:
    """Histograms of the distances to the training set, painted and held-out."""
    painted, held_out = copying.generated.numpy(), copying.held_out.numpy()
    # The far tail of a bad painter would squeeze what matters, which lies near and left of the held-out.
    right = max(float(np.quantile(held_out, 0.995)) * 1.3, float(np.quantile(painted, 0.9)))
    bins = np.linspace(0, max(right, 1e-6), 60)
    with plots(size=(7.5, 3.0)) as (figure, axes):
        axis = axes[0, 0]
        for values, colour, word in (
            (held_out, REAL, "held-out real pictures"),
            (painted, PAINTED, "painted pictures"),
        ):
            weights = np.full(len(values), 100 / len(values))
            axis.hist(np.minimum(values, bins[-1]), bins=bins, weights=weights, color=colour, alpha=0.55, label=word)
        for percent in (1, 5):
            axis.axvline(float(np.percentile(held_out, percent)), color=REAL, linewidth=0.9, linestyle=(0, (4, 3)))
        axis.set_xlabel("distance to the nearest training picture (dashed: 1st and 5th percentile of held-out)")
        axis.set_ylabel("% of pictures")
        axis.legend()
        return inline_plot(figure)


def shares(rows: Sequence[Mapping[str, Any]]) -> str:
    """Bars of the share of each category: asked for, seen among painted, seen among real."""
    kinds = [("real", "seen among real", REAL), ("recognised", "seen among painted", PAINTED)]
    if all(row["asked"] is not None for row in rows):
        kinds.insert(1, ("asked", "asked for", PALETTE[2]))
    place = np.arange(len(rows))
    width = 0.8 / len(kinds)
    with plots(size=(10, 3.2)) as (figure, axes):
        axis = axes[0, 0]
        for i, (key, word, colour) in enumerate(kinds):
            heights = [100 * row[key] for row in rows]
            axis.bar(place + (i - (len(kinds) - 1) / 2) * width, heights, width, color=colour, alpha=0.85, label=word)
        axis.set_xticks(place, [row["name"] for row in rows], rotation=40 if len(rows) > 5 else 0, ha="right")
        if len(rows) <= 5:
            axis.set_xticks(place, [row["name"] for row in rows], ha="center")
        axis.set_ylabel("% of pictures")
        axis.legend()
        return inline_plot(figure)


def losses(events: Path) -> str | None:
    """Curves of what a training journal logged, or None when it holds nothing to draw."""
    found = _logged(events)
    if not found:
        return None
    names = sorted(found)[:12]
    columns = min(3, len(names))
    rows = math.ceil(len(names) / columns)
    with plots(rows, columns, size=(10, 2.1 * rows)) as (figure, axes):
        for axis in axes.flat[len(names) :]:
            axis.set_axis_off()
        for axis, name in zip(axes.flat, names, strict=False):
            steps, values = np.array(found[name]).T
            axis.plot(steps, values, color=PALETTE[5], alpha=0.45, linewidth=0.8)
            axis.plot(steps, _running_median(values), color=PAINTED, linewidth=1.5)
            low, high = np.quantile(values, [0.005, 0.995])
            if high > low:
                axis.set_ylim(low - 0.08 * (high - low), high + 0.08 * (high - low))
            axis.set_title(name, loc="left")
            axis.locator_params(nbins=4)
        return inline_plot(figure)


def _logged(events: Path) -> dict[str, list[tuple[float, float]]]:
    """Points of each logged value; lines that cannot be read are left out."""
    found: dict[str, list[tuple[float, float]]] = {}
    try:
        lines = events.read_text(encoding="utf8").splitlines()
    except (OSError, UnicodeDecodeError):
        return found
    for line in lines:
        try:
            event = json.loads(line)
            if event["kind"] != "train":
                continue
            for name, value in event["logs"].items():
                if isinstance(value, int | float) and math.isfinite(value):
                    found.setdefault(str(name), []).append((float(event["step"]), float(value)))
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError):
            continue
    return {name: points for name, points in found.items() if len(points) > 1}


def _running_median(values: np.ndarray) -> np.ndarray:
    reach = max(1, len(values) // 40)
    return np.array([np.median(values[max(0, i - reach) : i + reach + 1]) for i in range(len(values))])
