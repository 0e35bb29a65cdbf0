from __future__ import annotations

import pytest
import torch
from test_frechet import sets

from impasto.errors import UsageError
from impasto.metrics import kernel, kernel_distance
from impasto.metrics.kernel import kernel_distances

__all__ = ["sets"]


def by_hand(x, y):
    def k(a, b):
        return (float(a @ b) / len(a) + 1) ** 3

    m = len(x)
    within = sum(k(s[i], s[j]) for s in (x, y) for i in range(m) for j in range(m) if i != j)
    between = sum(k(a, b) for a in x for b in y)
    return within / (m * (m - 1)) - 2 * between / m**2


def test_gives_the_values_of_torch_fidelity(sets):
    # torch-fidelity 0.4.0, kid_features_to_metric(kid_subsets=20, kid_subset_size=100, rng_seed=7).
    values = kernel_distances(*sets, subsets=20, subset_size=100, seed=7)
    assert float(values.mean()) == pytest.approx(248.3892522, rel=1e-9)
    assert float(values.std(correction=0)) == pytest.approx(40.577533, rel=1e-8)


def test_agrees_with_the_formula_written_as_sums(sets):
    x, y = sets[0][:12], sets[1][:12]
    assert kernel_distance(x, y, subsets=1, subset_size=12) == pytest.approx(by_hand(x, y), rel=1e-10)


def test_large_sets_take_the_other_path_to_the_same_values(sets, monkeypatch):
    expected = kernel_distance(*sets, subsets=5, subset_size=50, seed=3)
    monkeypatch.setattr(kernel, "_WHOLE", 100)
    assert kernel_distance(*sets, subsets=5, subset_size=50, seed=3) == pytest.approx(expected, rel=1e-10)


def test_is_unbiased(sets):
    generator = torch.Generator().manual_seed(0)
    values = [
        kernel_distance(*torch.randn(2, 40, 8, generator=generator), subsets=1, subset_size=40) for _ in range(200)
    ]
    mean, error = torch.tensor(values).mean(), torch.tensor(values).std() / 200**0.5
    assert abs(mean) < 3 * error
    assert min(values) < 0
    # The biased estimate, which counts each picture with itself, would lie ten times its error above zero.
    assert error * 10 < 2 / 40 * 7


def test_seed_chooses_the_subsets(sets):
    one, same, other = (kernel_distance(*sets, subsets=3, subset_size=50, seed=s) for s in (1, 1, 2))
    assert one == same != other


def test_bad_requests(sets):
    x, y = sets
    with pytest.raises(UsageError, match="100 subsets of 1000 cannot be drawn from 300 and 250"):
        kernel_distance(x, y)
    with pytest.raises(UsageError, match="0 subsets"):
        kernel_distance(x, y, subsets=0, subset_size=10)
