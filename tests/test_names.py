from __future__ import annotations

import pytest

from impasto.names import find_name, folded, normalized


def test_a_name_is_trimmed_and_composed() -> None:
    assert normalized("\ufeff e\u0301te\u0301 \u200b\n") == "\u00e9t\u00e9"
    assert normalized("oil  paint") == "oil  paint"


def test_what_reads_alike_folds_alike() -> None:
    assert folded(" E\u0301t\u00c9\u00a0 I ") == folded("\u00e9te\u0301 i")
    assert folded("Stra\u00dfe") == folded("STRASSE")
    assert folded("ink") != folded("inks")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Ink", "Ink"),
        ("ink", "ink"),
        (" ink ", "ink"),
        ("INK", None),
        ("OIL   paint", "Oil paint"),
        ("E\u0301TE\u0301", "\u00e9t\u00e9"),
        ("in", None),
        ("", None),
    ],
)
def test_the_name_that_is_meant(typed: str, meant: str | None) -> None:
    assert find_name(typed, ["Ink", "ink", "Oil paint", "\u00e9t\u00e9"]) == meant
