"""The report of the demonstration, of parts that were made up."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from impasto import api
from impasto.catalogue import painters, usable
from impasto.demo import SETTINGS, SHARES, SIDE, demo, expected, learn
from impasto.events import silent
from impasto.images.pictures import to_uint8, write_sheet
from impasto.metrics.handcrafted import handcrafted_features
from impasto.metrics.kernel import kernel_distance
from impasto.metrics.number import Number
from impasto.metrics.verdict import Verdict
from impasto.painters.fine_tuning import MEASURED

USUAL_STEPS = 200
"""About what two minutes hold: 80 steps took 50 s of one core of an EPYC that was shared with other work."""
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
    by_rules = {name: cls for name, cls in usable(painters()).items() if cls.by_rules() and not cls.optimizes}
    assert at_once == [*by_rules, "shipped"]
    for cls in by_rules.values():  # Without any setting.
        assert cls.build(resolution=32).paint(1).pictures.isfinite().all()
    captions = [f"{name}, by rules" for name in at_once[:-1]]
    words = (
        VERDICT.headline,
        *captions,
        "By the painter that comes with impasto",
        "What 2 minutes of training give",
        VERDICT.sentences,
        '<div class="cards">',
    )
    body = page.index("<body")
    places = [page.index(word, body) for word in words]
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


def test_a_tenth_of_the_usual_steps_paints_landscapes_and_neither_noise_nor_blobs(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(SETTINGS, "batch", 4)  # A quarter of the pictures that so many steps usually see.
    store = api.make("landscapes", tmp_path / "store", count=36, resolution=SIDE, workers=1, watch=silent, **SHARES)
    sentences: list[str] = []
    run = learn(
        store, tmp_path / "run", minutes=None, steps=USUAL_STEPS // 10, watch=lambda e: sentences.append(e.message)
    )
    painted = to_uint8(api.load_painter(run).paint(14, seed=1, steps=6).pictures)
    real = store.split("test").uint8()
    others = store.split("train").uint8()[:14]
    noise = np.random.default_rng(0).integers(0, 256, others.shape, dtype=np.uint8)
    blobs = np.stack([cv2.resize(cv2.resize(p, (4, 4), interpolation=cv2.INTER_AREA), (SIDE, SIDE)) for p in others])

    def distance(pictures: np.ndarray) -> float:
        return kernel_distance(handcrafted_features(real), handcrafted_features(pictures), subset_size=12)

    anchors = {"noise": distance(noise), "blobs": distance(blobs)}
    # After a single step it is still a third of the distance of the blobs.
    assert distance(painted) < 0.1 * min(anchors.values()), anchors
    assert any("given before: " in sentence for sentence in sentences)


def test_too_few_steps_are_called_too_few() -> None:
    assert "too few to learn" in expected(MEASURED[0].steps - 1)
    assert MEASURED[-1].paintings in expected(10**6)
    steps = [outcome.steps for outcome in MEASURED]
    assert steps == sorted(steps)
