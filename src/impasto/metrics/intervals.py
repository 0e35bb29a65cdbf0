"""Intervals of a number: by resampling what moves it, and exactly for shares of pictures."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

__all__ = ["bootstrap_interval", "clopper_pearson"]

Weights = npt.NDArray[np.float64]


def bootstrap_interval(
    value: float, *influences: Weights, seed: int = 0, repeats: int = 1000, level: float = 0.95
) -> tuple[float, float]:
    """Bootstrap interval of a number whose sets of pictures were drawn independently.

    Args:
        value: The number.
        influences: For each set, the derivative of the number by the weight of each picture,
            shape (N,); for a mean, the pictures' own values. Their mean is taken off.
        seed: Seed of the resampling.
        repeats: How often each set is resampled.
        level: Share of resamples inside the interval, in (0, 1).

    Returns:
        Lower and upper end.
    """
    rng = np.random.default_rng(seed)
    shifts = np.zeros(repeats)
    for influence in influences:
        centred = np.asarray(influence, np.float64) - np.mean(influence)
        for resample in range(repeats):
            shifts[resample] += centred[rng.integers(0, len(centred), len(centred))].mean()
    low, high = np.quantile(shifts, [(1 - level) / 2, (1 + level) / 2])
    return value + float(low), value + float(high)


def clopper_pearson(share: float, count: float, *, level: float = 0.95) -> tuple[float, float]:
    """Interval of a share of independent pictures, which holds for shares of 0 and 1 too.

    Args:
        share: The share, in [0, 1].
        count: Number of pictures, above 0; not necessarily whole, where pictures are not quite independent.
        level: Least probability that the interval holds the true share, in (0, 1).

    Returns:
        Lower and upper end, in [0, 1].

    Source: Clopper & Pearson 1934; Korn & Graubard 1998 for counts that are not whole.
    """
    tail = (1 - level) / 2
    hits = share * count
    low = 0.0 if hits <= 0 else _beta_quantile(tail, hits, count - hits + 1)
    high = 1.0 if hits >= count else _beta_quantile(1 - tail, hits + 1, count - hits)
    return low, high


def _beta_quantile(probability: float, a: float, b: float) -> float:
    """The point below which a beta distribution has that probability, by bisection."""
    low = 0.0
    high = 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _beta_below(middle, a, b) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _beta_below(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by its continued fraction.

    Source: NIST Digital Library of Mathematical Functions, 8.17.22; evaluated by Lentz's method.
    """
    if not 0 < x < 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_below(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x) - math.log(a)
    )
    c = 1.0
    d = 0.0
    fraction = 1.0
    for i in range(1000):
        m = i // 2
        if i == 0:
            term = 1.0
        elif i % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _away_from_zero(1 + term * d)
        c = _away_from_zero(1 + term / c)
        fraction *= c * d
        if i and abs(1 - c * d) < 1e-12:
            break
    return front * (fraction - 1)


def _away_from_zero(value: float) -> float:
    return value if abs(value) > 1e-300 else 1e-300
