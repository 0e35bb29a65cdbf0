"""Precision, recall, density and coverage, from the neighbourhoods of pictures in feature space."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import UsageError
from impasto.metrics.embedding import Features
from impasto.metrics.frechet import checked
from impasto.metrics.metric import DISTANCE, LEAST_PICTURES, SHARE, Beside, Estimate, Quantity, reports

__all__ = ["manifold", "neighbourhoods", "precision_recall_density_coverage"]

NEIGHBOURS = 5
_ROWS = 2048


@listed(
    name="precision-recall-density-coverage",
    summary="fidelity (precision, density) and variety (recall, coverage), from k-nearest-neighbour regions",
    year=2020,
    source="Kynkäänniemi et al. 2019; Naeem, Oh, Uh, Choi & Yoo 2020",
)
@reports(
    Quantity("precision", "Precision: share of the paintings among real pictures", "higher", headline=2, bounds=SHARE),
    Quantity("recall", "Recall: share of the real pictures among paintings", "higher", headline=3, bounds=SHARE),
    Quantity("density", "Density: how deep the paintings lie among real pictures", "higher", bounds=DISTANCE),
    Quantity(
        "coverage", "Coverage: share of the real pictures with a painting near", "higher", headline=4, bounds=SHARE
    ),
    aspect="distance",
    beside=Beside({"painted_features": "train_sample_features"}, "{count} training pictures", "train"),
    least=LEAST_PICTURES,
)
def manifold(painted_features: Features, real_features: Features) -> dict[str, Estimate]:
    """Precision, recall, density and coverage of painted pictures among real ones."""
    votes = neighbourhoods(real_features.values, painted_features.values, k=NEIGHBOURS)
    return {name: Estimate.mean(values, method={"k": NEIGHBOURS}) for name, values in votes.items()}


def precision_recall_density_coverage(real: Tensor, fake: Tensor, *, k: int = 5) -> dict[str, float]:
    """Fidelity and variety of one set against another, by neighbourhoods.

    A collapsed painter has high precision and low coverage: read the four together.

    Args:
        real: Features, shape (N, D), N above k.
        fake: Features, shape (M, D), M above k.
        k: A neighbourhood reaches to the k-th nearest other picture of its set; its edge is outside.

    Returns:
        'precision', 'recall' and 'coverage' in [0, 1], and 'density', 0 or more, about 1 where the sets agree.

    Raises:
        UsageError: When shapes do not fit or a set has k pictures or fewer.

    Source: Kynkäänniemi et al. 2019, equation 2; Naeem et al. 2020, equations 4 and 6.
    """
    return {name: float(votes.mean()) for name, votes in neighbourhoods(real, fake, k=k).items()}


def neighbourhoods(real: Tensor, fake: Tensor, *, k: int = 5) -> dict[str, Tensor]:
    """What each picture contributes: its means are the four numbers.

    Returns:
        'precision' and 'density' of each fake picture, shape (M,); 'recall' and 'coverage' of each
        real one, shape (N,); float64.
    """
    if k < 1:
        raise UsageError(f"Neighbourhoods reach to the k-th nearest picture; k must be 1 or more, not {k}.")
    x, y = checked(real, fake, least=k + 1)
    centre = torch.cat([x, y]).mean(0)
    x = x - centre
    y = y - centre
    reach_x = _reach(x, k)
    reach_y = _reach(y, k)
    inside = torch.zeros(len(y), dtype=torch.float64)
    recall = []
    coverage = []
    for rows, distances in _distances(x, y):
        inside += (distances < reach_x[rows, None]).sum(0)
        recall.append((distances < reach_y).any(1))
        coverage.append(distances.amin(1) < reach_x[rows])
    return {
        "precision": (inside > 0).double(),
        "recall": torch.cat(recall).double(),
        "density": inside / k,
        "coverage": torch.cat(coverage).double(),
    }


def _reach(x: Tensor, k: int) -> Tensor:
    """Squared distance of each row to its k-th nearest other row."""
    reach = []
    for rows, distances in _distances(x, x):
        # A row is not its own neighbour.
        distances[torch.arange(len(distances)), torch.arange(len(x))[rows]] = torch.inf
        reach.append(distances.kthvalue(k, dim=1).values)
    return torch.cat(reach)


def _distances(x: Tensor, y: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Squared distances of a few rows of x at a time to all of y."""
    norms_x = x.square().sum(1)
    norms_y = y.square().sum(1)
    for start in range(0, len(x), _ROWS):
        rows = slice(start, min(start + _ROWS, len(x)))
        sums = norms_x[rows, None] + norms_y
        squares = sums - 2 * (x[rows] @ y.T)
        # Rounding can give equal rows a tiny positive or negative distance; it is 0.
        yield rows, torch.where(squares < 1e-13 * sums, 0.0, squares)
