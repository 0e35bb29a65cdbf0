"""Means over seeds and ratios of two entries, with their intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from impasto.metrics.number import Bounds, Interval, clipped

__all__ = ["Spread", "ratio_of", "spread_of"]

STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
"""Quantile 0.975 of Student's distribution with 1, 2, … degrees of freedom."""


@dataclass(frozen=True)
class Spread:
    """A number over several seeds.

    Attributes:
        mean: Mean over the seeds; None without any.
        interval: 95 % interval of the mean, over trainings and pictures; None of a single seed.
        n: Number of seeds.
        values: The number of each seed.
    """

    mean: float | None
    interval: Interval | None
    n: int
    values: tuple[float, ...]


def spread_of(
    values: Sequence[float], bounds: Bounds = (None, None), *, intervals: Sequence[Interval | None] = ()
) -> Spread:
    """Mean over seeds and its 95 % interval within bounds, by Student's distribution; no interval of a single seed.

    Args:
        values: The number of each seed.
        bounds: Least and largest value that is possible.
        intervals: Intervals over the pictures. All seeds are measured against the same real pictures, so that their
            scatter does not show how much depends on those; the mean half width of these intervals is therefore added,
            as the root of a sum of squares. That is rather too wide, since it contains the painted pictures once more.
    """
    n = len(values)
    if not n:
        return Spread(None, None, 0, ())
    mean = fmean(values)
    if n == 1:
        return Spread(mean, None, 1, tuple(values))
    of_trainings = _student(n) * stdev(values) / math.sqrt(n)
    halves = [(ends[1] - ends[0]) / 2 for ends in intervals if ends is not None]
    reach = math.hypot(of_trainings, fmean(halves) if halves else 0.0)
    return Spread(mean, clipped((mean - reach, mean + reach), bounds), n, tuple(values))


def ratio_of(above: Sequence[float], below: Sequence[float]) -> tuple[float, Interval | None]:
    """Ratio of two entries' numbers, seed by seed: the geometric mean, and its 95 % interval.

    Args:
        above: A positive number for each seed.
        below: As many, of the same seeds.
    """
    logs = spread_of([math.log(a / b) for a, b in zip(above, below, strict=True)])
    assert logs.mean is not None
    if logs.interval is None:
        return math.exp(logs.mean), None
    low, high = logs.interval
    return math.exp(logs.mean), (math.exp(low), math.exp(high))


def _student(n: int) -> float:
    return STUDENT[n - 2] if n - 2 < len(STUDENT) else 1.96 + 2.5 / (n - 1)
