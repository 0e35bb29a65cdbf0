from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto.errors import UsageError
from impasto.metrics.recogniser import Recogniser


def clusters(count: int, seed: int, spread: float = 1.0) -> tuple[torch.Tensor, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 4
    centres = np.random.default_rng(99).normal(0, 1, (4, 20))
    return torch.from_numpy(centres[labels] + random.normal(0, spread, (count, 20))).float(), labels


def test_the_recogniser_knows_new_pictures_of_what_it_learned():
    features, labels = clusters(400, 0, 0.8)
    judge = Recogniser.fit(features, labels, 4)
    new, truth = clusters(400, 1, 0.8)
    assert (judge.predict(new) == truth).mean() > 0.9


def test_without_any_signal_it_does_no_better_than_chance():
    features, labels = clusters(400, 0)
    judge = Recogniser.fit(torch.randn(400, 20, generator=torch.Generator().manual_seed(0)), labels, 4)
    assert (judge.predict(features) == labels).mean() < 0.45


def test_features_of_no_variety_do_no_harm():
    features, labels = clusters(200, 0, 0.5)
    features[:, 3] = 7.0
    assert (Recogniser.fit(features, labels, 4).predict(features) == labels).mean() > 0.9


def test_it_learns_the_same_again():
    features, labels = clusters(200, 0)
    first, second = (Recogniser.fit(features, labels, 4, seed=3) for _ in range(2))
    assert torch.equal(first.weight, second.weight)


@pytest.mark.parametrize(("count", "kinds"), [(8, 4), (40, 1)])
def test_too_little_to_learn_from_is_refused(count, kinds):
    features, labels = clusters(count, 0)
    with pytest.raises(UsageError, match="10 pictures of 2 categories"):
        Recogniser.fit(features, labels % kinds, 4)


def test_pictures_without_a_category_are_left_out():
    features, labels = clusters(200, 0)
    labelled = Recogniser.fit(features[:150], labels[:150], 4)
    all_pictures = Recogniser.fit(features, np.where(np.arange(200) < 150, labels, -1), 4)
    assert torch.equal(all_pictures.weight, labelled.weight)
    with pytest.raises(UsageError, match="there are 9 of 4"):
        Recogniser.fit(features, np.where(np.arange(200) < 9, labels, -1), 4)
