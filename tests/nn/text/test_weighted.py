from __future__ import annotations

import pytest

from impasto.errors import UsageError
from impasto.nn.text.weighted import check_weights, read_weights


@pytest.mark.parametrize(
    ("prompt", "text", "heavy"),
    [
        ("a boat", "a boat", {}),
        ("a (boat:1.3) at dusk", "a boat at dusk", {"boat": 1.3}),
        ("(red sail: 2),(snow:.5)", "red sail,snow", {"red sail": 2.0, "snow": 0.5}),
        ("(雪:0)山", "雪山", {"雪": 0.0}),
        ("pines (two), (Paris: winter)", "pines (two), (Paris: winter)", {}),
        ("(snow:99)", "snow", {"snow": 10.0}),
        ("", "", {}),
    ],
)
def test_weights_are_taken_out_of_a_prompt(prompt, text, heavy):
    weighted = read_weights(prompt)
    assert weighted.text == text
    expected = [1.0] * len(text)
    for word, weight in heavy.items():
        start = text.index(word)
        expected[start : start + len(word)] = [weight] * len(word)
    assert list(weighted.weights) == expected


@pytest.mark.parametrize(
    "prompt", ["a boat", "(boat:1.3), (snow:0)", "pines (two)", "(Paris: winter)", ":) ((", "🛶" * 9]
)
def test_prompts_without_weights_or_with_readable_ones_pass(prompt):
    check_weights(prompt)


@pytest.mark.parametrize(
    ("prompt", "near"),
    [
        ("a (boat:1.3", r"\(boat:1.3"),
        ("a boat:1.3) and snow", r"boat:1.3\)"),
        ("(snow:1,3)", r"\(snow:1,3\)"),
        ("(snow:-2)", r"\(snow:-2\)"),
        ("(a (boat:1.2) there:1.3)", "there:1.3"),
        ("(snow:much2)", "much2"),
    ],
)
def test_weights_that_cannot_be_read_are_refused_with_their_place(prompt, near):
    with pytest.raises(UsageError, match=rf"cannot be read, near '.*{near}.*Write a weight as \(snow:1.3\)"):
        check_weights(prompt)


def test_a_weight_that_is_too_large_is_refused():
    with pytest.raises(UsageError, match=r"The weight in '\(snow:11\)' is above 10"):
        check_weights("(snow:11)")


def test_ten_thousand_characters_are_read_at_once():
    assert len(read_weights("(" * 10_000).text) == 10_000
    check_weights("(a" * 5_000)
