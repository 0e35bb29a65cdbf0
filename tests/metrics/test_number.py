from __future__ import annotations

import json

import numpy as np
import pytest

from impasto.errors import ImpastoError
from impasto.metrics.number import Number, Yardstick, clipped, mean_of
from impasto.metrics.records import from_plain, to_plain


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_become_none_with_a_reason(value):
    number = Number("Odd", value=value, interval=(0.0, 1.0))
    assert number.value is None
    assert number.interval is None
    assert "no finite number" in number.reason
    assert Number("Odd", value=1.0, interval=(0.0, float("inf"))).interval is None


def test_a_number_reads_back_as_it_was():
    real = Yardstick("b", 1.0)
    method = {"k": 5, "of": ["a", 1]}
    number = Number("Distance", "lower", 2.5, (2.0, 3.0), {"painted": 60}, method, 3, real, unit="dB")
    plain = json.loads(json.dumps(to_plain(number), allow_nan=False))
    assert from_plain(Number, plain, "a test") == number


def test_numbers_of_earlier_versions_are_read():
    plain = {"title": "T", "better": "lower", "value": 1.5, "interval": [1, 2], "n": {"painted": 3}, "recipe": {}}
    plain |= {"seed": 0, "real": {"of": "a", "value": 1.0, "interval": None, "n": {}}, "reason": "", "remark": ""}
    number = from_plain(Number, plain, "a test")
    assert (number.value, number.unit, number.headline) == (1.5, "", 0)
    assert number.real == Yardstick("a", 1.0)


def test_unknown_keys_are_left_out_and_wrong_ones_named():
    assert from_plain(Number, {"title": "T", "value": 1.0, "later": 3}, "a test").value == 1
    with pytest.raises(ImpastoError, match=r"measure\.json cannot be read as a Number: value: Input should be"):
        from_plain(Number, {"title": "T", "value": "much"}, "measure.json")


def test_values_of_numpy_become_plain():
    number = Number("T", value=np.float64(1.5), method={"a": np.int64(2), "b": np.float32(0.5), "c": float("nan")})
    assert json.dumps(to_plain(number)["recipe"]) == '{"a": 2, "b": 0.5, "c": null}'


def test_the_mean_of_equal_values_has_no_spread():
    number = mean_of("M", np.ones(5), "lower", n={"painted": 5}, method={}, seed=0)
    assert (number.value, number.interval) == (1, (1, 1))


@pytest.mark.parametrize(
    ("interval", "bounds", "shown"),
    [
        ((0.26, 1.54), (0, 1), (0.26, 1)),
        ((-1.6, 2.6), (0, 1), (0, 1)),
        ((-3.0, 5.0), (0, None), (0, 5)),
        ((1.2, 1.4), (0, 1), (1, 1)),
        ((-3.0, 5.0), (None, None), (-3, 5)),
        (None, (0, 1), None),
    ],
)
def test_intervals_end_where_a_number_cannot_go(interval, bounds, shown):
    assert clipped(interval, bounds) == shown
    number = Number("Share", value=0.5, interval=interval, real=Yardstick("a", 0.5, interval), bounds=bounds)
    assert number.interval == number.real.interval == shown
