"""Metrics declare what they need and are found by their files."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from fakes import Honest, Noisy, store
from typer.testing import CliRunner

from impasto import catalogue
from impasto.errors import UnknownName, UsageError
from impasto.metrics.evaluating import evaluate
from impasto.metrics.inputs import Inputs
from impasto.metrics.measure import measure
from impasto.metrics.metric import Beside, Estimate, Metric, Quantity, listed_metrics
from impasto.metrics.offers import OF_EDITS, OFFERED, GivenOffers
from impasto.metrics.spaces import embed

DARKNESS = """
import numpy as np

from impasto.catalogue import listed
from impasto.metrics.metric import Beside, Quantity, reports


@listed(name="darkness", summary="share of dark pixels", year=2025, source="a test")
@reports(
    Quantity("darkness", "Share of dark pixels", "higher", unit="parts", headline=6),
    Quantity(lambda network: f"light-{network}", "Share of light pixels"),
    beside=Beside({"painted": "real"}, "{count} real ones"),
)
def darkness(painted, seed, edge=64):
    dark = (painted < edge).mean((1, 2, 3))
    return {"dark": dark, "light": 1 - dark}
"""
NEEDS_RECONSTRUCTIONS = """
from impasto.catalogue import listed
from impasto.metrics.metric import Quantity, reports


@listed(name="shift", summary="mean difference", year=2025, source="a test")
@reports(Quantity("shift", "Mean difference", "lower"), aspect="reconstruction")
def shift(originals, reconstructions):
    return float((originals.astype(float) - reconstructions).mean())
"""
BROKEN = """
import nothing_of_that_name

from impasto.catalogue import listed


@listed(name="broken", summary="a broken file", year=2025, source="a test")
def broken(painted): ...
"""
WITHOUT_REPORTS = """
from impasto.catalogue import listed


@listed(name="formula", summary="only a formula", year=2025, source="a test")
def formula(painted): ...
"""
ASKS_FOR_TOO_MUCH = """
from impasto.catalogue import listed
from impasto.metrics.metric import Quantity, reports


@listed(name="greedy", summary="asks for too much", year=2025, source="a test")
@reports(Quantity("greedy", "Greedy"))
def greedy(paintd): ...
"""


@pytest.fixture
def add_metric(tmp_path, monkeypatch):
    """Adds a file to the room of metrics, as far as the catalogue can tell."""
    # A name of its own, because Python keeps the packages that it has imported.
    package = tmp_path / f"metrics_{abs(hash(tmp_path))}"
    package.mkdir()
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    before = catalogue.metrics()

    def add(name: str, text: str) -> None:
        (package / f"{name}.py").write_text(text)
        monkeypatch.setattr(catalogue, "metrics", cache(lambda: before | catalogue._cards.__wrapped__(package.name)))

    return add


@pytest.fixture(scope="module")
def splits():
    pictures = store(60, 60)
    return pictures.split("train"), pictures.split("test")


def measured(kind, splits, out):
    train, test = splits
    return measure(kind.of(train), test, train=train, out=out, count=50, network="handcrafted")


def test_adding_a_file_adds_a_metric_to_report_page_and_list(add_metric, splits, tmp_path):
    from impasto.cli.app import app

    add_metric("darkness", DARKNESS)
    measurement = measured(Honest, splits, tmp_path / "out")
    number = measurement.metrics["darkness"]
    inputs = Inputs(Honest.of(splits[0]), *splits[::-1], count=50, seed=0, network="handcrafted")
    assert number.value == pytest.approx((inputs.painted < 64).mean())
    assert number.interval[0] < number.value < number.interval[1]
    assert (number.better, number.unit) == ("higher", "parts")
    assert (number.n, number.method) == ({"painted": 50}, {"resolution": 32})
    assert number.real.value == pytest.approx((inputs.real < 64).mean())
    assert (number.real.of, number.real.n) == ("50 real ones", {"test": 50})
    assert measurement.metrics["light-handcrafted"].value == pytest.approx(1 - number.value)

    plain = json.loads((tmp_path / "out" / "measure.json").read_text())
    assert plain["metrics"]["darkness"]["value"] == number.value
    page = (tmp_path / "out" / "report.html").read_text()
    assert "<td>Share of dark pixels<small>darkness</small></td>" in page
    assert f"<b>{number.value:.4g} parts</b><span>Share of dark pixels</span>" in page
    listed = CliRunner().invoke(app, ["list", "metrics", "--json"])
    assert "darkness" in [entry["name"] for entry in json.loads(listed.stdout)]


def test_the_metric_of_the_contributing_guide_works(add_metric, splits, tmp_path):
    guide = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf8")
    section = guide[guide.index("## A metric in one file") :]
    add_metric("darkness", section.split("```python\n")[1].split("```")[0])
    number = measured(Noisy, splits, tmp_path).metrics["darkness"]
    assert 0 <= number.value < 0.2
    assert number.real.of == "test split"


def test_a_metric_whose_needs_are_not_there_says_why(add_metric, splits, tmp_path):
    add_metric("shift", NEEDS_RECONSTRUCTIONS)
    assert measured(Honest, splits, tmp_path).metrics["shift"].interval is None
    number = measured(Noisy, splits, tmp_path).metrics["shift"]
    assert number.value is None
    assert "Noisy cannot reconstruct" in number.reason
    assert "Mean difference" in (tmp_path / "report.html").read_text()


def test_a_file_that_cannot_be_used_breaks_only_itself(add_metric, splits, tmp_path):
    add_metric("broken", BROKEN)
    add_metric("formula", WITHOUT_REPORTS)
    metrics = measured(Noisy, splits, tmp_path).metrics
    assert "ModuleNotFoundError" in metrics["broken"].reason
    assert "without @reports" in metrics["formula"].reason
    assert metrics["sharpness"].value > 0


def test_a_need_that_no_measurement_offers_is_refused_before_painting(add_metric, splits, tmp_path, monkeypatch):
    add_metric("greedy", ASKS_FOR_TOO_MUCH)
    monkeypatch.setattr(Noisy, "render", lambda *_: pytest.fail("it painted"))
    with pytest.raises(UnknownName, match="input of metrics 'paintd'; did you mean 'painted'"):
        measured(Noisy, splits, tmp_path)


def test_every_listed_metric_reports_numbers_from_what_is_offered():
    metrics = listed_metrics()
    assert metrics.keys() == catalogue.metrics().keys()
    for name, metric in metrics.items():
        assert metric.quantities, name
        assert metric.all_needs <= OFFERED.keys(), name


def test_what_is_offered_is_there():
    missing = [name for name in OFFERED if not hasattr(Inputs, name) and name not in {"seed", "network", *OF_EDITS}]
    assert missing == []


def test_inputs_are_computed_once_and_only_if_needed(splits, monkeypatch):
    calls = []
    monkeypatch.setattr("impasto.metrics.inputs.paint_pixels", lambda *_, **__: calls.append("paint") or PIXELS)
    inputs = Inputs(Noisy.of(splits[0]), *splits[::-1], count=50, seed=0, network="handcrafted")
    assert calls == []
    for _ in range(2):
        assert len(inputs.offer("painted_features").value) == 5
    assert calls == ["paint"]


PIXELS = np.random.default_rng(0).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)


@pytest.mark.parametrize("values", [torch.tensor([1.0, 2.0, 6.0]), np.array([1.0, 2.0, 6.0])])
def test_a_value_for_each_picture_becomes_a_mean_with_an_interval(values):
    metric = Metric(lambda painted: values, (Quantity("m", "M"),))
    number = evaluate(metric, GivenOffers({"painted": PIXELS}), seed=1)["m"]
    assert number.value == 3
    assert 1 <= number.interval[0] < 3 < number.interval[1] <= 6


def test_an_estimate_may_bring_its_own_interval_counts_and_settings():
    estimate = Estimate(2.0, interval=(1.0, 4.0), n={"pairs": 7}, method={"k": 5}, remark="odd")
    number = evaluate(
        Metric(lambda painted: estimate, (Quantity("m", "M"),)), GivenOffers({"painted": PIXELS}), seed=1
    )["m"]
    assert (number.value, number.interval) == (2, (1, 4))
    assert number.n == {"painted": 5, "pairs": 7}
    assert number.method == {"resolution": 32, "k": 5}
    assert number.remark == "odd"


def test_sets_of_too_few_pictures_are_named():
    beside = Beside({"painted": "real"}, "test split")
    metric = Metric(lambda painted: 1.0, (Quantity("m", "M"),), beside=beside, least=4)
    number = evaluate(metric, GivenOffers({"painted": PIXELS, "real": PIXELS[:3]}), seed=0)["m"]
    assert number.reason == "At least 4 pictures of each set are needed; of the test split there are 3."


def test_features_that_were_computed_differently_are_never_compared():
    features = embed(PIXELS, "handcrafted"), embed(PIXELS[:, :16, :16], "handcrafted")
    offers = GivenOffers(dict(zip(("painted_features", "real_features"), features, strict=True)))
    metric = Metric(lambda painted_features, real_features: 1.0, (Quantity("m", "M"),))
    with pytest.raises(UsageError, match="computed in different ways"):
        evaluate(metric, offers, seed=0)
