from __future__ import annotations

import torch

from impasto.nn.text.known_words import KnownWords


def test_words_that_occurred_are_known_whatever_their_letter_case_and_composition():
    known = KnownWords()
    known.learn(["A Boat's café — blue-and-green.", "山水"])
    known.learn(["ten 🛶"])
    assert known.unknown("boat’s BOAT'S cafe\u0301 Blue-and-Green 水山 TEN 🛶 the, !") == ["boat’s"]
    assert known.unknown("boat green 雪 ⛰ 11") == ["boat", "green", "雪", "⛰", "11"]


def test_where_nothing_was_learned_nothing_is_called_unknown():
    known = KnownWords()
    known.learn([])
    assert known.unknown("zebra") == []


def test_few_other_words_are_wrongly_known_and_none_of_those_that_occurred_is_unknown():
    known = KnownWords()
    words = [f"word{number}" for number in range(20_000)]
    known.learn([" ".join(words)])
    assert known.unknown(" ".join(words)) == []
    others = [f"other{number}" for number in range(2_000)]
    wrongly = len(others) - len(known.unknown(" ".join(others)))
    assert 0 < wrongly < 25  # One in 209: 1 - exp(-4 · 20,000 / 2¹⁸), to the power of 4.


def test_they_lie_in_the_weights():
    known = KnownWords()
    known.learn(["boat"])
    copy = KnownWords()
    copy.load_state_dict(known.state_dict())
    assert copy.unknown("boat zebra") == ["zebra"]
    assert copy.bits.dtype == torch.uint8
