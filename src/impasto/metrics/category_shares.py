"""Which categories appear among painted pictures, and how far their shares are from those of real pictures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from impasto.catalogue import listed
from impasto.errors import UsageError
from impasto.metrics.intervals import bootstrap_interval
from impasto.metrics.metric import SHARE, Estimate, Quantity, reports
from impasto.metrics.number import Interval, Yardstick
from impasto.metrics.recognised import Labels, Recognised

__all__ = ["appears", "category_shares", "frequent"]

RESAMPLES = 1000
LEAST_EXPECTED = 5
"""Fewest expected pictures of a category that is counted; whether a rarer one appears would be a matter of chance."""
TENTH = 0.1
"""A category is missing below this part of its share among real pictures."""


@listed(
    name="mode-coverage",
    summary="share of the categories that a classifier of real pictures recognises among the painted ones",
    year=2017,
    source="Che et al. 2017, Mode Regularized GANs (modes counted by a classifier of real pictures)",
)
@reports(
    Quantity("mode-coverage", "Share of categories that appear", "higher", bounds=SHARE),
    Quantity("category-shift", "Distance of the shares of categories from the real ones", "lower", bounds=SHARE),
    aspect="categories",
)
def category_shares(recognised: Recognised, recognised_real: Recognised, seed: int) -> dict[str, Estimate]:
    """Which categories are recognised in painted pictures, compared with those of real pictures.

    Args:
        recognised: Categories recognised in the painted pictures.
        recognised_real: Categories recognised in the real pictures.
        seed: Seed of resampling.

    Returns:
        Share of the categories of real pictures that appear among painted ones, as far as they are frequent enough to
        tell (see `frequent` and `appears`); and the total variation distance of the shares, in [0, 1], beside that of
        two halves of the real pictures.

    Raises:
        UsageError: When a set is empty.
    """
    if len(recognised) == 0 or len(recognised_real) == 0:
        raise UsageError(
            f"Mode coverage needs pictures; there are {len(recognised)} painted and {len(recognised_real)} real."
        )
    rng = np.random.default_rng(seed)
    coverage = _coverage(recognised, recognised_real, rng)
    classes = recognised.classes
    value, interval = _shift(recognised.labels, recognised_real.labels, classes, seed)
    halves = np.array_split(rng.permutation(recognised_real.labels), 2)
    yardstick = None
    if min(map(len, halves)):
        value_of_halves, interval_of_halves = _shift(halves[0], halves[1], classes, seed)
        n = {"painted": len(halves[0]), "real": len(halves[1])}
        yardstick = Yardstick("two halves of the test split", value_of_halves, interval_of_halves, n)
    return {"coverage": coverage, "shift": Estimate(value, interval=interval, real=yardstick)}


def _coverage(recognised: Recognised, recognised_real: Recognised, rng: np.random.Generator) -> Estimate:
    counted = frequent(recognised_real.shares, len(recognised))
    real = recognised_real.shares[counted]
    value = float(appears(recognised.shares[counted], real).mean())
    drawn = rng.multinomial(len(recognised), recognised.shares, size=RESAMPLES) / len(recognised)
    low, high = np.quantile(appears(drawn[:, counted], real).mean(1), [0.025, 0.975])
    return Estimate(
        value,
        interval=(min(float(low), value), max(float(high), value)),
        remark=f"of the {int(counted.sum())} categories that are frequent enough to tell",
    )


def _shift(a: Labels, b: Labels, classes: int, seed: int) -> tuple[float, Interval]:
    """Half the sum of absolute differences of the shares, in [0, 1], with its bootstrap interval."""
    differences = np.bincount(a, minlength=classes) / len(a) - np.bincount(b, minlength=classes) / len(b)
    value = float(np.abs(differences).sum() / 2)
    slopes = np.sign(differences) / 2
    low, high = bootstrap_interval(value, slopes[a], -slopes[b], seed=seed)
    return value, (max(0.0, low), min(1.0, high))


def appears(painted: npt.NDArray[np.float64], real: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Which categories appear: those with a tenth or more of their share among real pictures.

    Args:
        painted: Share of each category among painted pictures, shape (…, L).
        real: Share among real ones, shape (L,).
    """
    return painted >= TENTH * real


def frequent(shares: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.bool_]:
    """Which categories can be missed among so many pictures: five or more of it are expected, bool, shape (L,).

    Args:
        shares: Share of each category among real pictures, shape (L,).
        count: Number of painted pictures.
    """
    enough = shares * count >= LEAST_EXPECTED
    return enough if enough.any() else shares > 0
