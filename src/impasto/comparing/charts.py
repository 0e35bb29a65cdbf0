"""The charts of a comparison. An entry has the same colour, dashes and marker in all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from impasto.comparing import findings
from impasto.comparing.findings import Metric, final_number, finished_runs, metric_curve, metrics
from impasto.pages.figures import INK, plots

__all__ = ["COLOURS", "Chart", "charts"]

COLOURS = ("#332288", "#cc6677", "#117733", "#4a9fd0", "#882255", "#44aa99", "#999933", "#aa4499")
"""Distinct for colour-blind readers too, and dark enough for print. Source: the 'muted' scheme of Paul Tol 2021."""
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
MARKERS = "osD^vPX*"
SOFT_INK = "#756d64"
BOOTSTRAP_INK = "#a39a8f"
LONGEST_NAME = 26

Results = Mapping[str, Any]


@dataclass(frozen=True)
class Chart:
    """A chart for the page and for a file.

    Attributes:
        name: Name of its file, without an ending.
        title: What it shows, in a few words.
        caption: How to read it.
        draw: Draws on an array of axes, shape (rows, columns).
        shape: Rows and columns of axes.
        size: Width and height in inches.
    """

    name: str
    title: str
    caption: str
    draw: Callable[[Any], None]
    shape: tuple[int, int] = (1, 1)
    size: tuple[float, float] = (10.0, 3.6)

    @contextmanager
    def drawn(self) -> Iterator[Any]:
        """The finished figure, which is closed at the end of the block."""
        with plots(*self.shape, size=self.size) as (figure, axes):
            self.draw(axes)
            yield figure


@dataclass(frozen=True)
class _LineStyle:
    """How an entry is drawn, and its name in legends."""

    colour: str
    dash: Any
    marker: str
    name: str


def charts(results: Results) -> list[Chart]:
    """All charts that the results have numbers for."""
    builders = (_training_chart, _frechet_chart, _final_chart, _category_chart, _ratio_chart)
    return [chart for build in builders if (chart := build(results)) is not None]


def _comparable_metrics(results: Results) -> list[Metric]:
    """Metrics whose values may stand on one axis: those that all runs computed in the same way."""
    return [metric for metric in metrics(results) if metric.comparable]


def _line_styles(results: Results) -> dict[str, _LineStyle]:
    """Name of each entry → how it is drawn.

    After the last colour the dashes and markers are shifted by one, so that no pair of colour and dash repeats soon.
    """
    styles = {}
    for i, entry in enumerate(results["entries"]):
        shifted = i + i // len(COLOURS)
        styles[entry["name"]] = _LineStyle(
            colour=COLOURS[i % len(COLOURS)],
            dash=DASHES[shifted % len(DASHES)],
            marker=MARKERS[shifted % len(MARKERS)],
            name=_short(entry["name"]),
        )
    return styles


def _short(name: str) -> str:
    """A name cut to `LONGEST_NAME` characters, with dollar signs escaped so that matplotlib sets no formula."""
    name = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    return name.replace("$", r"\$")


def _add_legend(axes: Any, styles: Mapping[str, _LineStyle], names: set[str], *, lines: bool = True) -> None:
    """Add one legend of the named entries above all axes, as a chart of many axes has no room for one in each."""
    from matplotlib.lines import Line2D

    drawn_styles = [style for name, style in styles.items() if name in names]
    handles = [
        Line2D([], [], color=style.colour, linestyle=style.dash if lines else "", marker=style.marker, markersize=4)
        for style in drawn_styles
    ]
    # Matplotlib leaves out labels that begin with an underscore.
    labels = [f" {style.name}" if style.name.startswith("_") else style.name for style in drawn_styles]
    columns = min(4, len(labels))
    axes.flat[0].figure.legend(handles, labels, loc="outside upper center", ncols=columns, handlelength=3.2)


def _plot_curves(axis: Any, results: Results, key: str, over: str, unit: float = 1.0) -> set[str]:
    """Plot a metric's curve of every entry that has one.

    Args:
        axis: Matplotlib axes to draw on; they become logarithmic where the values span more than a factor of 12.
        results: The content of `results.json`.
        key: Name of the metric.
        over: 'step' or 'seconds'.
        unit: Number of steps or seconds in one unit of the axis.

    Returns:
        Names of the entries that were drawn.
    """
    styles = _line_styles(results)
    drawn = set()
    lowest = math.inf
    highest = 0.0
    for entry in results["entries"]:
        curve = metric_curve(entry, key, over)
        if curve is None:
            continue
        style = styles[entry["name"]]
        drawn.add(entry["name"])
        x = [position / unit for position in curve.x]
        axis.plot(
            x,
            curve.mean,
            color=style.colour,
            linestyle=style.dash,
            linewidth=1.4,
            marker=style.marker,
            markersize=3.6,
            markevery=max(1, len(x) // 6),
        )
        if curve.seeds > 1:
            axis.fill_between(x, curve.low, curve.high, color=style.colour, alpha=0.13, linewidth=0)
        lowest = min(lowest, *curve.low)
        highest = max(highest, *curve.high)
    if 0 < lowest < highest / 12:
        axis.set_yscale("log")
    return drawn


def _training_chart(results: Results) -> Chart | None:
    shown = [
        metric
        for metric in _comparable_metrics(results)
        if any(metric_curve(entry, metric.key, "step") for entry in results["entries"])
    ]
    if not shown:
        return None
    rows, columns = _grid(shown)

    def draw(axes: Any) -> None:
        drawn = set()
        for axis, metric in _pair_axes(axes, shown):
            drawn |= _plot_curves(axis, results, metric.key, "step")
            axis.set_title(metric.label, loc="left")
            axis.locator_params(axis="x", nbins=5)
        for axis in axes[-1]:
            axis.set_xlabel("step")
        _add_legend(axes, _line_styles(results), drawn)

    caption = f"Every metric along training. {_LINE_AND_BAND}{_count_note(results)}"
    return Chart("curves", "Along training", caption, draw, (rows, columns), (10, 1.0 + 2.3 * rows))


_LINE_AND_BAND = "Line: mean over the seeds; band: from the lowest seed to the highest. "


def _curve_points(results: Results) -> list[Mapping[str, Any]]:
    """The points of all runs' curves."""
    return [point for entry in results["entries"] for run in entry["runs"] for point in run.get("curve") or ()]


def _count_note(results: Results) -> str:
    """Says how many pictures a point was measured on, as a metric's value depends on that number."""
    counts = sorted({point["count"] for point in _curve_points(results)})
    numbers = " or ".join(f"{count:,}" for count in counts)
    return f"Each point is of {numbers} painted pictures, and not to be compared with one of another count."


def _grid(shown: Sequence[Metric]) -> tuple[int, int]:
    """Rows and columns of axes, one for each metric."""
    columns = min(3, len(shown))
    return math.ceil(len(shown) / columns), columns


def _pair_axes(axes: Any, shown: Sequence[Metric]) -> Iterator[tuple[Any, Metric]]:
    """Each metric with its axes; axes that are left over are hidden."""
    for axis in axes.flat[len(shown) :]:
        axis.set_axis_off()
    yield from zip(axes.flat, shown, strict=False)


def _frechet_chart(results: Results) -> Chart | None:
    metric = findings.frechet_metric(results)
    if metric is None or not metric.comparable:
        return None
    if not any(metric_curve(entry, metric.key, "seconds") for entry in results["entries"]):
        return None
    seconds, unit = _time_unit(max(point["seconds"] for point in _curve_points(results)))

    def draw(axes: Any) -> None:
        drawn = _plot_curves(axes[0, 0], results, metric.key, "step")
        _plot_curves(axes[0, 1], results, metric.key, "seconds", seconds)
        axes[0, 0].set_xlabel("step")
        axes[0, 1].set_xlabel(f"{unit} of training")
        axes[0, 0].set_ylabel(metric.label)
        _add_legend(axes, _line_styles(results), drawn)

    caption = f"{metric.title} by step, and by the time that training took. {_LINE_AND_BAND}{_count_note(results)}"
    return Chart("frechet", "Distance by step, and by time", caption, draw, (1, 2), (10, 4.4))


def _time_unit(longest: float) -> tuple[float, str]:
    """Length in seconds and name of the unit for an axis that ends at `longest` seconds."""
    if longest > 3 * 3600:
        return 3600.0, "hours"
    return (60.0, "minutes") if longest > 3 * 60 else (1.0, "seconds")


def _final_chart(results: Results) -> Chart | None:
    entries = list(results["entries"])
    shown = [
        metric
        for metric in _comparable_metrics(results)
        if any(metric.key in (entry.get("summary") or {}) for entry in entries)
    ]
    if not shown:
        return None
    rows, columns = _grid(shown)
    styles = _line_styles(results)

    def draw(axes: Any) -> None:
        for i, (axis, metric) in enumerate(_pair_axes(axes, shown)):
            for y, entry in enumerate(entries):
                _draw_bar(axis, y, entry, metric, styles[entry["name"]])
            if metric.real is not None:
                axis.axvline(metric.real, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
            # Names stand only at the first column of axes.
            names = [style.name if i % columns == 0 else "" for style in styles.values()]
            axis.set_yticks(range(len(entries)), names)
            axis.set_ylim(len(entries) - 0.5, -0.5)
            axis.set_title(metric.label, loc="left")
            axis.locator_params(axis="x", nbins=4)

    caption = (
        "Final values. Bar: mean over the seeds; dots: single seeds; black: 95 % interval over the seeds, or, grey, "
        "over the pictures of a single seed, where there is but one. Dashed: real pictures. "
        "A metric that a painter has not is left empty."
    )
    size = (10, rows * (0.75 + 0.2 * max(3, len(entries))))
    return Chart("finals", "Final values", caption, draw, (rows, columns), size)


def _draw_bar(axis: Any, y: int, entry: Mapping[str, Any], metric: Metric, style: _LineStyle) -> None:
    """Draw an entry's mean as a horizontal bar at height `y`, with its interval and its single seeds."""
    summary = (entry.get("summary") or {}).get(metric.key)
    if not summary or summary["mean"] is None:
        return
    axis.barh(y, summary["mean"], height=0.66, color=style.colour, alpha=0.75)
    numbers = [final_number(run, metric.key) for run in finished_runs(entry)]
    interval = summary["interval"] or next((number["interval"] for number in numbers if number.get("interval")), None)
    if interval:
        colour = INK if summary["interval"] else BOOTSTRAP_INK
        axis.plot(interval, [y, y], color=colour, linewidth=1.2, marker="|", markersize=7)
    values = [number["value"] for number in numbers if number.get("value") is not None]
    axis.plot(values, [y] * len(values), "o", color="white", markeredgecolor=INK, markersize=3, markeredgewidth=0.6)


def _category_chart(results: Results) -> Chart | None:
    categories = results["store"].get("categories")
    real_shares = results["store"].get("shares")
    if not categories or not real_shares:
        return None
    painted_shares = _painted_shares(results)
    styles = {name: style for name, style in _line_styles(results).items() if name in painted_shares}

    def draw(axes: Any) -> None:
        axis = axes[0, 0]
        x = np.arange(len(categories))
        axis.bar(x, [100 * share for share in real_shares], 0.86, color="#ddd5c8", zorder=0)
        for i, (name, style) in enumerate(styles.items()):
            offset = 0.7 * ((i + 0.5) / len(styles) - 0.5)
            percentages = [100 * share for share in painted_shares[name]]
            axis.plot(x + offset, percentages, style.marker, color=style.colour, markersize=5)
        crowded = len(categories) > 6
        labels = [_short(category) for category in categories]
        axis.set_xticks(x, labels, rotation=30 if crowded else 0, ha="right" if crowded else "center")
        axis.set_ylabel("% of pictures")
        if styles:
            _add_legend(axes, styles, set(styles), lines=False)

    caption = "Share of each category. Broad bars: in the data."
    if styles:
        caption += " Marks: among the painted pictures, as recognised by a judge, mean over the seeds."
    return Chart("categories", "Categories", caption, draw, size=(10, 3.8))


def _painted_shares(results: Results) -> dict[str, list[float]]:
    """Name of each entry that has them → shares of the categories among its painted pictures, mean over the seeds."""
    means = {}
    for entry in results["entries"]:
        by_seed = [run["painted_shares"] for run in finished_runs(entry) if run.get("painted_shares")]
        if by_seed:
            means[entry["name"]] = [fmean(shares) for shares in zip(*by_seed, strict=True)]
    return means


def _ratio_chart(results: Results) -> Chart | None:
    requested = {(ratio["metric"], ratio["of"], ratio["to"]) for ratio in results.get("ratios") or ()}
    shown = [ratio for ratio in findings.ratios(results) if (ratio["metric"], ratio["of"], ratio["to"]) in requested]
    if not shown:
        return None
    styles = _line_styles(results)

    def draw(axes: Any) -> None:
        axis = axes[0, 0]
        for y, ratio in enumerate(shown):
            colour = styles[ratio["of"]].colour
            if ratio.get("interval"):
                axis.plot(ratio["interval"], [y, y], color=colour, linewidth=2, alpha=0.6)
            axis.plot(ratio["value"], y, "o", color=colour, markersize=6)
            if ratio["paper"] is not None:
                axis.plot(ratio["paper"], y, "D", color="none", markeredgecolor=INK, markersize=6.5)
        axis.axvline(1, color=SOFT_INK, linewidth=0.8, linestyle=(0, (4, 3)))
        labels = [f"{_short(ratio['of'])} : {_short(ratio['to'])}   {ratio['metric']}" for ratio in shown]
        axis.set_yticks(range(len(shown)), labels)
        axis.set_ylim(len(shown) - 0.5, -0.5)

    caption = "Dot and line: ratio here and its interval; hollow diamond: the paper's ratio; dashed: no difference."
    return Chart("ratios", "Ratios", caption, draw, size=(10, 0.8 + 0.27 * len(shown)))
