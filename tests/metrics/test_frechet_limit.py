from __future__ import annotations

import numpy as np
import torch

from impasto.metrics import frechet_distance
from impasto.metrics.frechet_limit import frechet_limit_distance
from impasto.metrics.influence import frechet_influence
from impasto.metrics.intervals import bootstrap_interval


def draw(count: int, seed: int, scale: float = 1.0) -> torch.Tensor:
    return torch.randn(count, 8, generator=torch.Generator().manual_seed(seed)).double() * scale


def test_the_bias_of_few_pictures_is_taken_off():
    plain = [frechet_distance(draw(100, s), draw(100, s + 500)) for s in range(60)]
    limits = [frechet_limit_distance(draw(100, s), draw(100, s + 500), seed=s) for s in range(60)]
    # Equal distributions: the distance is 0.
    assert np.mean(plain) > 0.3
    assert abs(np.mean(limits)) < 0.1 * np.mean(plain)


def test_a_distance_with_a_closed_form_lies_in_the_interval():
    # Standard deviations of 1 and 1.5 in each of 8 dimensions: 8 · 0.5².
    held, values, plain = [], [], []
    for seed in range(40):
        sets = draw(120, seed), draw(120, seed + 500, 1.5)
        value = frechet_limit_distance(*sets, seed=seed)
        low, high = bootstrap_interval(value, *frechet_influence(*sets), seed=seed, repeats=300)
        held.append(low <= 2 <= high)
        values.append(value)
        plain.append(frechet_distance(*sets))
    assert abs(np.mean(values) - 2) < 0.2 < np.mean(plain) - 2
    assert np.mean(held) >= 0.8


def test_the_seed_chooses_the_pictures_and_unequal_sets_are_cut():
    one, same, other = (frechet_limit_distance(draw(90, 0), draw(60, 1, 2.0), seed=s) for s in (1, 1, 2))
    assert one == same != other
