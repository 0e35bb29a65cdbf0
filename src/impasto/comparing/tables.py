"""The tables of a comparison, for its page and, with the same numbers, for Markdown."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from impasto.comparing.equal_steps import EqualSteps
from impasto.comparing.findings import (
    BesidePaper,
    MetricSummary,
    is_frechet,
    leading_entries,
    mean_cost,
    metric_summaries,
    ratios_beside_paper,
)
from impasto.comparing.results import EntryResults, Results
from impasto.comparing.statistics import Spread
from impasto.metrics.number import Number
from impasto.pages.markdown import escaped
from impasto.pages.numbers import counted, format_interval, format_number
from impasto.pages.page import Cell, Table

__all__ = [
    "cost_table",
    "equal_steps_table",
    "format_quantity",
    "markdown",
    "method_table",
    "missing_table",
    "quality_tables",
    "ratio_table",
    "run_tables",
    "unfinished_table",
]

TIE = "="
"""Stands before the numbers of entries that lead and cannot be told apart."""
WIDE = 6
"""Largest number of columns of a table; further numbers go into another table."""


def markdown(table: Table) -> str:
    """A table for a document on GitHub."""
    rule = ["--:" if at in table.number_columns else "---" for at in range(len(table.columns))]
    lines = [
        [escaped(text) for text in table.columns],
        rule,
        *([_markdown_cell(cell) for cell in row] for row in table.body),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _markdown_cell(cell: Cell) -> str:
    text = f"**{escaped(cell.text)}**" if cell.strong else escaped(cell.text)
    return f"{text}<br><sub>{escaped(cell.remark)}</sub>" if cell.remark else text


def quality_tables(results: Results) -> list[Table]:
    """Entries by numbers: means over the seeds with their intervals, and real pictures below."""
    return [_quality_table(results, metrics) for metrics in _pieces(metric_summaries(results))]


def _pieces(metrics: list[MetricSummary]) -> list[list[MetricSummary]]:
    """The numbers divided evenly among tables."""
    if not metrics:
        return []
    wide = math.ceil(len(metrics) / math.ceil(len(metrics) / WIDE))
    return [metrics[start : start + wide] for start in range(0, len(metrics), wide)]


def _quality_table(results: Results, metrics: Sequence[MetricSummary]) -> Table:
    leading = {metric.key: leading_entries(results, metric) for metric in metrics}
    rows = [
        [_name_cell(entry), *(_mean_cell(entry, m.key, leading[m.key]) for m in metrics)] for entry in results.entries
    ]
    if any(metric.real is not None for metric in metrics):
        real = Cell("Real pictures", "the same number for them")
        rows.append([real, *(Cell(format_number(metric.real)) for metric in metrics)])
    return Table(
        ["Entry", *(metric.label for metric in metrics)], rows, range(1, len(metrics) + 1), "Final values of each entry"
    )


def equal_steps_table(equal: EqualSteps) -> Table:
    """Entries by numbers after equally many steps."""
    rows = [
        [Cell(name), *(_spread_cell(spreads.get(metric.key)) for metric in equal.metrics)]
        for name, spreads in equal.spreads.items()
    ]
    for (of, to), (value, interval) in equal.ratios.items():
        cells = [Cell("")] * len(equal.metrics)
        at = next(at for at, metric in enumerate(equal.metrics) if is_frechet(metric.key))
        cells[at] = Cell(f"{value:.3g}", format_interval(interval))
        rows.append([Cell(f"{of} : {to}", "ratio"), *cells])
    columns = ["Entry", *(metric.label for metric in equal.metrics)]
    return Table(columns, rows, range(1, len(columns)), f"After {equal.step:,} steps of each entry")


def _spread_cell(spread: Spread | None) -> Cell:
    if spread is None:
        return Cell("–")
    return Cell(format_number(spread.mean), format_interval(spread.interval))


def _name_cell(entry: EntryResults) -> Cell:
    seeds = len(entry.runs)
    finished = len(entry.done)
    settings = ", ".join(f"{key}={value}" for key, value in entry.settings.items())
    built = " · ".join(dict.fromkeys(word for word in (entry.painter, entry.preset) if word))
    words = counted(seeds, "seed")
    return Cell(entry.name, f"{built}, {f'{finished} of ' if finished < seeds else ''}{words}", settings)


def _mean_cell(entry: EntryResults, key: str, leading: Sequence[str]) -> Cell:
    """The mean; strong where the entry leads alone, with a '=' where it is one of several that lead."""
    spread = entry.summary.get(key)
    finals = [(run.seed, run.final[key]) for run in entry.done if key in run.final]
    if spread is None or spread.mean is None:
        return Cell("–", hover=next((number.reason for _, number in finals if number.reason), "not finished"))
    single = "; ".join(f"seed {seed}: {_with_interval(n)}" for seed, n in finals if n.value is not None)
    if spread.interval:
        tie = f"{TIE} " if entry.name in leading and len(leading) > 1 else ""
        ends = format_interval(spread.interval)
        return Cell(f"{tie}{format_number(spread.mean)}", ends, single, leading == (entry.name,))
    # One seed has only the interval of resampled pictures, which says nothing about training again.
    interval = next((number.interval for _, number in finals if number.interval), None)
    return Cell(format_number(spread.mean), f"({format_interval(interval)})" if interval else "", single)


def _with_interval(number: Number) -> str:
    ends = format_interval(number.interval)
    return format_number(number.value) + (f" ({ends})" if ends else "")


def run_tables(results: Results) -> list[Table]:
    """Every finished run by itself, with the intervals over its pictures."""
    runs = [(entry, run) for entry in results.entries for run in entry.done]
    if not runs:
        return []
    return [
        Table(
            ["Entry", "Seed", *(metric.label for metric in metrics)],
            [
                [Cell(entry.name), Cell(str(run.seed)), *(_run_cell(run.final.get(metric.key)) for metric in metrics)]
                for entry, run in runs
            ],
            range(1, len(metrics) + 2),
            "Final values of each run",
        )
        for metrics in _pieces(metric_summaries(results))
    ]


def _run_cell(number: Number | None) -> Cell:
    if number is None:
        return Cell("–")
    return Cell(format_number(number.value), format_interval(number.interval), number.reason)


def cost_table(results: Results) -> Table:
    """What each entry took, as means over its finished runs."""
    rows = []
    for entry in results.entries:
        cells = [Cell(entry.name)]
        for attribute, write in COSTS.values():
            value = mean_cost(entry, attribute)
            cells.append(Cell("–" if value is None else write(value)))
        rows.append(cells)
    return Table(["Entry", *COSTS], rows, range(1, len(COSTS) + 1), "What each entry cost")


def format_quantity(value: float) -> str:
    """A large number with three digits and a letter: 1.23 M."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:.3g} {letter}"
    return f"{value:,.0f}"


def _format_bytes(value: float) -> str:
    return f"{format_quantity(value)}B"


def _format_time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"


COSTS: dict[str, tuple[str, Callable[[float], str]]] = {
    "Training": ("seconds", _format_time),
    "Processor time": ("processor_seconds", _format_time),
    "Steps": ("steps", format_quantity),
    "Pictures seen": ("pictures", format_quantity),
    "Parameters": ("parameters", format_quantity),
    "FLOPs a picture": ("flops_per_picture", format_quantity),
    "Peak memory": ("peak_memory_bytes", _format_bytes),
}
"""Heading → attribute of `Cost`, and how it is written."""


def ratio_table(results: Results) -> Table | None:
    """Pairs of entries by numbers: our ratio and, in brackets, the paper's; None when the experiment names no pair.

    A ratio is highlighted where the paper's lies within our interval.
    """
    ratios = {(r.result.of, r.result.to, r.result.metric): r for r in ratios_beside_paper(results)}
    if not ratios:
        return None
    metrics = [m for m in metric_summaries(results) if any(metric == m.key for _, _, metric in ratios)]
    rows = [
        [Cell(of, f"to {to}"), *(_ratio_cell(ratios.get((of, to, metric.key))) for metric in metrics)]
        for of, to in dict.fromkeys(key[:2] for key in ratios)
    ]
    return Table(
        ["Entry", *(metric.label for metric in metrics)], rows, range(1, len(metrics) + 1), "Ratios of entries"
    )


def _ratio_cell(ratio: BesidePaper | None) -> Cell:
    if ratio is None:
        return Cell("–")
    interval = ratio.result.interval
    text = f"{ratio.result.value:.3g}" + (f" ({ratio.paper:.3g})" if ratio.paper is not None else "")
    within = ratio.paper is not None and interval is not None and interval[0] <= ratio.paper <= interval[1]
    return Cell(text, f"{interval[0]:.3g} … {interval[1]:.3g}" if interval else "", strong=within)


def method_table(results: Results) -> Table:
    """What each number is, which way it is better, and how all runs computed it."""
    rows = []
    for metric in metric_summaries(results):
        rows.append(
            [
                Cell(metric.key),
                Cell(metric.title),
                Cell("–" if metric.better == "neither" else metric.better),
                Cell(_format_method(results.methods.get(metric.key))),
            ]
        )
    return Table(("Metric", "What it is", "Better", "How it was computed"), rows, title="How numbers were computed")


def _format_method(value: Any) -> str:
    """A method in one line; hashes are shortened."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_format_method(inner)}" for key, inner in value.items())
    text = value if isinstance(value, str) else "–" if value is None else json.dumps(value, ensure_ascii=False)
    return re.sub(r"\b([0-9a-f]{10})[0-9a-f]{22,}\b", r"\1…", text)


def missing_table(results: Results) -> Table | None:
    """Numbers that could not be measured of finished runs, with the reasons; None when there are none."""
    keys_by_reason: dict[tuple[str, str], dict[str, None]] = {}
    for entry in results.entries:
        for run in entry.done:
            for key, number in run.final.items():
                if number.value is None:
                    keys_by_reason.setdefault((entry.name, number.reason), {})[key] = None
    rows = [[Cell(name), Cell(", ".join(keys)), Cell(reason)] for (name, reason), keys in keys_by_reason.items()]
    return Table(("Entry", "Not measured", "Why"), rows, title="What was not measured") if rows else None


def unfinished_table(results: Results) -> Table | None:
    """Runs that are not done, with the reason of those that failed; None when all are."""
    rows = [
        [Cell(entry.name), Cell(str(run.seed)), Cell(run.state), Cell(run.reason or "")]
        for entry in results.entries
        for run in entry.runs
        if run.state != "done"
    ]
    return Table(("Entry", "Seed", "State", "Why"), rows, range(1, 2), "Runs that are not finished") if rows else None
