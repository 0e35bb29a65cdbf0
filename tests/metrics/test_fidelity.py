from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto.errors import UsageError
from impasto.metrics.fidelity import Recogniser, category_fidelity, mode_coverage


def clusters(count: int, seed: int, spread: float = 1.0) -> tuple[torch.Tensor, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 4
    centres = np.random.default_rng(99).normal(0, 1, (4, 20))
    return torch.from_numpy(centres[labels] + random.normal(0, spread, (count, 20))).float(), labels


def test_the_recogniser_knows_new_pictures_of_what_it_learned():
    features, labels = clusters(400, 0, 0.8)
    judge = Recogniser.learn(features, labels, 4)
    new, truth = clusters(400, 1, 0.8)
    assert (judge.names(new) == truth).mean() > 0.9


def test_without_anything_to_see_it_does_no_better_than_chance():
    features, labels = clusters(400, 0)
    judge = Recogniser.learn(torch.randn(400, 20, generator=torch.Generator().manual_seed(0)), labels, 4)
    assert (judge.names(features) == labels).mean() < 0.45


def test_features_of_no_variety_do_no_harm():
    features, labels = clusters(200, 0, 0.5)
    features[:, 3] = 7.0
    assert (Recogniser.learn(features, labels, 4).names(features) == labels).mean() > 0.9


def test_it_learns_the_same_again():
    features, labels = clusters(200, 0)
    first, second = (Recogniser.learn(features, labels, 4, seed=3) for _ in range(2))
    assert torch.equal(first.weight, second.weight)


@pytest.mark.parametrize(("count", "kinds"), [(8, 4), (40, 1)])
def test_too_little_to_learn_from_is_refused(count, kinds):
    features, labels = clusters(count, 0)
    with pytest.raises(UsageError, match="10 pictures of 2 categories"):
        Recogniser.learn(features, labels % kinds, 4)


def test_fidelity_counts_what_was_recognised_as_asked():
    assert category_fidelity(np.array([0, 1, 2, 2]), np.array([0, 1, 1, 2])).tolist() == [1, 1, 0, 1]
    with pytest.raises(UsageError, match="must agree"):
        category_fidelity(np.array([0]), np.array([0, 1]))


def test_mode_coverage_counts_categories_that_appear():
    real = np.repeat([0, 1, 2, 3], 25)
    covered, painted, seen = mode_coverage(np.repeat([0, 1], [95, 5]), real, 5)
    assert covered == 0.5
    assert painted.tolist() == [0.95, 0.05, 0, 0, 0]
    assert seen.tolist() == [0.25, 0.25, 0.25, 0.25, 0]
    # A tenth of the real share is where a category begins to count.
    assert mode_coverage(np.repeat([0, 1, 2], [960, 24, 16]), real, 5)[0] == 0.25
    assert mode_coverage(real, real, 5)[0] == 1
    # Of a category that makes 2 % of the real ones, two of a hundred may be missing by chance.
    rare = np.repeat([0, 1, 2], [50, 48, 2])
    assert mode_coverage(np.repeat([0, 1], 50), rare, 3)[0] == 1
    assert mode_coverage(np.repeat([0, 1], 500), rare, 3)[0] == pytest.approx(2 / 3)
    with pytest.raises(UsageError, match="0 painted"):
        mode_coverage(np.array([], int), real, 5)
