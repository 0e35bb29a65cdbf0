"""The charts of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from markupsafe import Markup

from impasto.metrics.category_report import CategoryRow
from impasto.metrics.nearest_training import NearestTraining
from impasto.metrics.number import Better, Number, Yardstick
from impasto.metrics.training_log import logged_values
from impasto.pages.colours import ACCENT, FAINT, INK, REAL, REQUESTED
from impasto.pages.figures import inline_plot, panels, plots

__all__ = ["content_style", "distances", "losses", "overview", "shares"]

CURVES = 12
"""Most values of a journal that are drawn."""
LONGEST_NAME = 26
"""Characters of a category's name on a chart; the table has the whole."""


def overview(metrics: Mapping[str, Number]) -> list[tuple[str, Markup]]:
    """Painted beside real for every number that is known for real pictures too: name and chart of each."""
    names = [name for name, number in metrics.items() if number.real]

    def draw(axis: Any, name: str) -> None:
        number = metrics[name]
        assert number.real is not None
        bars: tuple[tuple[Number | Yardstick, str], ...] = ((number.real, REAL), (number, ACCENT))
        for place, (bar, colour) in enumerate(bars):
            axis.barh(place, bar.value, height=0.56, color=colour, alpha=0.85)
            if bar.interval:
                axis.plot(bar.interval, [place, place], color=INK, linewidth=1.6, solid_capstyle="butt")
        axis.set_yticks([0, 1], ["real", "painted"])
        axis.set_title(f"{name}{_arrow(number.better)}", loc="left")
        axis.locator_params(axis="x", nbins=4)

    return list(zip(names, panels(names, draw), strict=True))


def _arrow(better: Better) -> str:
    return {"lower": "  ↓", "higher": "  ↑"}.get(better, "")


def distances(nearest: NearestTraining) -> Markup:
    """Histograms of the distances to the training set, painted and held-out."""
    painted = nearest.painted.numpy()
    held_out = nearest.held_out.numpy()
    # The far tail of a bad painter would squeeze what matters, which lies near and left of the held-out.
    right = max(float(np.quantile(held_out, 0.995)) * 1.3, float(np.quantile(painted, 0.9)))
    bins = np.linspace(0, max(right, 1e-6), 60)
    with plots(size=(7.5, 3.0)) as (figure, axes):
        axis = axes[0, 0]
        for values, colour, word in (
            (held_out, REAL, "real pictures that were not trained on"),
            (painted, ACCENT, "painted pictures"),
        ):
            weights = np.full(len(values), 100 / len(values))
            axis.hist(np.minimum(values, bins[-1]), bins=bins, weights=weights, color=colour, alpha=0.55, label=word)
        for percent in (1, 5):
            axis.axvline(float(np.percentile(held_out, percent)), color=REAL, linewidth=0.9, linestyle=(0, (4, 3)))
        axis.set_xlabel("distance to the nearest training picture")
        axis.set_ylabel("% of pictures")
        figure.legend(loc="outside upper left", ncols=2)
        return inline_plot(figure)


def content_style(points: Sequence[Sequence[float]]) -> Markup:
    """What is left of the distance from a collection against the content lost, strength by strength.

    Args:
        points: Content lost and distance left of each strength, from weak to strong.
    """
    lost, left = zip((0.0, 1.0), *points, strict=True)
    with plots(size=(5.0, 3.4)) as (figure, axes):
        axis = axes[0, 0]
        axis.plot(lost, left, color=ACCENT, marker="o", markersize=4)
        axis.plot(lost[:1], left[:1], color=REAL, marker="o", markersize=6, linestyle="none")
        axis.set_xlabel("content lost (LPIPS)")
        axis.set_ylabel("distance left")
        axis.set_ylim(bottom=0)
        return inline_plot(figure)


def shares(rows: Sequence[CategoryRow]) -> Markup:
    """Bars of the share of each category: asked for, recognised among painted, recognised among real pictures."""
    bars = [
        ("recognised among real pictures", REAL, [row.real for row in rows]),
        ("recognised among paintings", ACCENT, [row.recognised for row in rows]),
    ]
    requested = [row.requested for row in rows if row.requested is not None]
    if len(requested) == len(rows):
        bars.insert(1, ("asked for", REQUESTED, requested))
    names = [row.name if len(row.name) <= LONGEST_NAME else row.name[: LONGEST_NAME - 1] + "…" for row in rows]
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
        figure.legend(loc="outside upper left", ncols=len(bars))
        return inline_plot(figure)


def losses(journal: Path) -> list[tuple[str, Markup]]:
    """Curves of what a training journal logged: name and chart of each."""
    logged = logged_values(journal)
    names = sorted(logged)[:CURVES]

    def draw(axis: Any, name: str) -> None:
        steps, values = np.array(logged[name]).T
        axis.plot(steps, values, color=FAINT, alpha=0.6, linewidth=0.8)
        axis.plot(steps, _running_median(values), color=ACCENT, linewidth=1.5)
        low, high = np.quantile(values, [0.005, 0.995])
        if high > low:
            axis.set_ylim(low - 0.08 * (high - low), high + 0.08 * (high - low))
        axis.set_title(name, loc="left")
        axis.locator_params(nbins=4)

    return list(zip(names, panels(names, draw), strict=True))


def _running_median(values: np.ndarray) -> np.ndarray:
    reach = max(1, len(values) // 40)
    return np.array([np.median(values[max(0, i - reach) : i + reach + 1]) for i in range(len(values))])
