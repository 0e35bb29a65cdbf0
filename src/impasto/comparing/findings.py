"""What the results of a comparison say, entry by entry and metric by metric, whatever of it is there yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

__all__ = [
    "Line",
    "Metric",
    "best",
    "curve",
    "done",
    "final",
    "frechet",
    "mean_cost",
    "metrics",
    "paper_ratio",
    "ratios",
    "states",
]

FIRST = ("fid", "fd-", "is", "ssim", "lpips", "sd-paper", "lpips-diversity", "coverage", "precision", "recall")
PAPER = {"fd": "fid", "lpips-diversity": "lpips", "lpips": "", "sd-paper": "sd"}
"""Which of a paper's numbers answers to a metric, where it is not the one of its name.

A paper's LPIPS that is better when larger is one of variety, and none answers to the distance to a picture."""

Results = Mapping[str, Any]


@dataclass(frozen=True)
class Metric:
    """A metric that at least one finished run or curve has a value of.

    Attributes:
        key: Its name.
        title: What it is, in words.
        better: 'lower', 'higher' or 'neither'.
        alike: Whether all runs computed it with the same recipe; else they may not be compared.
        real: The same number for real pictures, where it is known.
    """

    key: str
    title: str
    better: str
    alike: bool
    real: float | None

    @property
    def label(self) -> str:
        """Its name, with an arrow to the better side."""
        return self.key + {"lower": " ↓", "higher": " ↑"}.get(self.better, "")


@dataclass(frozen=True)
class Line:
    """A curve of an entry: the mean over its seeds, and the lowest and highest of them.

    Attributes:
        x: Where the points lie.
        mean: Mean over the seeds.
        low: The lowest seed.
        high: The highest seed.
        seeds: How many seeds there are.
    """

    x: list[float]
    mean: list[float]
    low: list[float]
    high: list[float]
    seeds: int


def metrics(results: Results) -> list[Metric]:
    """All metrics with a value, those of most use first."""
    told: dict[str, list[Mapping[str, Any]]] = {}
    for run in _runs(results):
        for numbers in (run.get("final") or {}, *(point["metrics"] for point in run.get("curve") or ())):
            for key, entry in numbers.items():
                if entry.get("value") is not None:
                    told.setdefault(key, []).append(entry)
    return [_metric(results, key, told[key]) for key in sorted(told, key=_place)]


def _metric(results: Results, key: str, told: Sequence[Mapping[str, Any]]) -> Metric:
    recipes = [entry["recipe"] for entry in told if "recipe" in entry]
    title = next((entry["title"] for entry in told if "title" in entry), key)
    alike = all(recipe == recipes[0] for recipe in recipes)
    return Metric(key, title, told[0].get("better", "neither"), alike, (results.get("real") or {}).get(key))


def _place(key: str) -> int:
    fits = (key.startswith(first) if first.endswith("-") else key == first for first in FIRST)
    return next((i for i, fit in enumerate(fits) if fit), len(FIRST))


def frechet(results: Results) -> Metric | None:
    """The Fréchet distance of the comparison, in the best space there is."""
    return next((m for m in metrics(results) if m.key == "fid" or m.key.startswith("fd-")), None)


def states(results: Results) -> dict[str, int]:
    """How many runs are in each state, in the order done, running, waiting, failed."""
    found = [run["state"] for run in _runs(results)]
    return {state: found.count(state) for state in ("done", "running", "waiting", "failed") if state in found}


def _runs(results: Results) -> Iterator[Mapping[str, Any]]:
    for entry in results["entries"]:
        yield from entry["runs"]


def done(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The finished runs of an entry."""
    return [run for run in entry["runs"] if run["state"] == "done"]


def final(run: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A metric at the end of a run; empty where it was not measured."""
    found: Mapping[str, Any] = (run.get("final") or {}).get(key) or {}
    return found


def best(results: Results, metric: Metric) -> str | None:
    """Name of the entry whose interval over seeds lies beyond those of all others, if there is one.

    Without two seeds an entry has no such interval, and nothing is said: training again may move a
    number further than any two entries lie apart.
    """
    if metric.better not in ("lower", "higher") or not metric.alike:
        return None
    found = {e["name"]: e["summary"][metric.key] for e in results["entries"] if metric.key in (e.get("summary") or {})}
    found = {name: told for name, told in found.items() if told["mean"] is not None}
    if len(found) < 2 or not all(told["interval"] for told in found.values()):
        return None
    low = metric.better == "lower"
    name = (min if low else max)(found, key=lambda n: found[n]["mean"])
    edge = found[name]["interval"][1 if low else 0]
    others = [told["interval"][0 if low else 1] for other, told in found.items() if other != name]
    clear = edge < min(others) if low else edge > max(others)
    return name if clear else None


def curve(entry: Mapping[str, Any], key: str, over: str) -> Line | None:
    """How a metric went along training, over the finished seeds, or over those under way while none is.

    Args:
        entry: One entry of the results.
        key: The metric.
        over: 'step' or 'seconds'; the seconds of a step are the mean over the seeds.
    """
    runs = done(entry) or [run for run in entry["runs"] if run["state"] == "running"]
    found = []
    for run in runs:
        told = {p["step"]: (p[over], p["metrics"].get(key, {}).get("value")) for p in run.get("curve") or ()}
        told = {step: pair for step, pair in told.items() if None not in pair}
        found += [told] if told else []
    # A mean over other seeds at every step would jump; only steps that all have are drawn.
    steps = sorted(set.intersection(*map(set, found))) if found else []
    if not steps:
        return None
    values = [[told[step][1] for told in found] for step in steps]
    x = [fmean(told[step][0] for told in found) for step in steps]
    return Line(x, [fmean(v) for v in values], [min(v) for v in values], [max(v) for v in values], len(found))


def mean_cost(entry: Mapping[str, Any], key: str) -> float | None:
    """A cost, meant over the finished runs."""
    found = [run["cost"][key] for run in done(entry) if (run.get("cost") or {}).get(key) is not None]
    return fmean(found) if found else None


def ratios(results: Results) -> list[Mapping[str, Any]]:
    """The ratios that the experiment asks for, and, for the same pairs, all others that its paper knows.

    Each has 'metric', 'of', 'to', 'value', 'interval' and 'paper'. An interval that the results do
    not hold is as wide as the two intervals over the seeds allow.
    """
    entries = {entry["name"]: entry for entry in results["entries"]}
    given = {(told["of"], told["to"], told["metric"]): told for told in results.get("ratios") or ()}
    found: list[Mapping[str, Any]] = []
    for of, to in dict.fromkeys(pair[:2] for pair in given):
        for m in metrics(results):
            paper = paper_ratio(entries[of], entries[to], m.key)
            told = given.get((of, to, m.key)) or (_ratio(entries[of], entries[to], m) if paper is not None else None)
            if told and told["value"] is not None:
                found.append({**told, "metric": m.key, "of": of, "to": to, "paper": paper})
    return found


def _ratio(of: Mapping[str, Any], to: Mapping[str, Any], metric: Metric) -> dict[str, Any] | None:
    over, under = ((entry.get("summary") or {}).get(metric.key) for entry in (of, to))
    if not (metric.alike and over and under and over["mean"] is not None and under["mean"]):
        return None
    a, b = over["interval"], under["interval"]
    ends = [a[0] / b[1], a[1] / b[0]] if a and b and min(*a, *b) > 0 else None
    return {"value": over["mean"] / under["mean"], "interval": ends}


def paper_ratio(of: Mapping[str, Any], to: Mapping[str, Any], key: str) -> float | None:
    """The paper's number of one entry over that of another; None where it does not report both."""
    over, under = _paper_value(of, key), _paper_value(to, key)
    return over / under if over is not None and under else None


def _paper_value(entry: Mapping[str, Any], key: str) -> float | None:
    told = entry.get("paper") or {}
    stem = next((kind for kind in ("fd", "is") if key.startswith(f"{kind}-")), key)
    value = told.get(PAPER.get(stem, stem))
    return None if value is None else float(value)
