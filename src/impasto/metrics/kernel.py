"""The kernel distance between two sets of features: KID on Inception features."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import UsageError
from impasto.metrics.embedding import Features
from impasto.metrics.frechet import checked
from impasto.metrics.influence import kernel_influence
from impasto.metrics.metric import LEAST_PICTURES, Beside, Estimate, Quantity, reports
from impasto.metrics.spaces import name_in_space

__all__ = ["kernel", "kernel_distance", "kernel_distances", "polynomial_kernel"]

SUBSETS = 100
SUBSET_SIZE = 1000
_WHOLE = 6000
"""Number of pictures up to which the kernel of all pairs is computed once, and subsets are read from it."""


@listed(
    name="kernel-distance",
    summary="squared maximum mean discrepancy, cubic kernel, unbiased: KID on Inception, kd-<network> on others",
    year=2018,
    source="Bińkowski, Sutherland, Arbel & Gretton, Demystifying MMD GANs",
)
@reports(
    Quantity(name_in_space("kd"), "Kernel distance from real pictures", "lower", headline=1),
    aspect="distance",
    beside=Beside({"painted_features": "train_sample_features"}, "{count} training pictures", "train"),
    anchor=Beside(
        {"painted_features": "blurred_features"},
        "{count} training pictures at a quarter of their resolution",
        "blurred",
    ),
    least=LEAST_PICTURES,
)
def kernel(painted_features: Features, real_features: Features, seed: int) -> Estimate:
    """The kernel distance of painted pictures to real ones, in the space of the measurement."""
    real = real_features.values
    painted = painted_features.values
    size = min(SUBSET_SIZE, len(real), len(painted))
    value = kernel_distance(real, painted, subsets=SUBSETS, subset_size=size, seed=seed)
    method = {"subsets": SUBSETS, "subset_size": size}
    return Estimate(value, kernel_influence(real, painted), method=method)


def kernel_distance(real: Tensor, fake: Tensor, *, subsets: int = 100, subset_size: int = 1000, seed: int = 0) -> float:
    """Mean over random subsets of the unbiased squared maximum mean discrepancy.

    Args:
        real: Features, shape (N, D).
        fake: Features, shape (M, D).
        subsets: How many.
        subset_size: Pictures in each, without repetition; at most N and M.
        seed: Chooses the subsets.

    Returns:
        The mean, in float64; slightly negative where the sets agree, because it is unbiased.

    Raises:
        UsageError: When shapes do not fit, or a subset would be larger than a set.

    Source: Bińkowski et al. 2018, equation 4 and section 4.
    """
    return float(kernel_distances(real, fake, subsets=subsets, subset_size=subset_size, seed=seed).mean())


def kernel_distances(
    real: Tensor, fake: Tensor, *, subsets: int = 100, subset_size: int = 1000, seed: int = 0
) -> Tensor:
    """The values of each subset, shape (subsets,); see `kernel_distance`."""
    x, y = checked(real, fake)
    if subsets < 1 or not 2 <= subset_size <= min(len(x), len(y)):
        raise UsageError(
            f"{subsets} subsets of {subset_size} cannot be drawn from {len(x)} and {len(y)} pictures; "
            f"take at least one subset of 2 to {min(len(x), len(y))}."
        )
    # This generator and this order of draws give the subsets of torch-fidelity, for comparison.
    random = np.random.RandomState(seed)
    chosen = []
    for _ in range(subsets):
        left = random.choice(len(x), subset_size, replace=False)
        chosen.append((left, random.choice(len(y), subset_size, replace=False)))
    if max(len(x), len(y)) > _WHOLE:
        kernels = (
            (polynomial_kernel(x[i], x[i]), polynomial_kernel(x[i], y[j]), polynomial_kernel(y[j], y[j]))
            for i, j in chosen
        )
        one = torch.ones(1, subset_size, dtype=torch.float64)
        return torch.cat([_discrepancy(*three, one, one) for three in kernels])
    left_rows = torch.zeros(subsets, len(x)).double()
    right_rows = torch.zeros(subsets, len(y)).double()
    for row, (i, j) in enumerate(chosen):
        left_rows[row, i] = 1
        right_rows[row, j] = 1
    three = polynomial_kernel(x, x), polynomial_kernel(x, y), polynomial_kernel(y, y)
    return _discrepancy(*three, left_rows, right_rows)


def polynomial_kernel(x: Tensor, y: Tensor) -> Tensor:
    """(x·y / D + 1)³ of all pairs, shape (N, M)."""
    return (x @ y.T).div_(x.shape[1]).add_(1).pow_(3)


def _discrepancy(xx: Tensor, xy: Tensor, yy: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """Unbiased discrepancy of subsets, given as rows of zeros and ones, shape (S,)."""
    m = left[0].sum()
    within_x = ((left @ xx) * left).sum(1) - left @ xx.diagonal()
    within_y = ((right @ yy) * right).sum(1) - right @ yy.diagonal()
    between = ((left @ xy) * right).sum(1)
    return (within_x + within_y) / (m * (m - 1)) - 2 * between / m**2
