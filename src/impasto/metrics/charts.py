"""The drawings of a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from impasto.files import read_json_lines
from impasto.metrics.category_report import CategoryRow
from impasto.metrics.nearest_training import NearestTraining
from impasto.metrics.number import Better, Number, Yardstick
from impasto.pages.figures import INK, PALETTE, inline_plot, plots

__all__ = ["distances", "losses", "overview", "shares"]

PAINTED = PALETTE[0]
REAL = PALETTE[1]


def overview(metrics: Mapping[str, Number]) -> str:
    """Painted beside real for every number that has a yardstick, each on an axis of its own."""
    shown = [(name, number, number.real) for name, number in metrics.items() if number.real]
    columns = min(4, max(1, len(shown)))
    rows = max(1, math.ceil(len(shown) / columns))
    with plots(rows, columns, size=(10, 1.55 * rows)) as (figure, axes):
        for axis in axes.flat[len(shown) :]:
            axis.set_axis_off()
        for axis, (name, number, real) in zip(axes.flat, shown, strict=False):
            bars: tuple[tuple[Number | Yardstick, str], ...] = ((real, REAL), (number, PAINTED))
            for place, (bar, colour) in enumerate(bars):
                axis.barh(place, bar.value, height=0.56, color=colour, alpha=0.85)
                if bar.interval:
                    axis.plot(bar.interval, [place, place], color=INK, linewidth=1.6, solid_capstyle="butt")
            axis.set_yticks([0, 1], ["real", "painted"])
            axis.set_title(f"{name}{_arrow(number.better)}", loc="left")
            axis.locator_params(axis="x", nbins=4)
        return inline_plot(figure)


def _arrow(better: Better) -> str:
    return {"lower": "  ↓", "higher": "  ↑"}.get(better, "")


def distances(nearest: NearestTraining) -> str:
    """Histograms of the distances to the training set, painted and held-out."""
    painted = nearest.painted.numpy()
    held_out = nearest.held_out.numpy()
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


def shares(rows: Sequence[CategoryRow]) -> str:
    """Bars of the share of each category: asked for, recognised among painted, recognised among real pictures."""
    bars = [
        ("seen among real", REAL, [row.real for row in rows]),
        ("seen among painted", PAINTED, [row.recognised for row in rows]),
    ]
    requested = [row.requested for row in rows if row.requested is not None]
    if len(requested) == len(rows):
        bars.insert(1, ("asked for", PALETTE[2], requested))
    names = [row.name for row in rows]
    place = np.arange(len(rows))
    width = 0.8 / len(bars)
    with plots(size=(10, 3.2)) as (figure, axes):
        axis = axes[0, 0]
        for i, (word, colour, values) in enumerate(bars):
            heights = [100 * value for value in values]
            axis.bar(place + (i - (len(bars) - 1) / 2) * width, heights, width, color=colour, alpha=0.85, label=word)
        many = len(rows) > 5
        axis.set_xticks(place, names, rotation=40 if many else 0, ha="right" if many else "center")
        axis.set_ylabel("% of pictures")
        axis.legend()
        return inline_plot(figure)


def losses(events: Path) -> str | None:
    """Curves of what a training journal logged, or None when it holds nothing to draw."""
    logged = _logged(events)
    if not logged:
        return None
    names = sorted(logged)[:12]
    columns = min(3, len(names))
    rows = math.ceil(len(names) / columns)
    with plots(rows, columns, size=(10, 2.1 * rows)) as (figure, axes):
        for axis in axes.flat[len(names) :]:
            axis.set_axis_off()
        for axis, name in zip(axes.flat, names, strict=False):
            steps, values = np.array(logged[name]).T
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
    logged: dict[str, list[tuple[float, float]]] = {}
    try:
        lines = read_json_lines(events)
    except OSError:
        return logged
    for event in lines:
        try:
            if event["kind"] != "train":
                continue
            for name, value in event["logs"].items():
                if isinstance(value, int | float) and math.isfinite(value):
                    logged.setdefault(str(name), []).append((float(event["step"]), float(value)))
        except (KeyError, TypeError, AttributeError):
            continue
    return {name: points for name, points in logged.items() if len(points) > 1}


def _running_median(values: np.ndarray) -> np.ndarray:
    reach = max(1, len(values) // 40)
    return np.array([np.median(values[max(0, i - reach) : i + reach + 1]) for i in range(len(values))])
