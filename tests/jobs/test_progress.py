from __future__ import annotations

import io
import sys

import pytest

from impasto.jobs.progress import shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_plain_lines_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with shown("Painting", None) as tell:
        for done in range(0, 1001, 10):
            tell(done, 1000)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("Painting: 1,000 of 1,000 in ")
    assert told.err.count("\n") == 1


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with shown("Painting", None) as tell:
        tell(500, 1000)
        tell(1000, 1000)
    assert "1000/1000" in screen.getvalue()


def test_someone_else_may_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    calls: list[tuple[int, int]] = []
    with shown("Painting", lambda done, total: calls.append((done, total))) as tell:
        tell(3, 4)
    assert calls == [(3, 4)]
    assert capsys.readouterr().err == ""
