"""Captions from metadata name what is known and nothing else."""

from __future__ import annotations

import re

import pytest

from impasto.data.painting_captions import FORMS, painting_captions

MONET = {
    "title": "Impression, Sunrise", "artist": "Claude Monet", "movement": "Impressionism", "genre": "marina",
    "nationality": "French", "year": "1872",
}  # fmt: skip
KNOWN = {word for value in MONET.values() for word in re.findall(r"\w+", value.lower())}
COMMON = {"a", "an", "by", "the", "of", "in", "painter", "painted", "painting", "this"}


def words_of(texts: tuple[str, ...]) -> set[str]:
    return {word for text in texts for word in re.findall(r"\w+", text.lower())}


def test_everything_that_is_known_is_said_in_varied_sentences() -> None:
    texts = {text for number in range(60) for text in painting_captions(MONET, number)}
    assert len(texts) == len(FORMS)
    assert words_of(tuple(texts)) - COMMON == KNOWN
    first = painting_captions(MONET, 3)
    assert len(first) == len(set(first)) == 4
    assert first == painting_captions(MONET, 3) != painting_captions(MONET, 4)


@pytest.mark.parametrize("missing", MONET)
def test_what_is_missing_is_left_out(missing: str) -> None:
    for nothing in ("", None, "Unknown", "n/a"):
        row = {**MONET, missing: nothing}
        texts = tuple(text for number in range(30) for text in painting_captions(row, number, most=99))
        unknown = set(re.findall(r"\w+", MONET[missing].lower()))
        assert not words_of(texts) & unknown - {"painting"}
        assert not re.search(r"unknown|n/a|none|[{}]|, ,|  ", " | ".join(texts), re.IGNORECASE)
    texts = tuple(
        text
        for number in range(9)
        for text in painting_captions({k: v for k, v in MONET.items() if k != missing}, number)
    )
    assert texts


def test_other_names_of_columns_are_understood() -> None:
    row = {"Title": "Landscape with Tree", "Style": "Art Nouveau (Modern)", "file": "x.jpg"}
    texts = painting_captions(row, 0, most=99)
    assert "Landscape with Tree, Art Nouveau (Modern)" in texts
    assert not any("x.jpg" in text for text in texts)
    assert "Spanish-Greek" in " ".join(painting_captions({"nationality": "Spanish,Greek", "artist": "El Greco"}, 0, 99))


@pytest.mark.parametrize("row", [{}, {"artist": ""}, {"title": "Untitled"}, {"file": "a.png", "split": "train"}])
def test_nothing_known_gives_no_caption(row: dict[str, str]) -> None:
    assert painting_captions(row, 0) == ()


def test_a_single_fact_is_enough() -> None:
    assert painting_captions({"genre": "interior"}, 0) == ("An interior painting.",)
    assert painting_captions({"year": "1890"}, 0) == ("A painting of 1890.",)
    assert painting_captions({"title": "Water Lilies"}, 0) == ("Water Lilies",)
