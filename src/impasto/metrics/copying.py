"""Whether a painter copies: its pictures against the training pictures they lie nearest to.

Every new painting resembles some older one. A painter copies when its pictures lie nearer to the
training pictures than held-out real pictures do, so the measure compares with those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from impasto.catalogue import listed
from impasto.errors import UsageError
from impasto.metrics.metric import SHARE, Estimate, Quantity, reports
from impasto.metrics.nearest_training import NearestTraining
from impasto.metrics.number import Number, Yardstick

__all__ = [
    "CopyingReport",
    "MedianDistance",
    "NearestPair",
    "copies",
    "copying",
    "copying_report",
    "copying_sentence",
    "verdict",
]

CHANCE = 0.05
"""Share of pictures below the 5th percentile of held-out ones where nothing is copied."""
LEAST_HELD_OUT = 20
RESAMPLES = 4000


@listed(
    name="copying",
    summary="share of pictures nearer to a training picture than 95 % of held-out real ones",
    year=2020,
    source="Meehan, Chaudhuri & Dasgupta 2020, A Non-Parametric Test to Detect Data-Copying",
)
@reports(
    Quantity(
        "copying",
        "Copying: share nearer to training pictures than 95 % of held-out ones",
        "lower",
        headline=6,
        bounds=SHARE,
    ),
    aspect="copying",
)
def copying(nearest_training: NearestTraining, seed: int) -> Estimate:
    """Share of painted pictures nearer than the 5th percentile of held-out ones, with its interval.

    Held-out pictures are resampled too, because the percentile is only as well known as they allow.

    Raises:
        UsageError: When there are too few held-out pictures for a percentile.
    """
    if len(nearest_training.held_out) < LEAST_HELD_OUT:
        raise UsageError(
            f"Percentiles need {LEAST_HELD_OUT} held-out pictures; there are {len(nearest_training.held_out)}."
        )
    value = float(nearest_training.nearer_than(5).double().mean())
    rng = np.random.default_rng(seed)
    held_out = nearest_training.held_out.numpy()
    painted = np.sort(nearest_training.painted.numpy())
    resampled = held_out[rng.integers(0, len(held_out), (RESAMPLES, len(held_out)))]
    percentiles = np.quantile(resampled, CHANCE, axis=1)
    below = np.searchsorted(painted, percentiles, side="left") / len(painted)
    # Below a fixed percentile, these quantiles are the ends of the interval of Clopper & Pearson 1934.
    counts = below * len(painted)
    low = np.quantile(np.where(counts > 0, rng.beta(np.maximum(counts, 1), len(painted) - counts + 1), 0), 0.025)
    rest = len(painted) - counts
    high = np.quantile(np.where(rest > 0, rng.beta(counts + 1, np.maximum(rest, 1)), 1), 0.975)
    return Estimate(
        value,
        interval=(float(low), float(high)),
        n={"painted": len(painted), "test": len(held_out)},
        real=Yardstick("held-out pictures, by definition", CHANCE),
    )


@dataclass(frozen=True)
class MedianDistance:
    """Median distance to the nearest training picture.

    Attributes:
        painted: Median of the painted pictures.
        held_out: Median of real pictures that were not trained on.
    """

    painted: float
    held_out: float


@dataclass(frozen=True)
class NearestPair:
    """A painted picture and the training picture nearest to it.

    Attributes:
        painted: Index of the painted picture.
        file: Name of the training picture in its source.
        distance: Cosine distance, in [0, 2].
        mirrored: Whether the mirror image of the training picture is nearer.
    """

    painted: int
    file: str
    distance: float
    mirrored: bool


@dataclass(frozen=True)
class CopyingReport:
    """What a measurement says about copying beyond its number.

    Attributes:
        verdict: What the number means, in a sentence or two.
        nearer_than_1st_percentile: Share of painted pictures nearer than 99 % of held-out ones.
        nearer_than_5th_percentile: Share nearer than 95 % of them.
        median_distance: Median distances of painted and of held-out pictures.
        mirrored: Share of painted pictures that are nearest to a mirror image.
        nearest: The nearest pairs, nearest first.
    """

    verdict: str
    nearer_than_1st_percentile: float
    nearer_than_5th_percentile: float
    median_distance: MedianDistance
    mirrored: float
    nearest: tuple[NearestPair, ...]


def copying_report(
    number: Number, nearest: NearestTraining, rows: Sequence[int], files: Sequence[str], unreadable: str = ""
) -> CopyingReport:
    """The report of some distances.

    Args:
        number: The number of `copying`.
        nearest: The distances.
        rows: Painted pictures whose pairs are named.
        files: Name of the training picture of each.
        unreadable: What the paintings are, where that makes the distances mean nothing.
    """
    return CopyingReport(
        verdict=verdict(number, unreadable),
        nearer_than_1st_percentile=float(nearest.nearer_than(1).double().mean()),
        nearer_than_5th_percentile=float(nearest.nearer_than(5).double().mean()),
        median_distance=MedianDistance(float(nearest.painted.median()), float(nearest.held_out.median())),
        mirrored=float(nearest.mirrored.double().mean()),
        nearest=tuple(
            NearestPair(row, file, float(nearest.painted[row]), bool(nearest.mirrored[row]))
            for row, file in zip(rows, files, strict=True)
        ),
    )


def copies(number: Number | None) -> bool:
    """Whether the share is so far above chance that its painter copies."""
    return number is not None and number.interval is not None and number.interval[0] > 2 * CHANCE


def copying_sentence(number: Number | None, unreadable: str = "") -> str:
    """What the share means, in a short sentence; empty where there is no share.

    Args:
        number: The number of `copying`.
        unreadable: What the paintings are, where that makes the share mean nothing: 'noise', 'blurred or flat'.
    """
    if number is None or number.value is None or number.interval is None:
        return ""
    if unreadable:
        return f"Whether it copies cannot be told as long as the paintings are {unreadable}."
    if copies(number):
        return "It copies: many paintings lie nearer to a training picture than real pictures do."
    if number.interval[0] > CHANCE:
        return "Somewhat more paintings than by chance lie very near to a training picture."
    return "There is no sign of copying."


def verdict(number: Number, unreadable: str = "") -> str:
    """What the share means, with the share itself; arguments as of `copying_sentence`."""
    if number.value is None or number.interval is None:
        return f"Whether it copies cannot be said: {number.reason}"
    if unreadable:
        return copying_sentence(number, unreadable)
    share = (
        f"{number.value:.1%} of the paintings lie nearer to a training picture than 95 % of the real pictures that "
        f"were not trained on; by chance {CHANCE:.0%} would."
    )
    look = " Look at the pairs below." if number.interval[0] > CHANCE else ""
    return f"{share} {copying_sentence(number)}{look}"
