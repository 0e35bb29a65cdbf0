"""A reported number: with its interval, sample counts, method, and the same number for real pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from impasto.metrics.intervals import bootstrap_interval

__all__ = ["Better", "Bounds", "Interval", "Number", "Yardstick", "clipped", "mean_of", "missing"]

Better = Literal["lower", "higher", "neither"]
Interval = tuple[float, float]
Bounds = tuple[float | None, float | None]
"""Least and largest value that a number can have; None where there is no such bound."""
NOT_FINITE = "The computation gave no finite number."


@dataclass(frozen=True)
class Yardstick:
    """The same number for real pictures, which a perfect painter would reach.

    Attributes:
        of: Which real pictures, in words.
        value: The number for them.
        interval: 95 % bootstrap interval.
        n: Pictures of each set that it was computed from.
    """

    of: str
    value: float
    interval: Interval | None = None
    n: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Number:
    """One number of a measurement.

    Attributes:
        title: What it is, in words.
        better: Which way is better.
        value: The number; None where there is none, and `reason` says why.
        interval: 95 % bootstrap interval.
        n: Pictures of each set that it was computed from.
        method: How it was computed: network, weights, resizing and settings, all of which another number must share to
            be compared with this one. In JSON it is the key 'recipe'.
        seed: Seed of sampling and resampling.
        real: The same number for real pictures.
        reason: Why there is no value.
        remark: What the reader should know beside it.
        unit: Unit of the value; empty for plain numbers.
        headline: Place among the large numbers at the top of a page, from 1; 0 for none.
        bounds: Least and largest value that is possible; intervals end there.
        anchor: The same number for spoilt real pictures, which gives it a scale.
        ranks: Whether it may decide which painter is better: not where the painter learned from the same network.
    """

    title: str
    better: Better = "neither"
    value: float | None = None
    interval: Interval | None = None
    n: Mapping[str, int] = field(default_factory=dict)
    method: Annotated[Mapping[str, Any], Field(alias="recipe")] = field(default_factory=dict)
    seed: int = 0
    real: Yardstick | None = None
    reason: str = ""
    remark: str = ""
    unit: str = ""
    headline: int = 0
    bounds: Bounds = (None, None)
    anchor: Yardstick | None = None
    ranks: bool = True

    def __post_init__(self) -> None:
        """Treat a value that is not finite as missing; an interval must be finite too."""
        if self.value is not None and not math.isfinite(self.value):
            object.__setattr__(self, "value", None)
        if self.value is None:
            object.__setattr__(self, "reason", self.reason or NOT_FINITE)
        if self.value is None or (self.interval and not all(map(math.isfinite, self.interval))):
            object.__setattr__(self, "interval", None)
        object.__setattr__(self, "interval", clipped(self.interval, self.bounds))
        if self.real is not None:
            object.__setattr__(self, "real", replace(self.real, interval=clipped(self.real.interval, self.bounds)))


def clipped(interval: Interval | None, bounds: Bounds) -> Interval | None:
    """The part of an interval that lies within bounds: a share, for one, is never above 1."""
    if interval is None:
        return None
    low, high = interval
    least, most = bounds
    if least is not None:
        low, high = max(low, least), max(high, least)
    if most is not None:
        low, high = min(low, most), min(high, most)
    return low, high


def missing(title: str, reason: str, better: Better = "neither") -> Number:
    """A number that could not be measured, and why."""
    return Number(title=title, better=better, reason=reason)


def mean_of(
    title: str,
    values: npt.NDArray[np.float64],
    better: Better,
    *,
    n: Mapping[str, int],
    method: Mapping[str, Any],
    seed: int,
) -> Number:
    """The mean of values of single pictures, with its bootstrap interval."""
    value = float(np.mean(values))
    interval = bootstrap_interval(value, values, seed=seed) if math.isfinite(value) else None
    return Number(title, better, value, interval, n, method, seed)
