from __future__ import annotations

import pytest

from impasto.pages.numbers import counted, format_duration, format_interval, format_number


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.0, "0"), (12.3456, "12.35"), (123456.7, "123,457"), (0.00034159, "0.0003416")]
)
def test_values_are_written_with_four_figures(value, text):
    assert format_number(value) == text


def test_intervals_are_written_by_their_ends():
    assert format_interval((0.12345, 20000.0)) == "0.1235 … 20,000"
    assert format_interval(None) == ""


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 categories"), (1, "1 category"), (2, "2 categories"), (12345, "12,345 categories")]
)
def test_a_count_stands_with_its_noun(count, text):
    assert counted(count, "category", "categories") == text


def test_most_nouns_take_an_s():
    assert [counted(n, "picture") for n in (1, 2)] == ["1 picture", "2 pictures"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "1 second"), (55, "55 seconds"), (180, "3 minutes"), (9000, "2.5 hours")]
)
def test_times_are_written_in_a_fitting_unit(seconds, text):
    assert format_duration(seconds) == text
