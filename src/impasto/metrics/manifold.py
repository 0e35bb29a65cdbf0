"""Precision, recall, density and coverage, from the neighbourhoods of pictures in feature space."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from impasto.catalogue import listed
from impasto.errors import UsageError
from impasto.metrics.embedding import Features
from impasto.metrics.frechet import checked
from impasto.metrics.intervals import clopper_pearson
from impasto.metrics.metric import DISTANCE, LEAST_PICTURES, SHARE, Beside, Estimate, Quantity, reports
from impasto.metrics.number import Interval

__all__ = ["deviations", "manifold", "neighbourhoods", "precision_recall_density_coverage"]

NEIGHBOURS = 5
GROUPS = 20
"""Groups of pictures that are left out in turn for the intervals."""
_ROWS = 2048
_SPARE = 30
"""Neighbours beyond the k-th that are looked at where groups are left out."""


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
    equal=True,
)
def manifold(painted_features: Features, real_features: Features, seed: int) -> dict[str, Estimate]:
    """Precision, recall, density and coverage of painted pictures among as many real ones."""
    real = real_features.values
    painted = painted_features.values
    spread = deviations(real, painted, k=NEIGHBOURS, seed=seed)
    return {
        name: Estimate(
            float(votes.mean()),
            interval=_interval(name, float(votes.mean()), spread[name], len(votes)),
            method={"k": NEIGHBOURS},
        )
        for name, votes in neighbourhoods(real, painted, k=NEIGHBOURS).items()
    }


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
    x, y = _centred(*checked(real, fake, least=k + 1))
    return _votes(x, y, _reach(x, k), _reach(y, k), k)


def deviations(real: Tensor, fake: Tensor, *, k: int = 5, groups: int = GROUPS, seed: int = 0) -> dict[str, float]:
    """Standard deviations of the four numbers, were both sets drawn anew.

    A picture is in the votes of its set and shapes the neighbourhoods of its neighbours. Drawing with repetition would
    put a picture next to itself, and shrink all neighbourhoods. So groups of pictures are left out in turn, of one set
    and then of the other, and everything is computed anew from the rest.

    Args:
        real: Features, shape (N, D), N above 2 k.
        fake: Features, shape (M, D), M above 2 k.
        k: As of `neighbourhoods`.
        groups: How many groups each set is divided into.
        seed: Chooses the groups.

    Returns:
        Deviation of each number, by its name.

    Source: Shao & Wu 1989, A general theory for jackknife variance estimation.
    """
    x, y = _centred(*checked(real, fake, least=k + 1))
    random = np.random.default_rng(seed)
    # Row g of what follows is without group g.
    out_x, out_y = (torch.from_numpy(random.permutation(len(rows)) % groups) for rows in (x, y))
    reach_x = _reach(x, k)
    reach_y = _reach(y, k)
    reaches_x = _reaches(x, k, out_x, groups)
    reaches_y = _reaches(y, k, out_y, groups)
    insides = torch.zeros(groups, len(y)).double()
    inside = torch.zeros(len(y)).double()
    votes = {name: torch.zeros(groups, len(x)).double() for name in ("recall", "coverage of real", "coverage of fake")}
    recall = torch.zeros(len(x)).double()
    for rows, distances in _distances(x, y):
        inside += (distances < reach_x[rows, None]).sum(0)
        recall[rows] = (distances < reach_y).any(1).double()
        nearest = distances.amin(1)
        for group in range(groups):
            kept = out_x[rows] != group
            insides[group] += (distances[kept] < reaches_x[group, rows][kept, None]).sum(0)
            votes["coverage of real"][group, rows] = (nearest < reaches_x[group, rows]).double()
            kept = out_y != group
            rest = distances[:, kept]
            votes["recall"][group, rows] = (rest < reaches_y[group, kept]).any(1).double()
            votes["coverage of fake"][group, rows] = (rest.amin(1) < reach_x[rows]).double()

    def without(each: Tensor, out: Tensor) -> Tensor:
        """Mean of each row over the pictures that are not left out."""
        kept = out != torch.arange(groups)[:, None]
        return (each * kept).sum(1) / kept.sum(1)

    means = {
        "precision": ((insides > 0).double().mean(1), without((inside > 0).double(), out_y)),
        "recall": (without(recall, out_x), votes["recall"].mean(1)),
        "density": (insides.mean(1) / k, without(inside, out_y) / k),
        "coverage": (without(votes["coverage of real"], out_x), votes["coverage of fake"].mean(1)),
    }
    # Of G estimates that share all but a G-th of the pictures, the variance is G - 1 times their mean square.
    return {
        name: float(sum((groups - 1) * each.var(correction=0) for each in pair) ** 0.5) for name, pair in means.items()
    }


def _interval(name: str, value: float, deviation: float, count: int) -> Interval:
    """The 95 % interval of a number: of a share, as if of so many independent pictures as its deviation amounts to.

    Source: Korn & Graubard 1998, Confidence intervals for proportions with small expected number of positive counts.
    """
    if name == "density":
        return value - 1.96 * deviation, value + 1.96 * deviation
    variance = value * (1 - value)
    effective = min(count, variance / deviation**2) if deviation > 0 and variance > 0 else count
    return clopper_pearson(value, effective)


def _centred(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    centre = torch.cat([x, y]).mean(0)
    return x - centre, y - centre


def _votes(x: Tensor, y: Tensor, reach_x: Tensor, reach_y: Tensor, k: int) -> dict[str, Tensor]:
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


def _reaches(x: Tensor, k: int, out: Tensor, groups: int) -> Tensor:
    """`_reach` without each group of rows in turn, shape (groups, N).

    Among so many nearest rows, k of other groups are as good as certain; else the farthest of them is taken.
    """
    reaches = []
    for rows, distances in _distances(x, x):
        distances[torch.arange(len(distances)), torch.arange(len(x))[rows]] = torch.inf
        nearest = distances.topk(min(k + _SPARE, len(x) - 1), largest=False)
        of_group = out[nearest.indices]
        farthest = nearest.values[:, -1]
        without = [nearest.values.masked_fill(of_group == group, torch.inf) for group in range(groups)]
        reaches.append(torch.stack([torch.minimum(each.kthvalue(k, dim=1).values, farthest) for each in without]))
    return torch.cat(reaches, dim=1)


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
