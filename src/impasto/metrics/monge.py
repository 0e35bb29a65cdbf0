"""The Monge inception distance: sliced optimal transport between two sets of features."""

from __future__ import annotations

import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import UsageError
from impasto.metrics.embedding import Features
from impasto.metrics.frechet import checked
from impasto.metrics.intervals import Weights
from impasto.metrics.metric import DISTANCE, LEAST_PICTURES, Beside, Estimate, Quantity, reports
from impasto.metrics.spaces import name_in_space

__all__ = ["monge", "monge_distance", "monge_influence"]

DIRECTIONS = 1000
_AT_ONCE = 100


@listed(
    name="monge-distance",
    summary="sliced Wasserstein distance of two sets of equal counts: MIND on Inception, mind-<network> on others",
    year=2026,
    source="Berthet et al., MIND: Monge Inception Distance for generative models evaluation",
)
@reports(
    Quantity(
        name_in_space("mind"), "Monge distance: sliced optimal transport to real pictures", "lower", bounds=DISTANCE
    ),
    aspect="distance",
    beside=Beside({"painted_features": "train_sample_features"}, "{count} training pictures", "train"),
    least=LEAST_PICTURES,
    equal=True,
)
def monge(painted_features: Features, real_features: Features, seed: int) -> Estimate:
    """The Monge distance of painted pictures to as many real ones; that of real pictures is its floor, above 0."""
    real = real_features.values
    painted = painted_features.values
    value = monge_distance(real, painted, seed=seed)
    return Estimate(value, monge_influence(real, painted, seed=seed), method={"directions": DIRECTIONS})


def monge_distance(real: Tensor, fake: Tensor, *, directions: int = DIRECTIONS, seed: int = 0) -> float:
    """Monge inception distance of two sets of equally many pictures.

    It falls as the sets grow, so two values are comparable only at equal counts.

    Args:
        real: Features, shape (N, D), N at least 2.
        fake: Features, shape (N, D).
        directions: Random directions that the features are projected to.
        seed: Draws them.

    Returns:
        3 D times the mean over the directions of the squared Wasserstein distance of the projections, 0 or more.

    Raises:
        UsageError: When shapes do not fit, a set is too small or a number is not finite.

    Source: Berthet et al. 2026, section 3.
    """
    x, y = _sets(real, fake)
    squares = [
        ((x @ lines).sort(0).values - (y @ lines).sort(0).values).square().mean(0)
        for lines in _directions(x.shape[1], directions, seed)
    ]
    return 3 * x.shape[1] * float(torch.cat(squares).mean())


def monge_influence(
    real: Tensor, fake: Tensor, *, directions: int = DIRECTIONS, seed: int = 0
) -> tuple[Weights, Weights]:
    """Derivative of the Monge distance by the weight of each picture, shapes (N,); arguments as of `monge_distance`.

    In one dimension the derivative is the potential of the optimal transport, whose slope at a point is twice its
    distance to the point that it is carried to.

    Source: Santambrogio 2015, Optimal transport for applied mathematicians, proposition 7.17.
    """
    x, y = _sets(real, fake)
    moved_x = torch.zeros(len(x)).double()
    moved_y = torch.zeros(len(y)).double()
    for lines in _directions(x.shape[1], directions, seed):
        from_x, order_x = (x @ lines).sort(0)
        from_y, order_y = (y @ lines).sort(0)
        moved_x += _potential(from_x, from_y, order_x)
        moved_y += _potential(from_y, from_x, order_y)
    scale = 3 * x.shape[1] / directions
    return (scale * (moved_x - moved_x.mean())).numpy(), (scale * (moved_y - moved_y.mean())).numpy()


def _potential(places: Tensor, targets: Tensor, order: Tensor) -> Tensor:
    """Sum over directions of the potential of each picture; places and targets are sorted, shape (N, directions)."""
    slopes = 2 * (places - targets)
    rises = (slopes[1:] + slopes[:-1]) / 2 * places.diff(dim=0)
    heights = torch.cat([torch.zeros_like(rises[:1]), rises.cumsum(0)])
    heights = heights - heights.mean(0)
    return torch.zeros_like(heights).scatter_(0, order, heights).sum(1)


def _directions(dimensions: int, count: int, seed: int) -> list[Tensor]:
    """Random unit vectors, some at a time, each shape (D, at most 100)."""
    generator = torch.Generator().manual_seed(seed)
    lines = torch.randn(count, dimensions, generator=generator).double()
    return list((lines / lines.norm(dim=1, keepdim=True)).T.split(_AT_ONCE, dim=1))


def _sets(real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
    x, y = checked(real, fake)
    if len(x) != len(y):
        raise UsageError(
            f"The Monge distance compares equally many pictures, not {len(x)} and {len(y)}. Cut the larger set."
        )
    return x, y
