from __future__ import annotations

import io
import sys

import pytest

from impasto.jobs.progress import reporting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_lines_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with reporting("Painting", None) as report:
        for done in range(0, 1001, 10):
            report(done, 1000)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("Painting: 1,000 of 1,000 in ")
    assert printed.err.count("\n") == 1


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with reporting("Painting", None) as report:
        report(500, 1000)
        report(1000, 1000)
    assert "1000/1000" in screen.getvalue()


def test_someone_else_may_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    calls: list[tuple[int, int]] = []
    with reporting("Painting", lambda done, total: calls.append((done, total))) as report:
        report(3, 4)
    assert calls == [(3, 4)]
    assert capsys.readouterr().err == ""
