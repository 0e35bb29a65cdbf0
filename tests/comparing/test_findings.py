from __future__ import annotations

import made_up
import pytest

from impasto.comparing.findings import best, curve, frechet, metrics, paper_ratio, ratios, states
from impasto.comparing.tables import quantity


def run(state: str, *points: tuple[int, float, float | None]) -> dict:
    curve = [{"step": s, "seconds": t, "metrics": {"fid": {"value": v}}} for s, t, v in points]
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
    line = curve(entry, "fid", "step")
    assert (line.x, line.mean, line.low, line.high, line.seeds) == ([1, 2], [6, 5], [5, 4], [7, 6], 2)
    assert curve(entry, "fid", "seconds").x == [12, 22]
    assert curve(entry, "is", "step") is None


def test_a_curve_under_way_is_drawn_while_no_seed_has_finished():
    entry = {"runs": [run("running", (1, 1.0, 9.0)), run("waiting"), run("failed", (1, 1.0, 2.0))]}
    line = curve(entry, "fid", "step")
    assert (line.mean, line.seeds) == ([9], 1)


def best_of(better: str, *intervals: list[float] | None) -> str | None:
    entries = []
    for i, ends in enumerate(intervals):
        mean = sum(ends) / 2 if ends else 1.0
        summary = {"m": {"mean": mean, "interval": ends}}
        final = {"m": {"title": "M", "better": better, "value": mean, "recipe": {}}}
        entries.append({"name": "abc"[i], "summary": summary, "runs": [{"state": "done", "final": final, "curve": []}]})
    told = {"entries": entries, "real": {}}
    return best(told, metrics(told)[0])


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


def test_metrics_come_in_order_of_use_and_know_their_yardstick():
    found = metrics(made_up.results(seeds=1))
    assert [m.key for m in found[:5]] == ["fid", "is", "ssim", "lpips", "sd-paper"]
    assert found[0].label == "fid ↓"
    assert found[0].real == 21.3
    assert frechet(made_up.results(seeds=1)) == found[0]


def test_the_papers_ratios_are_of_the_metric_that_ours_answers_to():
    ours, base = {"paper": {"fid": 48.0, "sd": 4.0, "lpips": 0.5}}, {"paper": {"fid": 96.0, "sd": 2.0, "lpips": 0.25}}
    assert paper_ratio(ours, base, "fid") == 0.5
    assert paper_ratio(ours, base, "fd-handcrafted") == 0.5
    assert paper_ratio(ours, base, "sd-paper") == 2
    assert paper_ratio(ours, base, "lpips-diversity") == 2
    # The paper's LPIPS grows with quality; the distance of reconstructions shrinks.
    assert paper_ratio(ours, base, "lpips") is None
    assert paper_ratio(ours, {"paper": {}}, "fid") is None
    assert paper_ratio(ours, {}, "coverage") is None


def test_ratios_of_other_metrics_have_the_widest_interval_that_the_seeds_allow():
    told = made_up.results()
    found = {(r["of"], r["to"], r["metric"]): r for r in ratios(told)}
    given = next(r for r in told["ratios"] if r["of"] == "MIGAN")
    assert found["MIGAN", "CNN-GAN", "fid"]["interval"] == given["interval"]
    derived = found["MIGAN without AMS", "MIGAN", "ssim"]
    over, under = (told["entries"][i]["summary"]["ssim"] for i in (2, 6))
    assert derived["value"] == over["mean"] / under["mean"]
    assert derived["interval"] == [
        over["interval"][0] / under["interval"][1],
        over["interval"][1] / under["interval"][0],
    ]
    assert derived["paper"] == 0.5934 / 0.6917
    assert ("MIGAN", "CNN-GAN", "ssim") not in found
    assert found["MIGAN modern", "CNN-GAN", "fid"]["paper"] is None


def test_states_are_counted():
    entries = [{"runs": [run("failed"), run("done")]}, {"runs": [run("waiting"), run("done")]}]
    assert states({"entries": entries}) == {"done": 2, "waiting": 1, "failed": 1}


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (9999, "9,999"), (1_234_567, "1.23 M"), (2.5e9, "2.5 G"), (1.5e12, "1.5 T")]
)
def test_large_numbers_are_short(value, text):
    assert quantity(value) == text
