"""The report of the demonstration, of parts that were made up."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from impasto import api
from impasto.catalogue import painters, usable
from impasto.demo import demo
from impasto.images.pictures import write_sheet
from impasto.metrics.number import Number
from impasto.metrics.verdict import Verdict

VERDICT = Verdict("Barely trained: noise instead of paintings", "The paintings are noise.", ("Only 60 pictures.",))


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """Calls of the verbs, which leave a contact sheet where one is expected and compute nothing."""
    calls: list[tuple[object, ...]] = []

    def leave_sheet(folder: Path) -> None:
        write_sheet(folder / "contact-sheet.png", np.zeros((1, 8, 8, 3), np.uint8))

    def paint(painter: object, out: Path, **options: object) -> None:
        calls.append(("paint", str(painter), out))
        leave_sheet(out)

    measured = SimpleNamespace(
        verdict=VERDICT, metrics={"fd": Number("Distance", value=2.0, headline=1)}, impasto="0", painter={}
    )
    store = SimpleNamespace(split=lambda name: [1])
    monkeypatch.setattr(api, "paint", paint)
    monkeypatch.setattr(api, "make", lambda *args, **options: store)
    monkeypatch.setattr(api, "inspect", lambda store, out: leave_sheet(out))
    monkeypatch.setattr(api, "train", lambda *args, **options: calls.append(("train", options["minutes"])))
    monkeypatch.setattr(api, "measure", lambda *args, **options: measured)
    return calls


def test_the_report_opens_with_what_paints_at_once_and_says_honestly_what_minutes_give(parts, tmp_path) -> None:
    page = demo(tmp_path / "demo", minutes=2).read_text(encoding="utf8")
    at_once = [call[1] for call in parts if call[0] == "paint"][:-1]
    assert at_once == [*(name for name, cls in usable(painters()).items() if not cls.learns()), "shipped"]
    captions = [f"{name}, by rules" for name in at_once[:-1]]
    words = (
        *captions,
        "By the painter that comes with impasto",
        "What 2 minutes of training give",
        VERDICT.headline,
        VERDICT.sentences,
        '<div class="cards">',
    )
    places = [page.index(word) for word in words]
    assert places == sorted(places)
    assert "Only 60 pictures." in page
    assert "sign of copying" not in page


def test_the_report_leads_to_the_other_pages(parts, tmp_path) -> None:
    page = demo(tmp_path / "demo", minutes=0.5).read_text(encoding="utf8")
    assert re.findall('href="(.*?)"', page) == [
        "measure/report.html",
        "run/report.html",
        "store/inspection/inspect.html",
    ]
