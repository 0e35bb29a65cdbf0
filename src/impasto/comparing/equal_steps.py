"""What entries reach in equally many steps, where the budget of their trainings is time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from impasto.comparing.findings import MetricSummary, is_frechet, metric_summaries
from impasto.comparing.results import EntryResults, Results, RunResults
from impasto.comparing.statistics import Spread, ratio_of, spread_of
from impasto.metrics.number import Interval

__all__ = ["EqualSteps", "equal_steps"]


@dataclass(frozen=True)
class EqualSteps:
    """Numbers of all entries after the same number of steps.

    Attributes:
        step: The last step up to which every finished run was measured.
        metrics: The numbers, the most useful first.
        spreads: Name of an entry → name of a number → its spread over the finished runs.
        ratios: (entry in the numerator, entry in the denominator) → ratio of their Fréchet distances and its 95 %
            interval over the trainings, for the pairs that the experiment names.
    """

    step: int
    metrics: tuple[MetricSummary, ...]
    spreads: Mapping[str, Mapping[str, Spread]]
    ratios: Mapping[tuple[str, str], tuple[float, Interval | None]]


def equal_steps(results: Results) -> EqualSteps | None:
    """The numbers after the last step that all finished runs were measured at or beyond, linear between two points.

    None where the budget is steps, which the final values are of, or an entry has no finished run, or none a curve.
    """
    if results.terms.steps or not all(entry.done for entry in results.entries):
        return None
    ends = [run.curve[-1].step for run in results.runs if run.curve]
    if not ends:
        return None
    step = min(ends)
    metrics = [
        metric for metric in metric_summaries(results) if any(_at(run, metric.key, step) for run in results.runs)
    ]
    values = {entry.name: {m.key: _by_seed(entry, m.key, step) for m in metrics} for entry in results.entries}
    spreads = {
        name: {key: spread_of([*by_seed.values()]) for key, by_seed in numbers.items() if by_seed}
        for name, numbers in values.items()
    }
    distance = next((metric.key for metric in metrics if is_frechet(metric.key)), "")
    pairs = [(ratio.of, ratio.to) for ratio in results.ratios]
    ratios = {(of, to): _ratio(values[of].get(distance, {}), values[to].get(distance, {})) for of, to in pairs}
    return EqualSteps(step, tuple(metrics), spreads, {pair: ratio for pair, ratio in ratios.items() if ratio})


def _by_seed(entry: EntryResults, key: str, step: int) -> dict[int, float]:
    numbers = {run.seed: _at(run, key, step) for run in entry.done}
    return {seed: value for seed, value in numbers.items() if value is not None}


def _at(run: RunResults, key: str, step: int) -> float | None:
    """A number of a run after a step; None where its points do not reach so far."""
    points = [(point.step, point.metrics[key].value) for point in run.curve if key in point.metrics]
    if not points or not points[0][0] <= step <= points[-1][0]:
        return None
    steps, values = zip(*points, strict=True)
    return float(np.interp(step, steps, values))


def _ratio(above: Mapping[int, float], below: Mapping[int, float]) -> tuple[float, Interval | None] | None:
    seeds = sorted(above.keys() & below.keys())
    return ratio_of([above[s] for s in seeds], [below[s] for s in seeds]) if seeds else None
