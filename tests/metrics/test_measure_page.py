from __future__ import annotations

import base64
import io
import json
import re

import numpy as np
import torch
from fakes import sceneries
from PIL import Image

from impasto.metrics import charts
from impasto.metrics.copying import Copying
from impasto.metrics.measure_page import Exhibits, render
from impasto.metrics.numbers import Number, mean_of, missing

PIXELS = sceneries(np.arange(16) % 3, 0)
COPYING = Copying(torch.rand(60) * 0.2, torch.zeros(60, dtype=torch.int64), torch.zeros(60) > 1, torch.rand(80) * 0.3)


def result(**metrics) -> dict:
    return {
        "impasto": "0.0",
        "painter": {"painter": "<b>nobody</b>"},
        "against": {"store": "made & up", "split": "test", "pictures": 80, "resolution": 32},
        "network": {"name": "handcrafted"},
        "count": 60,
        "seed": 0,
        "notes": ["A note."],
        "metrics": {name: n.plain() for name, n in metrics.items()},
        "copying": {"verdict": "It does not."},
        "categories": None,
    }


def some(value: float = 2.5) -> Number:
    return Number("Some distance", "lower", value, (2.0, 3.0), {"painted": 60}, {"dtype": "float32"}, 0)


def test_a_page_with_nothing_measured_still_says_why():
    page = render(result(fd=missing("Some distance", "It takes 50 pictures.")), Exhibits(PIXELS, PIXELS))
    assert "It takes 50 pictures." in page
    assert "A note." in page


def test_names_are_escaped():
    page = render(result(fd=some()), Exhibits(PIXELS, PIXELS))
    assert "<b>nobody" not in page
    assert "&lt;b&gt;nobody" in page
    assert "made &amp; up" in page


def test_numbers_stand_with_interval_and_yardstick():
    page = render(result(fd=some().beside(some(1.25), "80 training pictures")), Exhibits(PIXELS, PIXELS))
    row = re.search(r"<td>Some distance.*?</tr>", page, re.DOTALL).group()
    for text in ("2.5", "2 … 3", "1.25", "80 training pictures", "60 painted", "lower is better"):
        assert text in row


def test_pictures_in_the_page_are_those_given():
    page = render(result(fd=some()), Exhibits(PIXELS[:8], PIXELS))
    sheets = re.findall(r"data:image/png;base64,([^\"]+)", page)
    first = np.asarray(Image.open(io.BytesIO(base64.b64decode(sheets[0]))))
    np.testing.assert_array_equal(first[2:34, 2:34], PIXELS[0])
    np.testing.assert_array_equal(first[2:34, 36:68], PIXELS[1])


def test_pairs_stand_one_above_the_other():
    shown = Exhibits(PIXELS, PIXELS, COPYING, (PIXELS[:4], PIXELS[4:8]), (0.1, 0.2, 0.3, 0.4))
    sheets = re.findall(r"data:image/png;base64,([^\"]+)", render(result(fd=some()), shown))
    pairs = np.asarray(Image.open(io.BytesIO(base64.b64decode(sheets[2]))))
    np.testing.assert_array_equal(pairs[2:34, 36:68], PIXELS[1])
    np.testing.assert_array_equal(pairs[36:68, 36:68], PIXELS[5])


def test_curves_leave_out_what_cannot_be_read(tmp_path):
    events = tmp_path / "events.jsonl"
    assert charts.losses(events) is None
    good = [json.dumps({"kind": "train", "step": i, "logs": {"loss": i / 7, "odd": None}}) for i in range(5)]
    events.write_text("\n".join(["no json", '{"kind": "train"}', "[1]", '{"kind": "sample", "step": 3}']))
    assert charts.losses(events) is None
    events.write_text("\n".join([*good, '{"kind": "train", "st']))
    assert charts.losses(events).startswith("data:image/svg+xml;base64,")


def test_numbers_that_are_not_finite_become_null_with_a_reason():
    plain = Number("Odd", value=float("nan"), interval=(0.0, float("inf"))).plain()
    assert plain["value"] is None
    assert plain["interval"] is None
    assert "no finite number" in plain["reason"]
    assert json.dumps(mean_of("M", np.ones(5), "lower", n={"painted": 5}, recipe={}, seed=0).plain(), allow_nan=False)


def test_a_yardstick_without_a_value_is_none():
    assert some().beside(missing("Some distance", "no"), "nothing").real is None
