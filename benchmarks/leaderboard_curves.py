"""Drawings of the leaderboard: how near painters come with more time."""

from __future__ import annotations

from collections.abc import Mapping

from leaderboard_table import Rows, interval, mean, resampled
from matplotlib.ticker import LogLocator

from impasto.pages.colours import COLOURS, SOFT
from impasto.pages.figures import plots, png_plot

__all__ = ["curve"]

SERIES = [light for name, (light, _) in COLOURS.items() if name.startswith("series-")]


def curve(budgets: Mapping[float, Mapping[str, Rows]], title: str) -> bytes:
    """Kernel distance against processor minutes, both logarithmic, as a PNG.

    Painters trained for several budgets are lines with 95 % intervals; the others are grey points.

    Args:
        budgets: Processor minutes → name → rows.
        title: What stands above.
    """
    first = next(iter(next(iter(budgets.values())).values()))[0]
    space = first["terms"]["spaces"][0]
    names = dict.fromkeys(name for group in budgets.values() for name in group)
    lines = [name for name in names if sum(name in group for group in budgets.values()) > 1]
    with plots(size=(7.0, 4.0)) as (figure, axes):
        plot = axes[0, 0]
        for name in names:
            points = [(minutes, group[name]) for minutes, group in budgets.items() if name in group]
            minutes = [minute for minute, _ in points]
            distances = [mean(rows, space) for _, rows in points]
            if name not in lines:
                plot.plot(minutes, distances, ".", color=SOFT, alpha=0.5)
                continue
            ranges = [interval(resampled(rows, space)) for _, rows in points]
            beyond = [
                [distance - low for distance, (low, _) in zip(distances, ranges, strict=True)],
                [high - distance for distance, (_, high) in zip(distances, ranges, strict=True)],
            ]
            colour = SERIES[lines.index(name) % len(SERIES)]
            plot.errorbar(minutes, distances, beyond, label=name, color=colour, marker="o", markersize=4, capsize=3)
        plot.set(
            xscale="log", yscale="log", xlabel="processor minutes", ylabel=f"kernel distance, {space}", title=title
        )
        plot.set_xticks(list(budgets), [f"{minutes:g}" for minutes in budgets])
        plot.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        plot.yaxis.set_major_formatter("{x:g}")
        plot.minorticks_off()
        if lines:
            plot.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
        return png_plot(figure)
