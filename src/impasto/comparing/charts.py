"""The charts of a comparison. An entry has the same colour and line style in all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from impasto.comparing.findings import (
    Axis,
    BesidePaper,
    MetricSummary,
    curve_of,
    distance_summaries,
    metric_summaries,
    ratios_beside_paper,
)
from impasto.comparing.results import EntryResults, Results
from impasto.pages.colours import CARD, FAINT, INK, LINE, SERIES, SOFT
from impasto.pages.figures import plots

__all__ = ["Chart", "charts"]

DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
MARKS = "osD^vPX*"
LONGEST_NAME = 26
HOW_TO_READ = "Line: mean over the seeds; band: from the lowest seed to the highest. "


@dataclass(frozen=True)
class Chart:
    """A chart, shown on the page and written to a file.

    Attributes:
        name: Name of its file, without an ending.
        title: What it shows, in a few words.
        caption: How it is read.
        draw: Draws on axes, an array of (rows, columns).
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
        """The finished figure, to be saved within the block."""
        with plots(*self.shape, size=self.size) as (figure, axes):
            self.draw(axes)
            yield figure


@dataclass(frozen=True)
class _Style:
    """How an entry is drawn."""

    colour: str
    dash: Any
    mark: str
    name: str


def charts(results: Results) -> list[Chart]:
    """All drawings that the results have numbers for."""
    possible = (_curves(results), _distance(results), _finals(results), _shares(results), _ratios(results))
    return [chart for chart in possible if chart is not None]


def _styles(results: Results) -> dict[str, _Style]:
    return {
        entry.name: _Style(
            SERIES[i % len(SERIES)],
            DASHES[(i + i // len(SERIES)) % len(DASHES)],
            MARKS[(i + i // len(SERIES)) % len(MARKS)],
            _shortened(entry.name),
        )
        for i, entry in enumerate(results.entries)
    }


def _shortened(text: str) -> str:
    """A name as a drawing has room for it."""
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def _legend(axes: Any, styles: Mapping[str, _Style], drawn: set[str], *, lines: bool = True) -> None:
    """One legend above all axes: a drawing of many lines has no room for one in each."""
    from matplotlib.lines import Line2D

    shown = [style for name, style in styles.items() if name in drawn]
    handles = [
        Line2D([], [], color=s.colour, linestyle=s.dash if lines else "", marker=s.mark, markersize=4) for s in shown
    ]
    # A label that begins with an underscore would be left out.
    labels = [f" {style.name}" if style.name.startswith("_") else style.name for style in shown]
    axes.flat[0].figure.legend(handles, labels, loc="outside upper center", ncols=min(4, len(shown)), handlelength=3.2)


def _draw_curves(axis: Any, results: Results, key: str, over: Axis, unit: float = 1.0) -> set[str]:
    """Draw the curves of a number; names of the entries that have one.

    Args:
        axis: To draw on.
        results: Results of the comparison.
        key: Name of the number.
        over: What the points lie over.
        unit: Seconds, or steps, that count as one on the axis.
    """
    drawn = set()
    highest = 0.0
    lowest = math.inf
    for entry in results.entries:
        curve = curve_of(entry, key, over)
        if curve is None:
            continue
        style = _styles(results)[entry.name]
        drawn.add(entry.name)
        x = [place / unit for place in curve.x]
        axis.plot(
            x,
            curve.mean,
            color=style.colour,
            linestyle=style.dash,
            linewidth=1.4,
            marker=style.mark,
            markersize=3.6,
            markevery=max(1, len(curve.x) // 6),
        )
        if curve.seeds > 1:
            axis.fill_between(x, curve.low, curve.high, color=style.colour, alpha=0.13, linewidth=0)
        lowest = min(lowest, *curve.low)
        highest = max(highest, *curve.high)
    if 0 < lowest < highest / 12:
        axis.set_yscale("log")
        # The usual labels of powers are formulas, which are switched off for the sake of names with a dollar sign.
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_formatter("")
    return drawn


def _curves(results: Results) -> Chart | None:
    shown = [m for m in metric_summaries(results) if any(curve_of(e, m.key, "step") for e in results.entries)]
    if not shown:
        return None
    columns = min(3, len(shown))
    rows = math.ceil(len(shown) / columns)

    def draw(axes: Any) -> None:
        drawn = set()
        for axis, metric in _each(axes, shown):
            drawn |= _draw_curves(axis, results, metric.key, "step")
            axis.set_title(metric.label, loc="left")
            axis.locator_params(axis="x", nbins=5)
        for axis in axes[-1]:
            axis.set_xlabel("step")
        _legend(axes, _styles(results), drawn)

    caption = f"Every metric along training. {HOW_TO_READ}{_counts(results)}"
    return Chart("curves", "Along training", caption, draw, (rows, columns), (10, 1.0 + 2.3 * rows))


def _counts(results: Results) -> str:
    counts = {point.count for run in results.runs for point in run.curve}
    words = " or ".join(f"{count:,}" for count in sorted(counts))
    return f"Each point is of {words} painted pictures, and not to be compared with one of another count."


def _each(axes: Any, shown: Sequence[MetricSummary]) -> Iterator[tuple[Any, MetricSummary]]:
    for axis in axes.flat[len(shown) :]:
        axis.set_axis_off()
    yield from zip(axes.flat, shown, strict=False)


def _distance(results: Results) -> Chart | None:
    drawable = (m for m in distance_summaries(results) if any(curve_of(e, m.key, "seconds") for e in results.entries))
    metric = next(drawable, None)
    if metric is None:
        return None
    longest = max(point.seconds for run in results.runs for point in run.curve)
    unit, unit_name = next((u for u in ((3600.0, "hours"), (60.0, "minutes")) if longest > 3 * u[0]), (1.0, "seconds"))

    def draw(axes: Any) -> None:
        drawn = _draw_curves(axes[0, 0], results, metric.key, "step")
        _draw_curves(axes[0, 1], results, metric.key, "seconds", unit)
        axes[0, 0].set_xlabel("step")
        axes[0, 1].set_xlabel(f"{unit_name} of training")
        axes[0, 0].set_ylabel(metric.label)
        _legend(axes, _styles(results), drawn)

    caption = f"{metric.title} by step, and by the time that training took. {HOW_TO_READ}{_counts(results)}"
    return Chart("distance", "Distance by step, and by time", caption, draw, (1, 2), (10, 4.4))


def _finals(results: Results) -> Chart | None:
    shown = [metric for metric in metric_summaries(results) if any(metric.key in e.summary for e in results.entries)]
    if not shown:
        return None
    columns = min(3, len(shown))
    rows = math.ceil(len(shown) / columns)
    entries = results.entries

    def draw(axes: Any) -> None:
        for at, (axis, metric) in enumerate(_each(axes, shown)):
            for place, entry in enumerate(entries):
                _bar(axis, place, entry, metric.key, _styles(results)[entry.name])
            if metric.real is not None:
                axis.axvline(metric.real, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
            names = [style.name for style in _styles(results).values()]
            axis.set_yticks(range(len(entries)), names if at % columns == 0 else [""] * len(entries))
            axis.set_ylim(len(entries) - 0.5, -0.5)
            axis.set_title(metric.label, loc="left")
            axis.locator_params(axis="x", nbins=4)

    caption = (
        "Final values. Bar: mean over the seeds; dots: single seeds; black: 95 % interval over the seeds, or, grey, "
        "over the pictures of a single seed, where there is but one. Dashed: real pictures. "
        "A number that could not be measured is left empty."
    )
    size = (10, rows * (0.75 + 0.2 * max(3, len(entries))))
    return Chart("finals", "Final values", caption, draw, (rows, columns), size)


def _bar(axis: Any, place: int, entry: EntryResults, key: str, style: _Style) -> None:
    spread = entry.summary.get(key)
    if spread is None or spread.mean is None:
        return
    axis.barh(place, spread.mean, height=0.66, color=style.colour, alpha=0.75)
    finals = [run.final[key] for run in entry.done if key in run.final]
    interval = spread.interval or next((number.interval for number in finals if number.interval), None)
    if interval:
        colour = INK if spread.interval else FAINT
        axis.plot(interval, [place, place], color=colour, linewidth=1.2, marker="|", markersize=7)
    values = spread.values
    axis.plot(values, [place] * len(values), "o", color=CARD, markeredgecolor=INK, markersize=3, markeredgewidth=0.6)


def _shares(results: Results) -> Chart | None:
    names = results.store.categories
    real = results.store.shares
    if not names or not real:
        return None
    shares = {entry.name: [run.painted_shares for run in entry.done if run.painted_shares] for entry in results.entries}
    shares = {name: by_seed for name, by_seed in shares.items() if by_seed}
    styles = {name: style for name, style in _styles(results).items() if name in shares}

    def draw(axes: Any) -> None:
        axis = axes[0, 0]
        place = np.arange(len(names))
        axis.bar(place, [100 * share for share in real], 0.86, color=LINE, zorder=0)
        for i, (name, style) in enumerate(styles.items()):
            shift = 0.7 * ((i + 0.5) / len(styles) - 0.5)
            heights = [100 * fmean(by_seed) for by_seed in zip(*shares[name], strict=True)]
            axis.plot(place + shift, heights, style.mark, color=style.colour, markersize=5)
        many = len(names) > 6
        axis.set_xticks(
            place, [_shortened(name) for name in names], rotation=30 if many else 0, ha="right" if many else "center"
        )
        axis.set_ylabel("% of pictures")
        if styles:
            _legend(axes, styles, set(styles), lines=False)

    caption = "Share of each category. Broad bars: in the data."
    if styles:
        caption += " Marks: among the painted pictures, as recognised by a judge, mean over the seeds."
    return Chart("categories", "Categories", caption, draw, size=(10, 3.8))


def _ratios(results: Results) -> Chart | None:
    """The ratios that the experiment asks for."""
    ratios = [ratio for ratio in ratios_beside_paper(results) if ratio.result in results.ratios]
    if not ratios:
        return None

    def draw(axes: Any) -> None:
        axis = axes[0, 0]
        for place, ratio in enumerate(ratios):
            _draw_ratio(axis, place, ratio, _styles(results)[ratio.result.of].colour)
        axis.axvline(1, color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
        pairs = [ratio.result for ratio in ratios]
        words = [f"{_shortened(pair.of)} : {_shortened(pair.to)}   {pair.metric}" for pair in pairs]
        axis.set_yticks(range(len(ratios)), words)
        axis.set_ylim(len(ratios) - 0.5, -0.5)

    caption = "Dot and line: ratio here and its interval; hollow diamond: the paper's ratio; dashed: no difference."
    return Chart("ratios", "Ratios", caption, draw, size=(10, 0.8 + 0.27 * len(ratios)))


def _draw_ratio(axis: Any, place: int, ratio: BesidePaper, colour: str) -> None:
    if ratio.result.interval:
        axis.plot(ratio.result.interval, [place, place], color=colour, linewidth=2, alpha=0.6)
    axis.plot(ratio.result.value, place, "o", color=colour, markersize=6)
    if ratio.paper is not None:
        axis.plot(ratio.paper, place, "D", color="none", markeredgecolor=INK, markersize=6.5)
