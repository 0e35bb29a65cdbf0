from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto.errors import UsageError
from impasto.metrics import manifold, precision_recall_density_coverage
from impasto.metrics.manifold import neighbourhoods


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
