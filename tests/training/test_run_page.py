"""The page of a run, of a journal that was made up."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from impasto.images.pictures import write_sheet
from impasto.training.run_page import write_report

pytestmark = pytest.mark.usefixtures("all_drawings")
ODD = "<b>$store$</b>"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run of 30 steps with two sample grids and an interruption."""
    description = {
        "painter": "flat",
        "store": {"store": ODD, "pictures": 90},
        "data": {},
        "config": {"lr": 0.1},
        "settings": {"batch": 15},
        "precision": "fp32",
    }
    (tmp_path / "run.json").write_text(json.dumps(description))
    events: list[dict[str, object]] = [
        {"kind": "train", "step": step, "elapsed": step * 2.0, "speed": 7.0, "logs": {"loss": 1 / step, ODD: 2.0}}
        for step in (10, 20, 30)
    ]
    for step in (0, 30):
        write_sheet(tmp_path / f"step-{step:06d}.png", np.zeros((16, 8, 8, 3), np.uint8))
        events.append({"kind": "sample", "step": step, "file": f"step-{step:06d}.png"})
    events.append({"kind": "interrupted", "step": 30})
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, events)))
    return tmp_path


def test_pictures_come_first_then_what_became_of_the_run_then_curves(run: Path) -> None:
    page = write_report(run).read_text(encoding="utf8")
    words = ("Painted after 30 steps.", "Trained for 30 steps", '<div class="cards">', "<svg", "Painted after 0 steps.")
    places = [page.index(word) for word in words]
    assert places == sorted(places)
    assert "Each of the 90 training pictures was seen 5.0 times. So few steps are a very short training" in page
    assert "1 event disturbed it" in page
    assert len(re.findall("<svg", page)) == 2


def test_names_are_texts(run: Path) -> None:
    page = write_report(run).read_text(encoding="utf8")
    assert "<b>$" not in page
    chart = "".join(re.findall("<svg.*?</svg>", page, re.DOTALL))
    assert "&lt;b&gt;$store$&lt;/b&gt;" in chart


def test_a_run_without_a_step_is_a_page_too(run: Path) -> None:
    (run / "events.jsonl").write_text("")
    page = write_report(run).read_text(encoding="utf8")
    assert "Trained for 0 steps" in page
    assert "<svg" not in page
