"""The tables of a comparison, for its page and, with the same numbers, for Markdown."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from impasto.comparing import findings
from impasto.comparing.findings import Metric, best, done, final, mean_cost, metrics
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

WIDE = 6
"""Metrics side by side; more go into a table below."""

Results = Mapping[str, Any]


def markdown(table: Table) -> str:
    """A table for a document on GitHub."""
    rule = ["--:" if at in table.number_columns else "---" for at in range(len(table.columns))]
    lines = [
        [_plain(text) for text in table.columns],
        rule,
        *([_markdown(cell) for cell in row] for row in table.body),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    return re.sub(r"([|*_`\[\]\\~])", r"\\\1", escape(text.replace("\n", " "), quote=False))


def _markdown(cell: Cell) -> str:
    text = f"**{_plain(cell.text)}**" if cell.strong else _plain(cell.text)
    return f"{text}<br><sub>{_plain(cell.remark)}</sub>" if cell.remark else text


def quality(results: Results) -> list[Table]:
    """Entries by metrics: means over the seeds with their intervals, and real pictures below."""
    return [_quality(results, some) for some in _pieces(metrics(results))]


def _pieces(found: list[Metric]) -> list[list[Metric]]:
    """Metrics table by table, evenly."""
    wide = math.ceil(len(found) / max(1, math.ceil(len(found) / WIDE)))
    return [found[start : start + wide] for start in range(0, len(found), wide or 1)]


def _quality(results: Results, some: Sequence[Metric]) -> Table:
    winners = {m.key: best(results, m) for m in some}
    rows = [
        [_name(entry), *(_mean(entry, m.key, strong=winners[m.key] == entry["name"]) for m in some)]
        for entry in results["entries"]
    ]
    if any(m.real is not None for m in some):
        rows.append([Cell("Real pictures", "the same number for them"), *(Cell(format_number(m.real)) for m in some)])
    return Table(["", *(m.label for m in some)], rows, range(1, len(some) + 1))


def _name(entry: Mapping[str, Any]) -> Cell:
    seeds, ready = len(entry["runs"]), len(done(entry))
    settings = ", ".join(f"{key}={value}" for key, value in (entry.get("settings") or {}).items())
    made = " · ".join(dict.fromkeys(str(word) for word in (entry["painter"], entry.get("preset")) if word))
    count = f"{ready} of {_count(seeds, 'seed')}" if ready < seeds else _count(seeds, "seed")
    return Cell(entry["name"], f"{made}, {count}", settings)


def _count(n: int, word: str) -> str:
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def _mean(entry: Mapping[str, Any], key: str, *, strong: bool) -> Cell:
    told = (entry.get("summary") or {}).get(key)
    runs = [(run["seed"], final(run, key)) for run in done(entry)]
    if not told or told["mean"] is None:
        return Cell("–", hover=next((f["reason"] for _, f in runs if f.get("reason")), "not finished"))
    single = [f"seed {seed}: {_value(f)}" for seed, f in runs if f.get("value") is not None]
    if told["interval"]:
        return Cell(format_number(told["mean"]), format_interval(told["interval"]), "; ".join(single), strong)
    # One seed has only the interval of resampled pictures, which says nothing about training again.
    ends = next((f["interval"] for _, f in runs if f.get("interval")), None)
    return Cell(format_number(told["mean"]), f"({format_interval(ends)})" if ends else "", "; ".join(single))


def _value(told: Mapping[str, Any]) -> str:
    ends = format_interval(told.get("interval"))
    return format_number(told.get("value")) + (f" ({ends})" if ends else "")


def single_runs(results: Results) -> list[Table]:
    """Every finished run by itself, each number with the bootstrap interval over its pictures."""
    runs = [(entry, run) for entry in results["entries"] for run in done(entry)]
    return [
        Table(
            ["", "Seed", *(m.label for m in some)],
            [
                [Cell(entry["name"]), Cell(str(run["seed"])), *(_single(final(run, m.key)) for m in some)]
                for entry, run in runs
            ],
            range(1, len(some) + 2),
        )
        for some in _pieces(metrics(results))
        if runs
    ]


def _single(told: Mapping[str, Any]) -> Cell:
    return Cell(format_number(told.get("value")), format_interval(told.get("interval")), told.get("reason") or "")


def costs(results: Results) -> Table:
    """What each entry took, as means over its finished runs."""
    columns = {
        "Training": ("seconds", _time),
        "Processor time": ("processor_seconds", _time),
        "Steps": ("steps", quantity),
        "Pictures seen": ("pictures", quantity),
        "Parameters": ("parameters", quantity),
        "FLOPs a picture": ("flops_per_picture", quantity),
        "Peak memory": ("peak_memory_bytes", lambda v: f"{quantity(v)}B"),
    }
    rows = []
    for entry in results["entries"]:
        found = [(mean_cost(entry, key), write) for key, write in columns.values()]
        rows.append([Cell(entry["name"]), *(Cell("–" if v is None else write(v)) for v, write in found)])
    return Table(["", *columns], rows, range(1, len(columns) + 1))


def quantity(value: float) -> str:
    """A large number in three figures and a letter: 1.23 M."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if abs(value) >= size:
            return f"{value / size:.3g} {letter}"
    return f"{value:,.0f}"


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:.3g} h"


def ratios(results: Results) -> Table | None:
    """Pairs of entries by metrics: our ratio and, in brackets, the paper's; None when the experiment names no pair.

    A ratio stands out where the paper's lies within our interval.
    """
    found = {(told["of"], told["to"], told["metric"]): told for told in findings.ratios(results)}
    shown = [m for m in metrics(results) if any(key == m.key for _, _, key in found)]
    pairs = dict.fromkeys(key[:2] for key in found)
    rows = [[Cell(of, f"to {to}"), *(_ratio(found.get((of, to, m.key))) for m in shown)] for of, to in pairs]
    return Table(["", *(m.label for m in shown)], rows, range(1, len(shown) + 1)) if rows else None


def _ratio(told: Mapping[str, Any] | None) -> Cell:
    if told is None:
        return Cell("–")
    ends, paper = told["interval"], told["paper"]
    text = f"{told['value']:.3g}" + (f" ({paper:.3g})" if paper is not None else "")
    within = paper is not None and bool(ends) and ends[0] <= paper <= ends[1]
    return Cell(text, f"{ends[0]:.3g} … {ends[1]:.3g}" if ends else "", strong=within)


def recipes(results: Results) -> Table:
    """What each metric is, which way it is better, and the recipe that all runs share."""
    told = results.get("recipe") or {}
    words = {"lower": "lower", "higher": "higher"}
    rows = [
        [
            Cell(m.key),
            Cell(m.title),
            Cell(words.get(m.better, "–")),
            Cell(_recipe(told.get(m.key)) if m.alike else "differs between runs: not to be compared"),
        ]
        for m in metrics(results)
    ]
    return Table(("Metric", "What it is", "Better", "Recipe"), rows)


def _recipe(told: Any) -> str:
    """A recipe in a line; hashes by their first figures."""
    if isinstance(told, Mapping):
        return ", ".join(f"{key} {_recipe(value)}" for key, value in told.items())
    text = told if isinstance(told, str) else "–" if told is None else json.dumps(told, ensure_ascii=False)
    return re.sub(r"\b([0-9a-f]{10})[0-9a-f]{22,}\b", r"\1…", text)


def missing(results: Results) -> Table | None:
    """What finished runs could not be measured in, and why; None when all was measured."""
    found: dict[tuple[str, str], list[str]] = {}
    for entry in results["entries"]:
        for run in done(entry):
            for key, told in (run.get("final") or {}).items():
                if told.get("value") is None:
                    keys = found.setdefault((entry["name"], told.get("reason") or "No reason is noted."), [])
                    keys += [key] if key not in keys else []
    rows = [[Cell(name), Cell(", ".join(keys)), Cell(reason)] for (name, reason), keys in found.items()]
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
