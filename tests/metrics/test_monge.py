from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto.errors import UsageError
from impasto.metrics.intervals import bootstrap_interval
from impasto.metrics.monge import monge_distance, monge_influence


def draw(count: int, dims: int, seed: int, shift: float = 0.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, dims, generator=generator).double() * torch.logspace(0, -1, dims) * (1 + shift) + shift


def test_gives_the_value_of_the_formula_written_out():
    x, y = draw(40, 6, 0), draw(40, 6, 1, 0.4)
    # As torch-fidelity 0.4.1 does: the directions of one generator, projections sorted, 3 D times the mean square.
    lines = torch.randn(50, 6, generator=torch.Generator().manual_seed(3))
    lines = lines / lines.norm(dim=1, keepdim=True)
    squares = [np.mean((np.sort(x.numpy() @ u) - np.sort(y.numpy() @ u)) ** 2) for u in lines.double().numpy()]
    assert monge_distance(x, y, directions=50, seed=3) == pytest.approx(18 * np.mean(squares), rel=1e-6)


def test_a_shift_has_a_closed_form():
    x = draw(60, 5, 0)
    # The mean over directions of the squared share of a shift along each is its squared length divided by D.
    assert monge_distance(x, x + 2, directions=20000) == pytest.approx(3 * 4 * 5, rel=0.02)
    assert monge_distance(x, x.flip(0)) == pytest.approx(0, abs=1e-12)


def test_of_two_samples_of_one_distribution_a_floor_remains_that_falls_as_they_grow():
    small, large = (monge_distance(draw(n, 8, 0), draw(n, 8, 1)) for n in (50, 800))
    assert 0 < large < small / 4


def test_the_influence_is_the_derivative():
    x, y = draw(80, 4, 0), draw(80, 4, 1, 0.5)
    of_x, of_y = monge_influence(x, y, directions=40)
    assert (of_x.mean(), of_y.mean()) == (pytest.approx(0, abs=1e-9), pytest.approx(0, abs=1e-9))
    before = monge_distance(x, y, directions=40)
    for rows, influence, other in ((x, of_x, y), (y, of_y, x)):
        slopes = []
        for row in range(0, 80, 8):
            weights = torch.ones(len(rows)).double()
            weights[row] += 0.05
            slopes.append((_weighted(rows, weights, other) - before) / 0.05 * len(rows))
        assert np.corrcoef(influence[::8], slopes)[0, 1] > 0.99


def _weighted(rows, weights, other, directions: int = 40) -> float:
    """The distance of a set whose pictures have weights, by quantiles on a fine grid."""
    lines = torch.randn(directions, rows.shape[1], generator=torch.Generator().manual_seed(0)).double()
    lines = lines / lines.norm(dim=1, keepdim=True)
    grid = (np.arange(20000) + 0.5) / 20000
    squares = []
    for u in lines.numpy():
        places, order = np.sort(rows.numpy() @ u), np.argsort(rows.numpy() @ u)
        share = np.cumsum(weights.numpy()[order]) / weights.sum().item()
        ours = places[np.searchsorted(share, grid).clip(0, len(places) - 1)]
        theirs = np.sort(other.numpy() @ u)
        theirs = theirs[(grid * len(theirs)).astype(int)]
        squares.append(np.mean((ours - theirs) ** 2))
    return 3 * rows.shape[1] * float(np.mean(squares))


def test_the_interval_is_as_wide_as_new_samples_scatter():
    values = [monge_distance(draw(150, 10, s), draw(150, 10, s + 500, 0.3), directions=100) for s in range(40)]
    widths = []
    for seed in range(4):
        sets = draw(150, 10, seed), draw(150, 10, seed + 500, 0.3)
        low, high = bootstrap_interval(0.0, *monge_influence(*sets, directions=100), seed=seed)
        widths.append((high - low) / (2 * 1.96))
    assert np.mean(widths) == pytest.approx(np.std(values), rel=0.35)


def test_unequal_counts_are_refused():
    with pytest.raises(UsageError, match="equally many pictures, not 50 and 40"):
        monge_distance(draw(50, 4, 0), draw(40, 4, 1))
