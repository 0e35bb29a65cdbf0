from __future__ import annotations

import io

import pytest
from rich.table import Table

from impasto.terminal import Screen, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[/abstract] [red]x :smile: {0} %s", "[/abstract] [red]x :smile: {0} %s"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("a\x1b[31mred\x07\r\x9b", r"a\x1b[31mred\x07\r\x9b"),
        ("photo\u202egpj.exe", r"photo\u202egpj.exe"),
        ("नम\u200dस्ते 👩\u200d🎨", "नम\u200dस्ते 👩\u200d🎨"),
    ],
)
def test_text_is_shown_as_it_is_and_moves_nothing(text: str, shown: str) -> None:
    assert visible(text) == shown
    screen = Screen()
    screen.file = io.StringIO()
    screen.print(text)
    assert screen.file.getvalue() == f"{shown}\n".expandtabs() or screen.file.getvalue() == f"{shown}\n"


def test_cells_of_tables_too() -> None:
    screen = Screen()
    screen.file = io.StringIO()
    screen.width = 200
    table = Table("[b]name[/b]", box=None)
    table.add_row("[/abstract]\x1b[31m:smile:")
    screen.print(table)
    assert screen.file.getvalue().split() == ["[b]name[/b]", r"[/abstract]\x1b[31m:smile:"]
