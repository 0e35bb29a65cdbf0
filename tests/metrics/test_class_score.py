from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from impasto.errors import UsageError
from impasto.metrics import inception_score


@pytest.fixture(scope="module")
def logits():
    random = np.random.default_rng(5)
    # The draws that come before, in the recording of the reference values.
    for shape in ((300, 24), (24, 24), (250, 24), (24, 24)):
        random.standard_normal(shape)
    return torch.from_numpy(random.standard_normal((203, 30)) * 2)


def test_gives_the_values_of_torch_fidelity(logits):
    # torch-fidelity 0.4.0, isc_features_to_metric(splits=10, shuffle=True, rng_seed=7).
    mean, deviation = inception_score(logits, splits=10, seed=7)
    assert mean == pytest.approx(3.274716691, rel=1e-9)
    assert deviation == pytest.approx(0.3278192058, rel=1e-9)


def test_closed_forms():
    sure = torch.eye(8).repeat(20, 1) * 1000
    assert inception_score(sure, splits=1)[0] == pytest.approx(8)
    assert inception_score(torch.zeros(50, 8), splits=5) == (pytest.approx(1), pytest.approx(0))
    assert inception_score(sure[:1].repeat(40, 1), splits=2)[0] == pytest.approx(1)


def test_sorted_pictures_are_shuffled_first():
    logits = torch.eye(10).repeat_interleave(100, 0) * 5
    mean, _ = inception_score(logits, splits=10)
    p = math.exp(5) / (math.exp(5) + 9)
    whole = math.exp(p * math.log(p) + (1 - p) * math.log((1 - p) / 9) + math.log(10))
    # In the order given, each split would hold one category alone and score 1.
    assert mean == pytest.approx(whole, rel=0.05)
    assert inception_score(logits, splits=10, seed=1)[0] != mean


def test_deviation_is_that_of_the_splits_as_they_are(logits):
    whole = logits[torch.from_numpy(np.random.RandomState(0).permutation(203))]
    halves = [inception_score(part, splits=1)[0] for part in (whole[:101], whole[101:])]
    _, deviation = inception_score(logits, splits=2, seed=0)
    assert deviation == pytest.approx(np.std(halves, ddof=0))
    assert deviation != pytest.approx(np.std(halves, ddof=1), rel=0.1)


def test_bad_logits(logits):
    with pytest.raises(UsageError, match="score of 10 splits"):
        inception_score(logits[:9])
    with pytest.raises(UsageError, match="not finite"):
        inception_score(logits * torch.nan)
