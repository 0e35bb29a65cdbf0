"""The drawings of a comparison. An entry has the same colour and dashes in all of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np

from impasto.comparing.findings import Metric, curve, done, final, frechet, metrics, ratios
from impasto.pages.figures import INK, plots

__all__ = ["COLOURS", "Chart", "charts"]

COLOURS = ("#332288", "#cc6677", "#117733", "#4a9fd0", "#882255", "#44aa99", "#999933", "#aa4499")
"""Told apart by colour-blind eyes too, and none too light for paper. Source: the 'muted' scheme of Paul Tol 2021."""
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))
MARKS = "osD^vPX*"
SOFT = "#756d64"
LONGEST = 26

Results = Mapping[str, Any]


@dataclass(frozen=True)
class Chart:
    """A drawing that a page shows and a file keeps.

    Attributes:
        name: Of its file, without an ending.
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
class _Look:
    colour: str
    dash: Any
    mark: str
    name: str


def charts(results: Results) -> list[Chart]:
    """All drawings that the results have numbers for."""
    made = (_along(results), _frechet(results), _finals(results), _shares(results), _ratios(results))
    return [chart for chart in made if chart is not None]


def _drawable(results: Results) -> list[Metric]:
    """Metrics whose values may stand on one axis: those that all runs computed alike."""
    return [m for m in metrics(results) if m.alike]


def _looks(results: Results) -> dict[str, _Look]:
    return {
        entry["name"]: _Look(
            COLOURS[i % len(COLOURS)],
            DASHES[(i + i // len(COLOURS)) % len(DASHES)],
            MARKS[(i + i // len(COLOURS)) % len(MARKS)],
            _short(entry["name"]),
        )
        for i, entry in enumerate(results["entries"])
    }


def _short(text: str) -> str:
    """A name as a drawing can hold it: not too long, and no formula in it."""
    text = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return text.replace("$", r"\$")


def _legend(axes: Any, looks: Mapping[str, _Look], drawn: set[str], *, lines: bool = True) -> None:
    """One legend above all axes: a drawing of many lines has no room for one in each."""
    from matplotlib.lines import Line2D

    shown = [look for name, look in looks.items() if name in drawn]
    handles = [
        Line2D([], [], color=k.colour, linestyle=k.dash if lines else "", marker=k.mark, markersize=4) for k in shown
    ]
    # A label that begins with an underscore would be left out.
    words = [f" {look.name}" if look.name.startswith("_") else look.name for look in shown]
    axes.flat[0].figure.legend(handles, words, loc="outside upper center", ncols=min(4, len(shown)), handlelength=3.2)


def _lines(axis: Any, results: Results, key: str, over: str, per: float = 1.0) -> set[str]:
    """Draw a metric's curves over what is counted in `per`; names of the entries that have one."""
    drawn, highest, lowest = set(), 0.0, math.inf
    for entry in results["entries"]:
        line, look = curve(entry, key, over), _looks(results)[entry["name"]]
        if line is None:
            continue
        drawn.add(entry["name"])
        x = [at / per for at in line.x]
        every = max(1, len(line.x) // 6)
        axis.plot(
            x,
            line.mean,
            color=look.colour,
            linestyle=look.dash,
            linewidth=1.4,
            marker=look.mark,
            markersize=3.6,
            markevery=every,
        )
        if line.seeds > 1:
            axis.fill_between(x, line.low, line.high, color=look.colour, alpha=0.13, linewidth=0)
        lowest, highest = min(lowest, *line.low), max(highest, *line.high)
    if 0 < lowest < highest / 12:
        axis.set_yscale("log")
    return drawn


def _along(results: Results) -> Chart | None:
    shown = [m for m in _drawable(results) if any(curve(e, m.key, "step") for e in results["entries"])]
    if not shown:
        return None
    columns = min(3, len(shown))
    rows = math.ceil(len(shown) / columns)

    def draw(axes: Any) -> None:
        drawn = set()
        for axis, m in _each(axes, shown):
            drawn |= _lines(axis, results, m.key, "step")
            axis.set_title(m.label, loc="left")
            axis.locator_params(axis="x", nbins=5)
        for axis in axes[-1]:
            axis.set_xlabel("step")
        _legend(axes, _looks(results), drawn)

    caption = f"Every metric along training. {_READ}{_counts(results)}"
    return Chart("curves", "Along training", caption, draw, (rows, columns), (10, 1.0 + 2.3 * rows))


_READ = "Line: mean over the seeds; band: from the lowest seed to the highest. "


def _counts(results: Results) -> str:
    found = {p["count"] for e in results["entries"] for run in e["runs"] for p in run.get("curve") or ()}
    few = " or ".join(f"{count:,}" for count in sorted(found))
    return f"Each point is of {few} painted pictures, and not to be compared with one of another count."


def _each(axes: Any, shown: Sequence[Metric]) -> Iterator[tuple[Any, Metric]]:
    for axis in axes.flat[len(shown) :]:
        axis.set_axis_off()
    yield from zip(axes.flat, shown, strict=False)


def _frechet(results: Results) -> Chart | None:
    metric = frechet(results)
    if metric is None or not metric.alike or not any(curve(e, metric.key, "seconds") for e in results["entries"]):
        return None

    longest = max(p["seconds"] for e in results["entries"] for run in e["runs"] for p in run.get("curve") or ())
    per, unit = next((u for u in ((3600.0, "hours"), (60.0, "minutes")) if longest > 3 * u[0]), (1.0, "seconds"))

    def draw(axes: Any) -> None:
        drawn = _lines(axes[0, 0], results, metric.key, "step")
        _lines(axes[0, 1], results, metric.key, "seconds", per)
        axes[0, 0].set_xlabel("step")
        axes[0, 1].set_xlabel(f"{unit} of training")
        axes[0, 0].set_ylabel(metric.label)
        _legend(axes, _looks(results), drawn)

    caption = f"{metric.title} by step, and by the time that training took. {_READ}{_counts(results)}"
    return Chart("frechet", "Distance by step, and by time", caption, draw, (1, 2), (10, 4.4))


def _finals(results: Results) -> Chart | None:
    shown = [m for m in _drawable(results) if any(m.key in (e.get("summary") or {}) for e in results["entries"])]
    if not shown:
        return None
    columns = min(3, len(shown))
    rows = math.ceil(len(shown) / columns)
    entries = list(results["entries"])

    def draw(axes: Any) -> None:
        for at, (axis, m) in enumerate(_each(axes, shown)):
            for place, entry in enumerate(entries):
                _bar(axis, place, entry, m, _looks(results)[entry["name"]])
            if m.real is not None:
                axis.axvline(m.real, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
            names = [look.name for look in _looks(results).values()]
            axis.set_yticks(range(len(entries)), names if at % columns == 0 else [""] * len(entries))
            axis.set_ylim(len(entries) - 0.5, -0.5)
            axis.set_title(m.label, loc="left")
            axis.locator_params(axis="x", nbins=4)

    caption = (
        "Final values. Bar: mean over the seeds; dots: single seeds; black: 95 % interval over the seeds, or, grey, "
        "over the pictures of a single seed, where there is but one. Dashed: real pictures. "
        "A metric that a painter has not is left empty."
    )
    size = (10, rows * (0.75 + 0.2 * max(3, len(entries))))
    return Chart("finals", "Final values", caption, draw, (rows, columns), size)


def _bar(axis: Any, place: int, entry: Mapping[str, Any], metric: Metric, look: _Look) -> None:
    told = (entry.get("summary") or {}).get(metric.key)
    if not told or told["mean"] is None:
        return
    axis.barh(place, told["mean"], height=0.66, color=look.colour, alpha=0.75)
    single = [final(run, metric.key) for run in done(entry)]
    ends = told["interval"] or next((f["interval"] for f in single if f.get("interval")), None)
    if ends:
        colour = INK if told["interval"] else "#a39a8f"
        axis.plot(ends, [place, place], color=colour, linewidth=1.2, marker="|", markersize=7)
    values = [f["value"] for f in single if f.get("value") is not None]
    axis.plot(values, [place] * len(values), "o", color="white", markeredgecolor=INK, markersize=3, markeredgewidth=0.6)


def _shares(results: Results) -> Chart | None:
    names, real = results["store"].get("categories"), results["store"].get("shares")
    painted = {
        e["name"]: [run["painted_shares"] for run in done(e) if run.get("painted_shares")] for e in results["entries"]
    }
    painted = {name: found for name, found in painted.items() if found}
    if not names or not real:
        return None
    looks = {name: look for name, look in _looks(results).items() if name in painted}

    def draw(axes: Any) -> None:
        axis = axes[0, 0]
        place = np.arange(len(names))
        axis.bar(place, [100 * share for share in real], 0.86, color="#ddd5c8", zorder=0)
        for i, (name, look) in enumerate(looks.items()):
            shift = 0.7 * ((i + 0.5) / len(looks) - 0.5)
            heights = [100 * fmean(shares) for shares in zip(*painted[name], strict=True)]
            axis.plot(place + shift, heights, look.mark, color=look.colour, markersize=5)
        axis.set_xticks(
            place,
            [_short(n) for n in names],
            rotation=30 if len(names) > 6 else 0,
            ha="right" if len(names) > 6 else "center",
        )
        axis.set_ylabel("% of pictures")
        if looks:
            _legend(axes, looks, set(looks), lines=False)

    caption = "Share of each category. Broad bars: in the data."
    if looks:
        caption += " Marks: among the painted pictures, as recognised by a judge, mean over the seeds."
    return Chart("categories", "Categories", caption, draw, size=(10, 3.8))


def _ratios(results: Results) -> Chart | None:
    asked = {(told["metric"], told["of"], told["to"]) for told in results.get("ratios") or ()}
    told = [r for r in ratios(results) if (r["metric"], r["of"], r["to"]) in asked]
    if not told:
        return None

    def draw(axes: Any) -> None:
        axis = axes[0, 0]
        for place, ratio in enumerate(told):
            look = _looks(results).get(ratio["of"], _Look(INK, "-", "o", ""))
            if ratio.get("interval"):
                axis.plot(ratio["interval"], [place, place], color=look.colour, linewidth=2, alpha=0.6)
            axis.plot(ratio["value"], place, "o", color=look.colour, markersize=6)
            if ratio["paper"] is not None:
                axis.plot(ratio["paper"], place, "D", color="none", markeredgecolor=INK, markersize=6.5)
        axis.axvline(1, color=SOFT, linewidth=0.8, linestyle=(0, (4, 3)))
        words = [f"{_short(r['of'])} : {_short(r['to'])}   {r['metric']}" for r in told]
        axis.set_yticks(range(len(told)), words)
        axis.set_ylim(len(told) - 0.5, -0.5)

    caption = "Dot and line: ratio here and its interval; hollow diamond: the paper's ratio; dashed: no difference."
    return Chart("ratios", "Ratios", caption, draw, size=(10, 0.8 + 0.27 * len(told)))
