"""The Fréchet distance of infinitely many pictures, extrapolated from that of fewer and fewer: FD∞."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from impasto.catalogue import listed
from impasto.metrics.embedding import Features
from impasto.metrics.frechet import checked, frechet_distance
from impasto.metrics.influence import frechet_influence
from impasto.metrics.metric import LEAST_PICTURES, Beside, Estimate, Quantity, reports
from impasto.metrics.spaces import name_in_space

__all__ = ["frechet_limit", "frechet_limit_distance"]

SIZES = 5
"""Numbers of pictures at which the distance is computed, from half of all to all."""
REPEATS = 2
"""Random choices of pictures at each of them."""


@listed(
    name="frechet-limit",
    summary="Fréchet distance extrapolated to infinitely many pictures, which removes most of its bias",
    year=2020,
    source="Chong & Forsyth, Effectively unbiased FID and Inception score, section 4",
)
@reports(
    Quantity(name_in_space("fdinf"), "Fréchet distance, extrapolated to infinitely many pictures", "lower"),
    aspect="distance",
    beside=Beside({"painted_features": "train_sample_features"}, "{count} training pictures", "train"),
    least=LEAST_PICTURES,
    equal=True,
)
def frechet_limit(painted_features: Features, real_features: Features, seed: int) -> Estimate:
    """The extrapolated Fréchet distance of painted pictures to real ones."""
    real = real_features.values
    painted = painted_features.values
    value = frechet_limit_distance(real, painted, seed=seed)
    return Estimate(value, frechet_influence(real, painted), method={"sizes": SIZES, "repeats": REPEATS})


def frechet_limit_distance(
    real: Tensor, fake: Tensor, *, sizes: int = SIZES, repeats: int = REPEATS, seed: int = 0
) -> float:
    """Fréchet distance extrapolated to infinitely many pictures of both sets.

    The distance of N pictures a set is too large by about a constant over N. It is computed of random subsets of N/2 to
    N pictures, and a line over 1/N is fitted to it by least squares. The source keeps the set of real pictures whole;
    here both sets shrink, because that of real pictures is small too.

    Args:
        real: Features, shape (N, D), N at least 4.
        fake: Features, shape (M, D), M at least 4.
        sizes: How many numbers of pictures, 2 or more.
        repeats: Random choices of pictures at each.
        seed: Chooses them.

    Returns:
        The line's value at 1/N = 0, in float64; slightly negative where the sets agree.

    Raises:
        UsageError: When shapes do not fit, a set is too small or a number is not finite.

    Source: Chong & Forsyth 2020, section 4.
    """
    x, y = checked(real, fake, least=4)
    most = min(len(x), len(y))
    random = np.random.default_rng(seed)
    counts = np.repeat(np.linspace(most / 2, most, sizes).round().astype(int), repeats)
    distances = [
        frechet_distance(x[random.permutation(len(x))[:count]], y[random.permutation(len(y))[:count]])
        for count in counts
    ]
    slope_and_value = np.polyfit(1 / counts, distances, 1)
    return float(slope_and_value[1])
