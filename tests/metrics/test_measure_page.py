from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from fakes import sceneries
from PIL import Image

from impasto.metrics import charts
from impasto.metrics.copying import CopyingReport, MedianDistance
from impasto.metrics.measure_page import Exhibits, measure_page
from impasto.metrics.measurement import Measurement, Space, SplitFacts
from impasto.metrics.nearest_training import NearestTraining
from impasto.metrics.number import Number, Yardstick, missing
from impasto.metrics.training_log import Trained, trained
from impasto.metrics.verdict import Verdict

pytestmark = pytest.mark.usefixtures("all_drawings")
PIXELS = sceneries(np.arange(16) % 3, 0)
NEAREST = NearestTraining(torch.rand(60) * 0.2, torch.zeros(60, dtype=torch.int64), torch.zeros(60) > 1, torch.rand(80))


def measurement(**metrics: Number) -> Measurement:
    return Measurement(
        version=1,
        impasto="0.0",
        torch="0.0",
        painter={"painter": "<b>nobody</b>"},
        against=SplitFacts("made & up", "hash", "test", 80, 32),
        train=SplitFacts("made & up", "hash", "train", 80, 32),
        count=60,
        seed=0,
        notes=("A note.",),
        metrics=metrics,
        network=Space("handcrafted", "handcrafted", "resizing", "weights", "float32", 3),
        copying=CopyingReport("It does not.", 0.01, 0.05, MedianDistance(0.2, 0.2), 0.0, ()),
    )


def some(value: float = 2.5, **values) -> Number:
    return Number("Some distance", "lower", value, (2.0, 3.0), {"painted": 60}, {"dtype": "float32"}, 0, **values)


def test_a_page_with_nothing_measured_still_says_why():
    page = measure_page(measurement(fd=missing("Some distance", "It takes 50 pictures.")), Exhibits(PIXELS, PIXELS))
    assert "It takes 50 pictures." in page
    assert "A note." in page


def test_names_are_escaped():
    page = measure_page(measurement(fd=some()), Exhibits(PIXELS, PIXELS))
    assert "<b>nobody" not in page
    assert "&lt;b&gt;nobody" in page
    assert "made &amp; up" in page


def test_numbers_stand_with_interval_and_yardstick():
    real = Yardstick("80 training pictures", 1.25)
    page = measure_page(measurement(fd=some(real=real, unit="dB")), Exhibits(PIXELS, PIXELS))
    row = re.search(r"<td>Some distance.*?</tr>", page, re.DOTALL).group()
    for text in ("2.5 dB", "2 … 3", "1.25 dB", "80 training pictures", "60 painted", "lower is better"):
        assert text in row


def test_pictures_in_the_page_are_those_given():
    page = measure_page(measurement(fd=some()), Exhibits(PIXELS[:8], PIXELS))
    first = sheets(page)[0]
    np.testing.assert_array_equal(first[0, 0], PIXELS[0])
    np.testing.assert_array_equal(first[0, 1], PIXELS[1])


def sheets(page: str) -> list[np.ndarray]:
    """Pictures of each sheet at their own size, shape (rows, columns, 32, 32, 3)."""
    sheets_there = []
    for data in re.findall(r"data:image/png;base64,([^\"]+)", page):
        sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
        assert sheet.shape[1] >= 1024
        columns = next(n for n in range(1, 17) if (sheet.shape[1] - 2 * (n + 1)) % (32 * n) == 0)
        side = (sheet.shape[1] - 2 * (columns + 1)) // columns
        scale = side // 32
        rows = sheet.shape[0] // (side + 2)
        cut = [
            [sheet[2 + r * (side + 2) :, 2 + c * (side + 2) :][:side:scale, :side:scale] for c in range(columns)]
            for r in range(rows)
        ]
        sheets_there.append(np.array(cut))
    return sheets_there


def test_pairs_stand_one_above_the_other():
    shown = Exhibits(PIXELS, PIXELS, NEAREST, (PIXELS[:4], PIXELS[4:8]), (0.1, 0.2, 0.3, 0.4))
    pairs = sheets(measure_page(measurement(fd=some()), shown))[2]
    np.testing.assert_array_equal(pairs[0, 1], PIXELS[1])
    np.testing.assert_array_equal(pairs[1, 1], PIXELS[5])


def test_curves_leave_out_what_cannot_be_read(tmp_path):
    events = tmp_path / "events.jsonl"
    assert charts.losses(events) == []
    good = [json.dumps({"kind": "train", "step": i, "logs": {"loss": i / 7, "odd": None}}) for i in range(5)]
    events.write_text("\n".join(["no json", '{"kind": "train"}', "[1]", '{"kind": "sample", "step": 3}']))
    assert charts.losses(events) == []
    events.write_text("\n".join([*good, '{"kind": "train", "st']))
    [(name, chart)] = charts.losses(events)
    assert name == "loss"
    assert chart.startswith("<svg")
    assert trained(events) is None
    events.write_text("\n".join([*good, '{"kind": "train", "step": 7, "elapsed": 2.5, "logs": {}}', "{"]))
    assert trained(events) == Trained(7, 2.5)
    assert trained(tmp_path / "absent") is None


def test_metrics_choose_their_place_among_the_large_numbers():
    metrics = {"b": some(2.5, headline=2), "none": some(7.5), "a": some(1.5, headline=1), "gone": missing("x", "y")}
    page = measure_page(measurement(**metrics), Exhibits(PIXELS, PIXELS))
    cards = re.findall(r'<div class="card"><b>(.*?)</b>', page)
    assert cards == ["1.5", "2.5"]


NOISE = Verdict("Barely trained: noise", "The paintings are noise.", ("Only 60 real pictures.",), "noise")


def test_pictures_come_first_then_the_verdict_then_numbers():
    result = replace(measurement(fd=some(headline=1)), verdict=NOISE)
    page = measure_page(result, Exhibits(PIXELS, PIXELS))
    words = ("<img", NOISE.headline, NOISE.sentences, *NOISE.cautions, '<div class="cards">', "<table")
    places = [page.index(word) for word in words]
    assert places == sorted(places)


def test_of_noise_no_share_of_copying_and_no_pair_is_shown():
    numbers = {"fd": some(headline=1), "copying": Number("Copying", value=0.125, headline=2)}
    shown = Exhibits(PIXELS, PIXELS, NEAREST, (PIXELS[:4], PIXELS[4:8]), (0.1, 0.2, 0.3, 0.4))
    readable = measure_page(measurement(**numbers), shown)
    assert "<b>0.125</b>" in readable
    assert len(sheets(readable)) == 3
    noise = measure_page(replace(measurement(**numbers), verdict=NOISE), shown)
    assert "<b>0.125</b>" not in noise
    assert len(sheets(noise)) == 2
