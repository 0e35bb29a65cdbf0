"""Metrics, curves and ratios read from the results of a comparison, finished or under way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

__all__ = [
    "Curve",
    "Metric",
    "best_entry",
    "count_states",
    "final_number",
    "finished_runs",
    "frechet_metric",
    "mean_cost",
    "metric_curve",
    "metrics",
    "paper_ratio",
    "ratios",
]

METRIC_ORDER = ("fid", "fd-", "is", "ssim", "lpips", "sd-paper", "lpips-diversity", "coverage", "precision", "recall")
"""The metrics that come first, in this order; a name that ends in '-' stands for all that begin with it."""
PAPER_KEYS = {"fd": "fid", "lpips-diversity": "lpips", "lpips": "", "sd-paper": "sd"}
"""The paper's name of a metric where it differs from ours; '' where the paper has no such number.

Papers that report LPIPS as better when larger mean diversity (our 'lpips-diversity'), not the distance between a
picture and its reconstruction (our 'lpips')."""

Results = Mapping[str, Any]


@dataclass(frozen=True)
class Metric:
    """A metric that at least one finished run or curve has a value of.

    Attributes:
        key: Its name.
        title: What it measures, in words.
        better: 'lower', 'higher' or 'neither'.
        comparable: Whether all runs computed it in the same way; if not, its values may not be compared.
        real: The metric's value for real pictures; None where it was not measured.
    """

    key: str
    title: str
    better: str
    comparable: bool
    real: float | None

    @property
    def label(self) -> str:
        """Its name, with an arrow that points to the better side."""
        return self.key + {"lower": " ↓", "higher": " ↑"}.get(self.better, "")


@dataclass(frozen=True)
class Curve:
    """A metric of one entry along training, over its seeds. All lists have the same length.

    Attributes:
        x: Steps or seconds of the points.
        mean: Mean over the seeds.
        low: The lowest value of any seed.
        high: The highest value of any seed.
        seeds: Number of seeds.
    """

    x: list[float]
    mean: list[float]
    low: list[float]
    high: list[float]
    seeds: int


def metrics(results: Results) -> list[Metric]:
    """All metrics with a value, the most useful first (see `METRIC_ORDER`)."""
    numbers: dict[str, list[Mapping[str, Any]]] = {}
    for run in _runs(results):
        measurements = [run.get("final") or {}]
        measurements += [point["metrics"] for point in run.get("curve") or ()]
        for measurement in measurements:
            for key, number in measurement.items():
                if number.get("value") is not None:
                    numbers.setdefault(key, []).append(number)
    return [_metric(results, key, numbers[key]) for key in sorted(numbers, key=_rank)]


def _metric(results: Results, key: str, numbers: Sequence[Mapping[str, Any]]) -> Metric:
    recipes = [number["recipe"] for number in numbers if "recipe" in number]
    return Metric(
        key,
        title=next((number["title"] for number in numbers if "title" in number), key),
        better=numbers[0].get("better", "neither"),
        comparable=all(recipe == recipes[0] for recipe in recipes),
        real=(results.get("real") or {}).get(key),
    )


def _rank(key: str) -> int:
    """Position of a metric in `METRIC_ORDER`; its length for all others."""
    for position, name in enumerate(METRIC_ORDER):
        if key == name or (name.endswith("-") and key.startswith(name)):
            return position
    return len(METRIC_ORDER)


def frechet_metric(results: Results) -> Metric | None:
    """The Fréchet distance of the comparison: FID if there is one, else that in another feature space."""
    return next((m for m in metrics(results) if m.key == "fid" or m.key.startswith("fd-")), None)


def count_states(results: Results) -> dict[str, int]:
    """How many runs are in each state that occurs, in the order done, running, waiting, failed."""
    states = [run["state"] for run in _runs(results)]
    return {state: states.count(state) for state in ("done", "running", "waiting", "failed") if state in states}


def _runs(results: Results) -> Iterator[Mapping[str, Any]]:
    for entry in results["entries"]:
        yield from entry["runs"]


def finished_runs(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The finished runs of an entry."""
    return [run for run in entry["runs"] if run["state"] == "done"]


def final_number(run: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A metric at the end of a run, with its value, interval and reason; empty where it was not measured."""
    number: Mapping[str, Any] = (run.get("final") or {}).get(key) or {}
    return number


def best_entry(results: Results, metric: Metric) -> str | None:
    """Name of the entry whose interval over the seeds lies beyond those of all others; None if there is no such entry.

    An entry with a single seed has no interval over the seeds. Then no entry counts as the best, because training
    again with another seed may change a value by more than the entries differ.
    """
    if metric.better not in ("lower", "higher") or not metric.comparable:
        return None
    summaries = {}
    for entry in results["entries"]:
        summary = (entry.get("summary") or {}).get(metric.key)
        if summary and summary["mean"] is not None:
            summaries[entry["name"]] = summary
    if len(summaries) < 2 or not all(summary["interval"] for summary in summaries.values()):
        return None
    # Values are negated where higher is better, so that the best entry has the lowest.
    sign = 1 if metric.better == "lower" else -1
    best = min(summaries, key=lambda name: sign * summaries[name]["mean"])
    worst_end = max(sign * end for end in summaries[best]["interval"])
    others = [sign * end for name, summary in summaries.items() if name != best for end in summary["interval"]]
    return best if worst_end < min(others) else None


def metric_curve(entry: Mapping[str, Any], key: str, over: str) -> Curve | None:
    """A metric along training, over the finished seeds, or over the running ones while none has finished.

    Args:
        entry: One entry of the results.
        key: Name of the metric.
        over: 'step' or 'seconds'; the seconds of a step are the mean over the seeds.

    Returns:
        The curve, over the steps that all seeds measured; None where there is no such step.
    """
    runs = finished_runs(entry) or [run for run in entry["runs"] if run["state"] == "running"]
    curves = [curve for curve in (_points(run, key, over) for run in runs) if curve]
    # A step that one seed lacks is left out: a mean over other seeds from step to step would jump.
    steps = sorted(set.intersection(*map(set, curves))) if curves else []
    if not steps:
        return None
    values = [[curve[step][1] for curve in curves] for step in steps]
    return Curve(
        x=[fmean(curve[step][0] for curve in curves) for step in steps],
        mean=[fmean(seeds) for seeds in values],
        low=[min(seeds) for seeds in values],
        high=[max(seeds) for seeds in values],
        seeds=len(curves),
    )


def _points(run: Mapping[str, Any], key: str, over: str) -> dict[int, tuple[float, float]]:
    """Step → position on the axis and value of the metric, at all points of a run that have both."""
    points = {}
    for point in run.get("curve") or ():
        position = point[over]
        value = point["metrics"].get(key, {}).get("value")
        if position is not None and value is not None:
            points[point["step"]] = (position, value)
    return points


def mean_cost(entry: Mapping[str, Any], key: str) -> float | None:
    """Mean of a cost over the finished runs; None where no run has it."""
    costs = [run["cost"][key] for run in finished_runs(entry) if (run.get("cost") or {}).get(key) is not None]
    return fmean(costs) if costs else None


def ratios(results: Results) -> list[Mapping[str, Any]]:
    """The ratios that the experiment asks for and, for the same pairs, those of all other metrics its paper reports.

    Returns:
        One mapping a ratio, with 'metric', 'of', 'to', 'value', 'interval' and 'paper' (the paper's ratio, or None).
        The interval of a ratio that the results do not hold is the widest that the intervals over the seeds allow.
    """
    entries = {entry["name"]: entry for entry in results["entries"]}
    requested = {(ratio["of"], ratio["to"], ratio["metric"]): ratio for ratio in results.get("ratios") or ()}
    all_ratios: list[Mapping[str, Any]] = []
    for of, to in dict.fromkeys(pair[:2] for pair in requested):
        for metric in metrics(results):
            paper = paper_ratio(entries[of], entries[to], metric.key)
            ratio = requested.get((of, to, metric.key))
            if ratio is None and paper is not None:
                ratio = _derived_ratio(entries[of], entries[to], metric)
            if ratio and ratio["value"] is not None:
                all_ratios.append({**ratio, "metric": metric.key, "of": of, "to": to, "paper": paper})
    return all_ratios


def _derived_ratio(of: Mapping[str, Any], to: Mapping[str, Any], metric: Metric) -> dict[str, Any] | None:
    """Ratio of two entries' means; its interval spans all quotients of values in the two intervals."""
    numerator = (of.get("summary") or {}).get(metric.key)
    denominator = (to.get("summary") or {}).get(metric.key)
    if not metric.comparable or not numerator or not denominator:
        return None
    if numerator["mean"] is None or not denominator["mean"]:
        return None
    above = numerator["interval"]
    below = denominator["interval"]
    interval = None
    # The quotient of two intervals is bounded by these ends only while both are positive.
    if above and below and min(*above, *below) > 0:
        interval = [above[0] / below[1], above[1] / below[0]]
    return {"value": numerator["mean"] / denominator["mean"], "interval": interval}


def paper_ratio(of: Mapping[str, Any], to: Mapping[str, Any], key: str) -> float | None:
    """The paper's number for entry `of`, divided by that for entry `to`; None where it does not report both."""
    numerator = _paper_value(of, key)
    denominator = _paper_value(to, key)
    return numerator / denominator if numerator is not None and denominator else None


def _paper_value(entry: Mapping[str, Any], key: str) -> float | None:
    paper = entry.get("paper") or {}
    # The paper's FID and IS stand for ours in any feature space: 'fd-…' and 'is-…'.
    stem = next((kind for kind in ("fd", "is") if key.startswith(f"{kind}-")), key)
    value = paper.get(PAPER_KEYS.get(stem, stem))
    return None if value is None else float(value)
