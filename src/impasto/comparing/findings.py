"""What the results of a comparison say, as far as it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Literal

from impasto.comparing.results import CurveValue, EntryResults, RatioResult, Results, RunResults, State
from impasto.comparing.statistics import Spread, spread_of
from impasto.metrics.number import Better, Interval, Number

__all__ = [
    "LEAST_SEEDS",
    "Axis",
    "BesidePaper",
    "Curve",
    "MetricSummary",
    "count_states",
    "curve_of",
    "distance_summaries",
    "is_frechet",
    "leading_entries",
    "mean_cost",
    "metric_summaries",
    "nearest_entries",
    "paper_ratio",
    "ratios_beside_paper",
]

MOST_USED = (
    "kid",
    "kd-",
    "fid",
    "fd-",
    "is",
    "ssim",
    "lpips",
    "sd-paper",
    "lpips-diversity",
    "coverage",
    "precision",
    "recall",
)
"""Names of numbers, or their beginnings, that come first on a page, in this order."""
PAPER_NAMES = {"fd": "fid", "lpips-diversity": "lpips", "lpips": "", "sd-paper": "sd"}
"""Names that papers use for a number, where they differ from ours.

A paper's LPIPS that is better when larger is one of variety, and none answers to the distance to a picture."""

LEAST_SEEDS = 3
"""Seeds that an entry must have been trained with before it can be marked as the best."""

Axis = Literal["step", "seconds"]
"""What a curve is drawn over."""


@dataclass(frozen=True)
class MetricSummary:
    """A number that at least one finished run or curve has a value of.

    Attributes:
        key: Its name.
        title: What it is, in words.
        better: Which way is better.
        real: The same number for real pictures, where it is known.
    """

    key: str
    title: str
    better: Better
    real: float | None

    @property
    def label(self) -> str:
        """Its name, with an arrow to the better side."""
        return self.key + {"lower": " ↓", "higher": " ↑"}.get(self.better, "")


@dataclass(frozen=True)
class Curve:
    """A number during training: the mean over an entry's seeds, and the lowest and highest of them.

    Attributes:
        x: Steps or seconds of the points.
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


@dataclass(frozen=True)
class BesidePaper:
    """A ratio of two entries, with that of their paper.

    Attributes:
        result: The ratio here.
        paper: The paper's ratio; None where it does not report both numbers.
    """

    result: RatioResult
    paper: float | None

    @property
    def verdict(self) -> str:
        """What the trainings say of the paper's claim that one entry's number is so much larger or smaller.

        'reproduced' where the whole interval lies on the paper's side of 1, 'not reproduced' where it lies on the other
        one, and else 'cannot be told'; and whether the paper's ratio lies in it. Empty without the paper's ratio.
        """
        if self.paper is None or self.paper == 1:
            return ""
        if self.result.interval is None:
            return "cannot be told from one training"
        low, high = self.result.interval
        if low <= 1 <= high:
            return "cannot be told"
        if (high < 1) != (self.paper < 1):
            return "not reproduced"
        return "reproduced" if low <= self.paper <= high else "reproduced, of another size"


def metric_summaries(results: Results) -> list[MetricSummary]:
    """All numbers with a value, the most useful first."""
    numbers: dict[str, list[Number | CurveValue]] = {}
    for run in results.runs:
        measured: list[Mapping[str, Number | CurveValue]] = [run.final, *(point.metrics for point in run.curve)]
        for each in measured:
            for key, number in each.items():
                if number.value is not None:
                    numbers.setdefault(key, []).append(number)
    return [_summary(results, key, numbers[key]) for key in sorted(numbers, key=_place)]


def _summary(results: Results, key: str, numbers: Sequence[Number | CurveValue]) -> MetricSummary:
    title = next((number.title for number in numbers if number.title), key)
    return MetricSummary(key, title, numbers[0].better, results.real.get(key))


def _place(key: str) -> int:
    fits = (key.startswith(name) if name.endswith("-") else key == name for name in MOST_USED)
    return next((place for place, fit in enumerate(fits) if fit), len(MOST_USED))


def is_frechet(key: str) -> bool:
    """Whether a number is the Fréchet distance, in any space."""
    return key == "fid" or key.startswith("fd-")


def distance_summaries(results: Results) -> list[MetricSummary]:
    """What decides who paints nearest to real pictures: the kernel distance in each feature space.

    It is the Fréchet distance where no kernel distance was measured, since that one is biased for few pictures. Spaces
    of networks that an entry learned from are left out, unless there are no others.
    """
    summaries = metric_summaries(results)
    kernel = [summary for summary in summaries if summary.key == "kid" or summary.key.startswith("kd-")]
    distances = kernel or [summary for summary in summaries if is_frechet(summary.key)]
    fair = [summary for summary in distances if all(_may_rank(entry, summary.key) for entry in results.entries)]
    return fair or distances


def nearest_entries(results: Results) -> tuple[str, ...]:
    """The entry that is ahead in every feature space, alone, or those that are ahead in one of them or tie there.

    Empty where too few trainings are done to say it; see `leading_entries`.
    """
    leading = [leading_entries(results, metric) for metric in distance_summaries(results)]
    return tuple(dict.fromkeys(name for names in leading for name in names)) if all(leading) else ()


def count_states(results: Results) -> dict[State, int]:
    """How many runs are in each state, in the order done, running, waiting, failed."""
    states = [run.state for run in results.runs]
    order: tuple[State, ...] = ("done", "running", "waiting", "failed")
    return {state: states.count(state) for state in order if state in states}


def leading_entries(results: Results, metric: MetricSummary) -> tuple[str, ...]:
    """The entry with the best mean, and all others that it is not clearly ahead of: a tie, if there are any.

    Entries that learned from the network whose features the number is of take no part. An entry is ahead where the
    95 % interval of the difference excludes 0. Trainings with the same seed are paired. Each paints pictures of its own
    and is measured against the same real ones, so that the differences hold both sources of chance. Of fewer seeds than
    three nothing is said: training again may move a number further than any two entries lie apart.
    """
    if metric.better not in ("lower", "higher"):
        return ()
    measured = [entry for entry in results.entries if _mean(entry, metric.key) is not None]
    ranked = [entry for entry in measured if _may_rank(entry, metric.key)]
    if len(ranked) < 2 or any(entry.summary[metric.key].n < LEAST_SEEDS for entry in ranked):
        return ()
    if any(entry.summary[metric.key].interval is None for entry in ranked):
        return ()
    sign = -1 if metric.better == "lower" else 1
    best = max(ranked, key=lambda entry: sign * (_mean(entry, metric.key) or 0.0))
    tied = (entry.name for entry in ranked if entry is not best and not _is_ahead(best, entry, metric.key, sign))
    return (best.name, *tied)


def _mean(entry: EntryResults, key: str) -> float | None:
    return entry.summary[key].mean if key in entry.summary else None


def _may_rank(entry: EntryResults, key: str) -> bool:
    return all(run.final[key].ranks for run in entry.done if key in run.final)


def _is_ahead(best: EntryResults, other: EntryResults, key: str, sign: int) -> bool:
    """Whether an entry is clearly ahead of another; `sign` is -1 where smaller is better."""
    ours = _values_by_seed(best, key)
    theirs = _values_by_seed(other, key)
    shared = sorted(ours.keys() & theirs.keys())
    if len(shared) >= LEAST_SEEDS:
        interval = spread_of([sign * (ours[seed] - theirs[seed]) for seed in shared]).interval
        return interval is not None and interval[0] > 0
    low, high = best.summary[key].interval or (0.0, 0.0)
    their_low, their_high = other.summary[key].interval or (0.0, 0.0)
    return high < their_low if sign < 0 else low > their_high


def _values_by_seed(entry: EntryResults, key: str) -> dict[int, float]:
    numbers = {run.seed: run.final[key].value for run in entry.done if key in run.final}
    return {seed: value for seed, value in numbers.items() if value is not None}


def curve_of(entry: EntryResults, key: str, over: Axis) -> Curve | None:
    """A number during training, over the finished seeds; None where none has measured it.

    Args:
        entry: One entry of the results.
        key: Name of the number.
        over: What the points lie over; the seconds of a step are the mean over the seeds.
    """
    by_seed = [points for points in (_points(run, key, over) for run in entry.done) if points]
    # A mean over other seeds at every step would jump; only steps that all have are drawn.
    steps = sorted(set.intersection(*map(set, by_seed))) if by_seed else []
    if not steps:
        return None
    values = [[points[step][1] for points in by_seed] for step in steps]
    x = [fmean(points[step][0] for points in by_seed) for step in steps]
    return Curve(x, [fmean(v) for v in values], [min(v) for v in values], [max(v) for v in values], len(by_seed))


def _points(run: RunResults, key: str, over: Axis) -> dict[int, tuple[float, float]]:
    """Step → place and value of a number."""
    return {
        point.step: (point.step if over == "step" else point.seconds, point.metrics[key].value)
        for point in run.curve
        if key in point.metrics
    }


def mean_cost(entry: EntryResults, name: str) -> float | None:
    """An attribute of `Cost`, averaged over the finished runs that know it."""
    values = [value for run in entry.done if run.cost and (value := getattr(run.cost, name)) is not None]
    return fmean(values) if values else None


def ratios_beside_paper(results: Results) -> list[BesidePaper]:
    """The ratios that the experiment asks for, and, for the same pairs, all others that its paper knows.

    An interval that the results do not hold is as wide as the two intervals over the seeds allow.
    """
    entries = {entry.name: entry for entry in results.entries}
    given = {(ratio.of, ratio.to, ratio.metric): ratio for ratio in results.ratios}
    pairs = []
    for of, to in dict.fromkeys(pair[:2] for pair in given):
        for metric in metric_summaries(results):
            paper = paper_ratio(entries[of], entries[to], metric.key)
            ratio = given.get((of, to, metric.key))
            if ratio is None and paper is not None:
                ratio = _ratio_of_means(entries[of], entries[to], metric)
            if ratio is not None:
                pairs.append(BesidePaper(ratio, paper))
    return pairs


def _ratio_of_means(of: EntryResults, to: EntryResults, metric: MetricSummary) -> RatioResult | None:
    over: Spread | None = of.summary.get(metric.key)
    under: Spread | None = to.summary.get(metric.key)
    if not (over and under and over.mean is not None and under.mean):
        return None
    interval: Interval | None = None
    if over.interval and under.interval and min(*over.interval, *under.interval) > 0:
        interval = (over.interval[0] / under.interval[1], over.interval[1] / under.interval[0])
    return RatioResult(metric.key, of.name, to.name, over.mean / under.mean, interval)


def paper_ratio(of: EntryResults, to: EntryResults, key: str) -> float | None:
    """The paper's number of one entry over that of another; None where it does not report both."""
    over = _paper_value(of, key)
    under = _paper_value(to, key)
    return over / under if over is not None and under else None


def _paper_value(entry: EntryResults, key: str) -> float | None:
    stem = next((kind for kind in ("fd", "is") if key.startswith(f"{kind}-")), key)
    return entry.paper.get(PAPER_NAMES.get(stem, stem))
