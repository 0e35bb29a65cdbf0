"""The tables of a comparison, for its page and, with the same numbers, for Markdown."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from impasto.comparing import findings
from impasto.comparing.findings import Metric, best_entry, final_number, finished_runs, mean_cost, metrics
from impasto.pages.page import Cell, Table, format_interval, format_number

__all__ = [
    "costs",
    "markdown",
    "missing",
    "quality",
    "quantity",
    "ratios",
    "recipes",
    "single_runs",
    "unfinished",
]

METRICS_PER_TABLE = 6
"""The most metrics side by side; further ones go into another table."""

Results = Mapping[str, Any]


def markdown(table: Table) -> str:
    """A table in GitHub's Markdown; remarks stand as small print under their cell."""
    rule = ["--:" if i in table.number_columns else "---" for i in range(len(table.columns))]
    lines = [
        [_escape(text) for text in table.columns],
        rule,
        *([_markdown_cell(cell) for cell in row] for row in table.body),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escape(text: str) -> str:
    return re.sub(r"([|*_`\[\]\\~])", r"\\\1", escape(text.replace("\n", " "), quote=False))


def _markdown_cell(cell: Cell) -> str:
    text = f"**{_escape(cell.text)}**" if cell.strong else _escape(cell.text)
    return f"{text}<br><sub>{_escape(cell.remark)}</sub>" if cell.remark else text


def quality(results: Results) -> list[Table]:
    """Entries by metrics: means over the seeds with their intervals, and the values of real pictures in the last row.

    Metrics are spread over as many tables as `METRICS_PER_TABLE` needs; none where no metric has a value.
    """
    return [_quality_table(results, group) for group in _groups(metrics(results))]


def _groups(all_metrics: list[Metric]) -> list[list[Metric]]:
    """The metrics of each table, in groups of nearly equal size."""
    if not all_metrics:
        return []
    tables = math.ceil(len(all_metrics) / METRICS_PER_TABLE)
    size = math.ceil(len(all_metrics) / tables)
    return [all_metrics[start : start + size] for start in range(0, len(all_metrics), size)]


def _quality_table(results: Results, group: Sequence[Metric]) -> Table:
    best = {metric.key: best_entry(results, metric) for metric in group}
    rows = []
    for entry in results["entries"]:
        means = [_mean_cell(entry, metric.key, strong=best[metric.key] == entry["name"]) for metric in group]
        rows.append([_name_cell(entry), *means])
    if any(metric.real is not None for metric in group):
        real_values = [Cell(format_number(metric.real)) for metric in group]
        rows.append([Cell("Real pictures", "the same number for them"), *real_values])
    return Table(["", *(metric.label for metric in group)], rows, range(1, len(group) + 1))


def _name_cell(entry: Mapping[str, Any]) -> Cell:
    """An entry's name, with its painter, preset and seeds as small print, and its settings on hover."""
    seeds = len(entry["runs"])
    finished = len(finished_runs(entry))
    settings = ", ".join(f"{key}={value}" for key, value in (entry.get("settings") or {}).items())
    painter = " · ".join(dict.fromkeys(str(word) for word in (entry["painter"], entry.get("preset")) if word))
    count = f"{seeds:,} seed{'' if seeds == 1 else 's'}"
    if finished < seeds:
        count = f"{finished} of {count}"
    return Cell(entry["name"], f"{painter}, {count}", settings)


def _mean_cell(entry: Mapping[str, Any], key: str, *, strong: bool) -> Cell:
    """Mean of a metric over an entry's seeds; a dash, with the reason on hover, where there is none."""
    summary = (entry.get("summary") or {}).get(key)
    numbers = [(run["seed"], final_number(run, key)) for run in finished_runs(entry)]
    if not summary or summary["mean"] is None:
        reason = next((number["reason"] for _, number in numbers if number.get("reason")), "not finished")
        return Cell("–", hover=reason)
    mean = format_number(summary["mean"])
    by_seed = "; ".join(
        f"seed {seed}: {_value_with_interval(number)}" for seed, number in numbers if number.get("value") is not None
    )
    if summary["interval"]:
        return Cell(mean, format_interval(summary["interval"]), by_seed, strong)
    # One seed has only the interval over resampled pictures, which does not cover the variation between trainings:
    # it stands in brackets, and never makes an entry stand out.
    interval = next((number["interval"] for _, number in numbers if number.get("interval")), None)
    return Cell(mean, f"({format_interval(interval)})" if interval else "", by_seed)


def _value_with_interval(number: Mapping[str, Any]) -> str:
    interval = format_interval(number.get("interval"))
    return format_number(number.get("value")) + (f" ({interval})" if interval else "")


def single_runs(results: Results) -> list[Table]:
    """Every finished run by itself, each number with the bootstrap interval over its pictures."""
    runs = [(entry["name"], run) for entry in results["entries"] for run in finished_runs(entry)]
    if not runs:
        return []
    tables = []
    for group in _groups(metrics(results)):
        rows = [
            [Cell(name), Cell(str(run["seed"])), *(_run_cell(final_number(run, metric.key)) for metric in group)]
            for name, run in runs
        ]
        columns = ["", "Seed", *(metric.label for metric in group)]
        tables.append(Table(columns, rows, range(1, len(group) + 2)))
    return tables


def _run_cell(number: Mapping[str, Any]) -> Cell:
    return Cell(format_number(number.get("value")), format_interval(number.get("interval")), number.get("reason") or "")


def costs(results: Results) -> Table:
    """Time, work and memory of each entry, as means over its finished runs."""
    columns = {
        "Training": ("seconds", _duration),
        "Processor time": ("processor_seconds", _duration),
        "Steps": ("steps", quantity),
        "Pictures seen": ("pictures", quantity),
        "Parameters": ("parameters", quantity),
        "FLOPs a picture": ("flops_per_picture", quantity),
        "Peak memory": ("peak_memory_bytes", lambda value: f"{quantity(value)}B"),
    }
    rows = []
    for entry in results["entries"]:
        row = [Cell(entry["name"])]
        for key, format_cost in columns.values():
            cost = mean_cost(entry, key)
            row.append(Cell("–" if cost is None else format_cost(cost)))
        rows.append(row)
    return Table(["", *columns], rows, range(1, len(columns) + 1))


def quantity(value: float) -> str:
    """A number as text: in full below a million, from there with three significant digits and M, G or T (1.23 M)."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:.3g} {letter}"
    return f"{value:,.0f}"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"


def ratios(results: Results) -> Table | None:
    """Pairs of entries by metrics: our ratio and, in brackets, the paper's; None when the experiment names no pair.

    A ratio stands out where the paper's lies within our interval.
    """
    by_pair = {(ratio["of"], ratio["to"], ratio["metric"]): ratio for ratio in findings.ratios(results)}
    if not by_pair:
        return None
    keys = {key for _, _, key in by_pair}
    columns = [metric for metric in metrics(results) if metric.key in keys]
    rows = [
        [Cell(of, f"to {to}"), *(_ratio_cell(by_pair.get((of, to, metric.key))) for metric in columns)]
        for of, to in dict.fromkeys(pair[:2] for pair in by_pair)
    ]
    return Table(["", *(metric.label for metric in columns)], rows, range(1, len(columns) + 1))


def _ratio_cell(ratio: Mapping[str, Any] | None) -> Cell:
    if ratio is None:
        return Cell("–")
    interval = ratio["interval"]
    paper = ratio["paper"]
    text = f"{ratio['value']:.3g}"
    if paper is not None:
        text += f" ({paper:.3g})"
    if not interval:
        return Cell(text)
    low, high = interval
    agrees = paper is not None and low <= paper <= high
    return Cell(text, f"{low:.3g} … {high:.3g}", strong=agrees)


def recipes(results: Results) -> Table:
    """What each metric measures, which way it is better, and how all runs computed it."""
    methods = results.get("recipe") or {}
    rows = []
    for metric in metrics(results):
        method = "differs between runs: not to be compared"
        if metric.comparable:
            method = _method_text(methods.get(metric.key))
        better = metric.better if metric.better in ("lower", "higher") else "–"
        rows.append([Cell(metric.key), Cell(metric.title), Cell(better), Cell(method)])
    return Table(("Metric", "What it is", "Better", "Recipe"), rows)


def _method_text(method: Any) -> str:
    """How a metric was computed, on one line; hashes are cut to ten digits."""
    if isinstance(method, Mapping):
        return ", ".join(f"{key} {_method_text(value)}" for key, value in method.items())
    if method is None:
        return "–"
    text = method if isinstance(method, str) else json.dumps(method, ensure_ascii=False)
    return re.sub(r"\b([0-9a-f]{10})[0-9a-f]{22,}\b", r"\1…", text)


def missing(results: Results) -> Table | None:
    """The metrics that finished runs could not compute, and why; None when all were computed."""
    missing_metrics: dict[tuple[str, str], list[str]] = {}
    for entry in results["entries"]:
        for run in finished_runs(entry):
            for key, number in (run.get("final") or {}).items():
                if number.get("value") is not None:
                    continue
                reason = number.get("reason") or "No reason is noted."
                keys = missing_metrics.setdefault((entry["name"], reason), [])
                if key not in keys:
                    keys.append(key)
    rows = [[Cell(name), Cell(", ".join(keys)), Cell(reason)] for (name, reason), keys in missing_metrics.items()]
    return Table(("", "Not measured", "Why"), rows) if rows else None


def unfinished(results: Results) -> Table | None:
    """Runs that are not done, with the reason of those that failed; None when all are."""
    rows = [
        [Cell(entry["name"]), Cell(str(run["seed"])), Cell(run["state"]), Cell(run.get("reason") or "")]
        for entry in results["entries"]
        for run in entry["runs"]
        if run["state"] != "done"
    ]
    return Table(("", "Seed", "State", "Why"), rows, range(1, 2)) if rows else None
