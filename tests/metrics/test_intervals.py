from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from impasto.metrics.evaluating import evaluate
from impasto.metrics.intervals import _beta_below, clopper_pearson
from impasto.metrics.metric import SHARE, Metric, Quantity
from impasto.metrics.offers import GivenOffers


@pytest.mark.parametrize(("hits", "count"), [(1, 10), (37, 474), (470, 474), (12.5, 33.3), (3700, 1e7)])
def test_gives_the_interval_of_scipy(hits, count):
    expected = beta.ppf(0.025, hits, count - hits + 1), beta.ppf(0.975, hits + 1, count - hits)
    assert clopper_pearson(hits / count, count) == pytest.approx(expected, rel=1e-6)


def test_no_picture_of_474_leaves_up_to_eight_in_a_thousand():
    assert clopper_pearson(0, 474) == (0, pytest.approx(1 - 0.025 ** (1 / 474), rel=1e-9))
    assert clopper_pearson(0, 474)[1] == pytest.approx(0.008, abs=5e-4)
    assert clopper_pearson(1, 474) == (pytest.approx(1 - 0.00775, abs=1e-4), 1)


def test_the_incomplete_beta_function_is_that_of_scipy():
    random = np.random.default_rng(0)
    for a, b in np.exp(random.uniform(-1, 11, (50, 2))):
        x = beta.ppf(random.uniform(), a, b)
        assert _beta_below(x, a, b) == pytest.approx(beta.cdf(x, a, b), abs=1e-8)
    assert (_beta_below(0.0, 2, 3), _beta_below(1.0, 2, 3)) == (0, 1)


def test_at_least_95_of_100_intervals_hold_the_share():
    random = np.random.default_rng(0)
    for share in (0.003, 0.05, 0.4):
        intervals = {hits: clopper_pearson(hits / 200, 200) for hits in range(201)}
        held = [intervals[hits][0] <= share <= intervals[hits][1] for hits in random.binomial(200, share, 4000)]
        assert np.mean(held) >= 0.945


def test_a_share_of_pictures_has_an_exact_interval_and_a_mean_has_not():
    def shares(painted):
        return painted.mean((1, 2, 3)) > 300

    metric = Metric(lambda painted: shares(painted).astype(np.float64), (Quantity("bright", "", bounds=SHARE),))
    pictures = np.zeros((474, 2, 2, 3), np.uint8)
    assert evaluate(metric, GivenOffers({"painted": pictures}), seed=0)["bright"].interval == clopper_pearson(0, 474)
    metric = Metric(lambda painted: shares(painted).astype(np.float64), (Quantity("bright", ""),))
    assert evaluate(metric, GivenOffers({"painted": pictures}), seed=0)["bright"].interval == (0, 0)
