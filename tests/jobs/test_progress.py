from __future__ import annotations

from impasto.jobs.progress import tenths


def test_a_line_is_said_at_each_tenth() -> None:
    lines: list[str] = []
    report = tenths(lines.append, "Painting")
    for done in range(1001):
        report(done, 1000)
    assert lines == [f"Painting: {done:,} of 1,000" for done in range(100, 1001, 100)]


def test_few_are_all_said_and_none_says_nothing() -> None:
    lines: list[str] = []
    report = tenths(lines.append, "Painting")
    for done in range(4):
        report(done, 3)
    tenths(lines.append, "Nothing")(0, 0)
    assert lines == ["Painting: 1 of 3", "Painting: 2 of 3", "Painting: 3 of 3"]
