"""Category fidelity, mode coverage and category shift, of labels that are written down."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import Honest, Noisy, store

from impasto.errors import NotCapable, UsageError
from impasto.metrics.category_fidelity import category_fidelity
from impasto.metrics.category_shares import appears, category_shares, frequent
from impasto.metrics.recognised import Recognised, requested_categories


def recognised(labels, expected=None, classes: int = 5) -> Recognised:
    return Recognised(np.asarray(labels), None if expected is None else np.asarray(expected), classes, "for no reason")


def shares(painted, real, classes: int = 5):
    return category_shares(recognised(painted, classes=classes), recognised(real, classes=classes), 0)


def test_fidelity_is_the_share_recognised_as_expected():
    estimate = category_fidelity(recognised([0, 1, 1, 2], [0, 1, 2, 2]))
    assert estimate.value == 0.75
    assert estimate.influences[0].tolist() == [1, 1, 0, 1]


def test_without_a_request_there_is_no_fidelity():
    with pytest.raises(NotCapable, match="for no reason"):
        category_fidelity(recognised([0, 1]))


def test_mode_coverage_counts_categories_that_appear():
    real = np.repeat([0, 1, 2, 3], 25)
    assert shares(np.repeat([0, 1], [95, 5]), real)["coverage"].value == 0.5
    # A tenth of the real share is where a category begins to count.
    assert shares(np.repeat([0, 1, 2], [960, 24, 16]), real)["coverage"].value == 0.25
    assert shares(real, real)["coverage"].value == 1


def test_rare_categories_do_not_count_against_a_painter():
    # Of a category that makes 2 % of the real ones, two of a hundred may be missing by chance.
    rare = np.repeat([0, 1, 2], [50, 48, 2])
    few = shares(np.repeat([0, 1], 50), rare, 3)["coverage"]
    assert few.value == 1
    assert "of the 2 categories" in few.remark
    assert shares(np.repeat([0, 1], 500), rare, 3)["coverage"].value == pytest.approx(2 / 3)


def test_no_pictures_are_refused():
    with pytest.raises(UsageError, match="0 painted"):
        shares(np.array([], int), np.repeat([0, 1], 5))


def test_shift_is_half_the_sum_of_differences():
    shift = shares(np.repeat([0, 1], [30, 10]), np.repeat([0, 1], [20, 20]))["shift"]
    assert shift.value == pytest.approx(0.25)
    assert 0 <= shift.interval[0] < 0.25 < shift.interval[1] <= 1
    assert shift.real.of == "two halves of the test split"
    assert shift.real.value < 0.25
    assert shares([0, 0], [1, 1])["shift"].value == 1


def test_appearing_and_frequent_are_what_they_say():
    assert appears(np.array([0.05, 0.04]), np.array([0.5, 0.5])).tolist() == [True, False]
    assert frequent(np.array([0.05, 0.04, 0]), 100).tolist() == [True, False, False]
    assert frequent(np.array([0.05, 0.04, 0]), 10).tolist() == [True, True, False]


def test_requested_categories_are_those_that_are_painted():
    split = store(60, 60).split("train")
    labels, reason = requested_categories(Honest.of(split), 40, 3, split.categories)
    assert reason == ""
    assert labels.tolist() == Honest.of(split).categories_of(3, range(40)).tolist()
    # The store may name its categories in another order.
    backwards, _ = requested_categories(Honest.of(split), 40, 3, split.categories[::-1])
    assert backwards.tolist() == (2 - labels).tolist()


def test_a_painter_that_knows_other_categories_is_told_apart():
    split = store(60, 60).split("train")
    assert requested_categories(Noisy.of(split), 4, 0, split.categories)[1] == "Noisy paints no category on request."
    labels, reason = requested_categories(Honest.of(split), 4, 0, ("dawn", "noon"))
    assert labels is None
    assert "the category 'storm', which the store does not have" in reason
