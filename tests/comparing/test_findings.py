from __future__ import annotations

import made_up
import pytest

from impasto.comparing.findings import (
    best_entry,
    count_states,
    frechet_metric,
    metric_curve,
    metrics,
    paper_ratio,
    ratios,
)
from impasto.comparing.tables import quantity


def run(state: str, *points: tuple[int, float, float | None]) -> dict:
    curve = [
        {"step": step, "seconds": seconds, "metrics": {"fid": {"value": value}}} for step, seconds, value in points
    ]
    return {"state": state, "curve": curve}


def test_a_curve_is_the_mean_and_range_of_finished_seeds_at_steps_they_share():
    entry = {
        "runs": [
            run("done", (1, 10.0, 5.0), (2, 20.0, 4.0), (3, 30.0, None), (4, 40.0, 2.0)),
            run("done", (1, 14.0, 7.0), (2, 24.0, 6.0), (3, 34.0, 1.0), (5, 50.0, 1.0)),
            run("failed", (1, 1.0, 99.0)),
            run("running", (1, 1.0, 99.0)),
        ]
    }
    curve = metric_curve(entry, "fid", "step")
    assert curve.x == [1, 2]
    assert curve.mean == [6, 5]
    assert curve.low == [5, 4]
    assert curve.high == [7, 6]
    assert curve.seeds == 2
    assert metric_curve(entry, "fid", "seconds").x == [12, 22]
    assert metric_curve(entry, "is", "step") is None


def test_a_curve_under_way_is_drawn_while_no_seed_has_finished():
    entry = {"runs": [run("running", (1, 1.0, 9.0)), run("waiting"), run("failed", (1, 1.0, 2.0))]}
    curve = metric_curve(entry, "fid", "step")
    assert curve.mean == [9]
    assert curve.seeds == 1


def best_of(better: str, *intervals: list[float] | None) -> str | None:
    """The best of entries 'a', 'b', … with these intervals over the seeds."""
    entries = []
    for name, interval in zip("abc", intervals, strict=False):
        mean = sum(interval) / 2 if interval else 1.0
        summary = {"m": {"mean": mean, "interval": interval}}
        final = {"m": {"title": "M", "better": better, "value": mean, "recipe": {}}}
        entries.append({"name": name, "summary": summary, "runs": [{"state": "done", "final": final, "curve": []}]})
    results = {"entries": entries, "real": {}}
    return best_entry(results, metrics(results)[0])


@pytest.mark.parametrize(
    ("better", "intervals", "name"),
    [
        ("lower", ([1, 2], [3, 4], [5, 6]), "a"),
        ("higher", ([1, 2], [3, 4], [5, 6]), "c"),
        ("neither", ([1, 2], [3, 4], [5, 6]), None),
        ("lower", ([1, 3.5], [3, 4], [5, 6]), None),
        ("higher", ([1, 2], [3, 5.5], [5, 6]), None),
        ("lower", ([1, 2], None, [5, 6]), None),
        ("lower", ([1, 2],), None),
    ],
)
def test_the_best_lies_beyond_all_intervals(better, intervals, name):
    assert best_of(better, *intervals) == name


def test_metrics_come_in_order_of_use_and_hold_the_value_of_real_pictures():
    results = made_up.results(seeds=1)
    ordered = metrics(results)
    assert [metric.key for metric in ordered[:5]] == ["fid", "is", "ssim", "lpips", "sd-paper"]
    assert ordered[0].label == "fid ↓"
    assert ordered[0].real == 21.3
    assert frechet_metric(results) == ordered[0]


def test_a_papers_ratio_is_of_the_metric_that_corresponds_to_ours():
    ours = {"paper": {"fid": 48.0, "sd": 4.0, "lpips": 0.5}}
    base = {"paper": {"fid": 96.0, "sd": 2.0, "lpips": 0.25}}
    assert paper_ratio(ours, base, "fid") == 0.5
    assert paper_ratio(ours, base, "fd-handcrafted") == 0.5
    assert paper_ratio(ours, base, "sd-paper") == 2
    assert paper_ratio(ours, base, "lpips-diversity") == 2
    # The paper's LPIPS grows with quality; the distance of reconstructions shrinks.
    assert paper_ratio(ours, base, "lpips") is None
    assert paper_ratio(ours, {"paper": {}}, "fid") is None
    assert paper_ratio(ours, {}, "coverage") is None


def test_ratios_of_other_metrics_have_the_widest_interval_that_the_seeds_allow():
    results = made_up.results()
    by_pair = {(ratio["of"], ratio["to"], ratio["metric"]): ratio for ratio in ratios(results)}
    requested = next(ratio for ratio in results["ratios"] if ratio["of"] == "MIGAN")
    assert by_pair["MIGAN", "CNN-GAN", "fid"]["interval"] == requested["interval"]
    derived = by_pair["MIGAN without AMS", "MIGAN", "ssim"]
    numerator = results["entries"][2]["summary"]["ssim"]
    denominator = results["entries"][6]["summary"]["ssim"]
    assert derived["value"] == numerator["mean"] / denominator["mean"]
    assert derived["interval"] == [
        numerator["interval"][0] / denominator["interval"][1],
        numerator["interval"][1] / denominator["interval"][0],
    ]
    assert derived["paper"] == 0.5934 / 0.6917
    assert ("MIGAN", "CNN-GAN", "ssim") not in by_pair
    assert by_pair["MIGAN modern", "CNN-GAN", "fid"]["paper"] is None


def test_states_are_counted():
    entries = [{"runs": [run("failed"), run("done")]}, {"runs": [run("waiting"), run("done")]}]
    assert count_states({"entries": entries}) == {"done": 2, "waiting": 1, "failed": 1}


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (9999, "9,999"), (1_234_567, "1.23 M"), (2.5e9, "2.5 G"), (1.5e12, "1.5 T")]
)
def test_large_numbers_are_short(value, text):
    assert quantity(value) == text
