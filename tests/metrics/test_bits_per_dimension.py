from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from impasto.data.store import Store
from impasto.errors import NotCapable
from impasto.metrics.bits_per_dimension import bits_per_dimension
from impasto.metrics.likelihoods import log_likelihoods_of


def test_a_model_of_equally_probable_levels_needs_eight_bits():
    logs = np.full(5, -3 * 4 * 6 * math.log(256))
    assert bits_per_dimension(logs, (4, 6)).value == pytest.approx(8)


class Uniform:
    """Finds each of 256 levels equally probable, and remembers what it was asked about."""

    name = "uniform"
    reads = frozenset({"category"})
    device = torch.device("cpu")

    def __init__(self, categories: tuple[str, ...]) -> None:
        self.data = type("Data", (), {"categories": categories})
        self.labels: list[object] = []

    def modules(self) -> list[object]:
        return []

    def eval(self) -> None:
        pass

    def log_likelihood(self, pictures: torch.Tensor, condition: object, noise: object) -> torch.Tensor:
        self.labels.append(condition.category)
        return torch.full((len(pictures),), -pictures[0].numel() * math.log(256))


def test_likelihoods_are_of_the_rows_that_are_asked_for(store: Store):
    split = store.split("train")
    painter = Uniform(split.categories)
    rows = np.array([3, 0, 2])
    logs = log_likelihoods_of(painter, split, rows, seed=0)
    assert logs == pytest.approx(np.full(3, -3 * store.height * store.width * math.log(256)))
    assert painter.labels[0].tolist() == split.labels[rows].tolist()
    other = Uniform(("another",))
    log_likelihoods_of(other, split, rows, seed=0)
    assert other.labels == [None]


def test_a_painter_without_likelihood_says_so(store: Store):
    painter = type("Plain", (), {"name": "plain"})()
    with pytest.raises(NotCapable, match="plain does not know how probable"):
        log_likelihoods_of(painter, store.split("train"), np.arange(2), seed=0)
