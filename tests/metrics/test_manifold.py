from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto.errors import UsageError
from impasto.metrics import manifold, precision_recall_density_coverage
from impasto.metrics.embedding import Features
from impasto.metrics.intervals import clopper_pearson
from impasto.metrics.manifold import deviations, neighbourhoods
from impasto.metrics.manifold import manifold as measured


@pytest.fixture(scope="module")
def draws():
    random = np.random.default_rng(5)
    x = random.standard_normal((300, 24)) @ random.standard_normal((24, 24))
    y = random.standard_normal((250, 24)) @ random.standard_normal((24, 24)) + 0.3
    random.standard_normal((203, 30))
    few = np.concatenate([x[:40] + 0.01 * random.standard_normal((40, 24))] * 3)
    few = few + 0.001 * random.standard_normal((120, 24))
    return torch.from_numpy(x), torch.from_numpy(y), torch.from_numpy(few)


def test_gives_the_values_of_prdc(draws):
    x, y, _ = draws
    # prdc 0.2, compute_prdc(nearest_k=5).
    expected = {"precision": 0.276, "recall": 0.31333333333333335, "density": 0.1536, "coverage": 0.36}
    assert precision_recall_density_coverage(x, y, k=5) == pytest.approx(expected, abs=1e-12)


def test_collapse_shows_in_coverage_not_in_precision(draws):
    x, _, few = draws
    # prdc 0.2 as well: 40 pictures and their near copies.
    expected = {"precision": 1.0, "recall": 0.57, "density": 1.2016666666666669, "coverage": 0.5933333333333334}
    assert precision_recall_density_coverage(x, few) == pytest.approx(expected, abs=1e-12)


def test_rows_are_worked_on_in_pieces(draws, monkeypatch):
    x, y, _ = draws
    expected = precision_recall_density_coverage(x, y)
    monkeypatch.setattr(manifold, "_ROWS", 37)
    assert precision_recall_density_coverage(x, y) == expected


def test_identical_and_distant_sets(draws):
    x, _, _ = draws
    same = precision_recall_density_coverage(x, x)
    assert same["precision"] == same["recall"] == same["coverage"] == 1
    # Each picture lies in its own neighbourhood and, on average, in five others, edges not counted.
    assert same["density"] == pytest.approx(1.0)
    assert set(precision_recall_density_coverage(x, x + 1e3).values()) == {0.0}


def test_the_edge_is_outside():
    real = torch.tensor([[0.0], [1.0], [10.0], [11.0]])
    votes = neighbourhoods(real, torch.tensor([[2.0], [9.0]]), k=1)
    # 2 is exactly as far from 1 as 0 is; were the edge inside, both would count.
    assert votes["precision"].tolist() == [0, 0]
    assert votes["coverage"].tolist() == [0, 0, 0, 0]
    assert neighbourhoods(real, torch.tensor([[1.9], [9.1]]), k=1)["precision"].tolist() == [1, 1]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_duplicates_have_empty_neighbourhoods(seed):
    copies = (torch.randn(5, 101, generator=torch.Generator().manual_seed(seed)) * 30).repeat(21, 1)
    # All distances are 0 and 0 is not below 0, however the arithmetic rounds.
    assert set(precision_recall_density_coverage(copies, copies, k=3).values()) == {0.0}


def test_bad_requests(draws):
    x, y, _ = draws
    with pytest.raises(UsageError, match="6 pictures or more, not 5"):
        precision_recall_density_coverage(x[:5], y)
    with pytest.raises(UsageError, match="k must be 1 or more, not 0"):
        precision_recall_density_coverage(x, y, k=0)


def gaussians(seed: int, count: int = 120):
    random = np.random.default_rng(seed)
    return torch.from_numpy(random.normal(size=(count, 6))), torch.from_numpy(random.normal(0.3, 0.8, (count, 6)))


def as_features(values):
    return Features(values, None, "made-up", "none", "", "float64")


def test_intervals_hold_what_new_pictures_of_both_sets_would_give():
    """Both sets are drawn anew; an interval that resampled one of them would be too narrow."""
    draws = [precision_recall_density_coverage(*gaussians(seed)) for seed in range(1000, 1100)]
    expected = {name: np.mean([draw[name] for draw in draws]) for name in draws[0]}
    scatter = {name: np.std([draw[name] for draw in draws]) for name in draws[0]}
    held = dict.fromkeys(expected, 0)
    for seed in range(40):
        real, painted = gaussians(seed)
        for name, estimate in measured(as_features(painted), as_features(real), seed).items():
            low, high = estimate.interval
            held[name] += low <= expected[name] <= high
    assert min(held.values()) >= 36
    spread = [deviations(*gaussians(seed), seed=seed) for seed in range(10)]
    for name, deviation in scatter.items():
        # Leaving out groups overestimates a little.
        assert 0.8 < np.mean([each[name] for each in spread]) / deviation < 2.2, name


def test_the_interval_of_no_picture_at_all_is_exact():
    real = gaussians(0)[0]
    estimates = measured(as_features(real + 100), as_features(real), 0)
    for name in ("precision", "recall", "coverage"):
        assert estimates[name].value == 0
        assert estimates[name].interval == clopper_pearson(0, 120)


def test_leaving_out_a_group_is_computing_without_it():
    real = gaussians(0)[0]
    out = torch.from_numpy(np.random.default_rng(0).permutation(120) % 20)
    without = manifold._reaches(real, 5, out, 20)
    kept = out != 3
    torch.testing.assert_close(without[3, kept], manifold._reach(real[kept], 5))
