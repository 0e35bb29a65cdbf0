from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto.metrics import frechet_distance, mifid
from impasto.metrics.memorisation import memorisation_distance


@pytest.fixture(scope="module")
def draws():
    random = np.random.default_rng(5)
    x = random.standard_normal((300, 24)) @ random.standard_normal((24, 24))
    y = random.standard_normal((250, 24)) @ random.standard_normal((24, 24)) + 0.3
    random.standard_normal((203, 30))
    random.standard_normal((40, 24))
    random.standard_normal((120, 24))
    near = x[:250] + 0.4 * random.standard_normal((250, 24))
    return torch.from_numpy(x), torch.from_numpy(y), torch.from_numpy(near)


def test_gives_the_values_of_torchmetrics(draws):
    x, far, near = draws
    # torchmetrics 1.9.0, _mifid_compute with the generated features first: it searches the nearest of its
    # second set for each of its first, and the paper searches the training set for each generated picture.
    assert memorisation_distance(x, near) == pytest.approx(0.003435475617, rel=1e-8)
    assert mifid(x, near) == pytest.approx(663.2510547, rel=1e-5)
    assert memorisation_distance(x, far) == pytest.approx(0.4694111052, rel=1e-8)
    assert mifid(x, far) == pytest.approx(378.9446663, rel=1e-8)


def test_search_goes_from_generated_to_training_pictures(draws):
    x, _, _ = draws
    # One copied picture among many training ones: every generated picture is a copy.
    assert memorisation_distance(x, x[:1]) == pytest.approx(0, abs=1e-12)
    assert memorisation_distance(x[:1], x) > 0.1


def test_copies_are_punished_and_the_training_set_may_be_another(draws):
    x, far, _ = draws
    held_out, train = x[:150], x[150:]
    assert mifid(held_out, train) == frechet_distance(held_out, train)
    assert mifid(held_out, train, train=train) > 1e9 * frechet_distance(held_out, train)
    assert mifid(held_out, far, train=train, threshold=0.9) > frechet_distance(held_out, far)


def test_empty_features_are_not_copies():
    assert memorisation_distance(torch.eye(4), torch.zeros(2, 4)) == 1
