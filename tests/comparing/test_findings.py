from __future__ import annotations

from dataclasses import replace

import pytest

from impasto.comparing.findings import (
    BesidePaper,
    count_states,
    curve_of,
    distance_summaries,
    leading_entries,
    metric_summaries,
    nearest_entries,
    paper_ratio,
    ratios_beside_paper,
)
from impasto.comparing.results import CurvePoint, CurveValue, EntryResults, RatioResult, RunResults
from impasto.comparing.statistics import Spread, spread_of
from impasto.comparing.tables import format_quantity
from impasto.metrics.number import Number


def run(state: str, *points: tuple[int, float, float | None]) -> RunResults:
    curve = tuple(
        CurvePoint(step, seconds, 0, 50, {} if value is None else {"fid": CurveValue(value)})
        for step, seconds, value in points
    )
    return RunResults(0, "", state, curve=curve)


def test_a_curve_is_the_mean_and_range_of_finished_seeds_at_steps_they_share():
    entry = EntryResults(
        "a",
        "b",
        runs=(
            run("done", (1, 10.0, 5.0), (2, 20.0, 4.0), (3, 30.0, None), (4, 40.0, 2.0)),
            run("done", (1, 14.0, 7.0), (2, 24.0, 6.0), (3, 34.0, 1.0), (5, 50.0, 1.0)),
            run("failed"),
        ),
    )
    line = curve_of(entry, "fid", "step")
    assert (line.x, line.mean, line.low, line.high, line.seeds) == ([1, 2], [6, 5], [5, 4], [7, 6], 2)
    assert curve_of(entry, "fid", "seconds").x == [12, 22]
    assert curve_of(entry, "is", "step") is None


def best_of(finished, better: str, *intervals: tuple[float, float] | None, seeds: int = 3) -> str | None:
    entries = []
    for i, ends in enumerate(intervals):
        spread = Spread(sum(ends) / 2 if ends else 1.0, ends, seeds, ())
        entries.append(EntryResults("abc"[i], "p", summary={"m": spread}))
    metric = replace(metric_summaries(finished)[0], key="m", better=better)
    leading = leading_entries(replace(finished, entries=tuple(entries)), metric)
    return leading[0] if len(leading) == 1 else None


def test_two_seeds_make_no_entry_the_best(finished):
    assert best_of(finished, "lower", (1, 2), (3, 4), (5, 6), seeds=2) is None


@pytest.mark.parametrize(
    ("better", "intervals", "name"),
    [
        ("lower", ((1, 2), (3, 4), (5, 6)), "a"),
        ("higher", ((1, 2), (3, 4), (5, 6)), "c"),
        ("neither", ((1, 2), (3, 4), (5, 6)), None),
        ("lower", ((1, 3.5), (3, 4), (5, 6)), None),
        ("higher", ((1, 2), (3, 5.5), (5, 6)), None),
        ("lower", ((1, 2), None, (5, 6)), None),
        ("lower", ((1, 2),), None),
    ],
)
def test_the_best_lies_beyond_all_intervals(finished, better, intervals, name):
    assert best_of(finished, better, *intervals) == name


def of_seeds(finished, **values: tuple[float, ...]) -> tuple[str, ...]:
    """Leading entries of made-up values of three seeds, smaller ones better."""
    entries = []
    for name, numbers in values.items():
        runs = tuple(
            RunResults(seed, "", "done", final={"m": Number("", "lower", value)}) for seed, value in enumerate(numbers)
        )
        entries.append(EntryResults(name, "p", runs=runs, summary={"m": spread_of(numbers)}))
    metric = replace(metric_summaries(finished)[0], key="m", better="lower")
    return leading_entries(replace(finished, entries=tuple(entries)), metric)


def test_trainings_with_the_same_seed_are_paired(finished):
    # Their intervals overlap, and yet one is ahead with every seed.
    assert of_seeds(finished, a=(1.0, 2.0, 3.0), b=(1.4, 2.5, 3.4)) == ("a",)


def test_entries_that_cannot_be_told_apart_tie(finished):
    assert of_seeds(finished, a=(1.0, 2.0, 3.0), b=(1.4, 1.9, 3.4), c=(8.0, 9.0, 9.5)) == ("a", "b")


def in_spaces(finished, learned_from: tuple[str, str] = ("", ""), **values: dict[str, tuple[float, ...]]):
    """Results of entries with numbers of three seeds in several spaces; `learned_from` names an entry and a space."""
    entries = []
    for name, numbers in values.items():
        ranks = {key: (name, key) != learned_from for key in numbers}
        seeds = tuple(
            RunResults(i, "", "done", final={k: Number(k, "lower", v[i], ranks=ranks[k]) for k, v in numbers.items()})
            for i in range(3)
        )
        entries.append(EntryResults(name, "p", runs=seeds, summary={k: spread_of(v) for k, v in numbers.items()}))
    return replace(finished, entries=tuple(entries), real={})


NEAR = (1.0, 1.1, 1.2)
FAR = (3.0, 3.1, 3.3)


def test_the_kernel_distance_decides_and_only_if_all_spaces_agree(finished):
    agreeing = in_spaces(
        finished, a={"kd-x": NEAR, "kd-y": NEAR, "fid": FAR}, b={"kd-x": FAR, "kd-y": FAR, "fid": NEAR}
    )
    assert [metric.key for metric in distance_summaries(agreeing)] == ["kd-x", "kd-y"]
    assert nearest_entries(agreeing) == ("a",)
    disagreeing = in_spaces(finished, a={"kd-x": NEAR, "kd-y": FAR}, b={"kd-x": FAR, "kd-y": NEAR})
    assert nearest_entries(disagreeing) == ("a", "b")


def test_an_entry_that_learned_from_the_judge_does_not_lead(finished):
    values = {"a": {"kd-x": NEAR, "kd-y": FAR}, "b": {"kd-x": FAR, "kd-y": NEAR}, "c": {"kd-x": FAR, "kd-y": FAR}}
    results = in_spaces(finished, ("a", "kd-x"), **values)
    assert [metric.key for metric in distance_summaries(results)] == ["kd-y"]
    assert nearest_entries(results) == ("b",)
    of_judge = next(metric for metric in metric_summaries(results) if metric.key == "kd-x")
    assert "a" not in leading_entries(results, of_judge)


def test_metrics_come_in_order_of_use_and_know_their_yardstick(finished):
    metrics = metric_summaries(finished)
    assert [metric.key for metric in metrics[:5]] == ["fid", "is", "ssim", "lpips", "sd-paper"]
    assert metrics[0].label == "fid ↓"
    assert metrics[0].real == 21.3
    assert distance_summaries(finished) == metrics[:1]


def test_the_papers_ratios_are_of_the_metric_that_ours_answers_to():
    ours = EntryResults("a", "p", paper={"fid": 48.0, "sd": 4.0, "lpips": 0.5})
    base = EntryResults("b", "p", paper={"fid": 96.0, "sd": 2.0, "lpips": 0.25})
    silent = EntryResults("c", "p")
    assert paper_ratio(ours, base, "fid") == 0.5
    assert paper_ratio(ours, base, "fd-handcrafted") == 0.5
    assert paper_ratio(ours, base, "sd-paper") == 2
    assert paper_ratio(ours, base, "lpips-diversity") == 2
    # The paper's LPIPS grows with quality; the distance of reconstructions shrinks.
    assert paper_ratio(ours, base, "lpips") is None
    assert paper_ratio(ours, silent, "fid") is None
    assert paper_ratio(ours, base, "coverage") is None


def test_ratios_of_other_metrics_have_the_widest_interval_that_the_seeds_allow(finished):
    ratios = {(r.result.of, r.result.to, r.result.metric): r for r in ratios_beside_paper(finished)}
    asked_for = next(r for r in finished.ratios if (r.of, r.to) == ("MIGAN", "CNN-GAN"))
    assert ratios["MIGAN", "CNN-GAN", "fid"].result == asked_for
    derived = ratios["MIGAN without AMS", "MIGAN", "ssim"]
    over, under = (finished.entries[i].summary["ssim"] for i in (2, 6))
    assert derived.result.value == over.mean / under.mean
    assert derived.result.interval == (over.interval[0] / under.interval[1], over.interval[1] / under.interval[0])
    assert derived.paper == 0.5934 / 0.6917
    assert ("MIGAN", "CNN-GAN", "ssim") not in ratios
    assert ratios["MIGAN modern", "CNN-GAN", "fid"].paper is None


@pytest.mark.parametrize(
    ("interval", "paper", "verdict"),
    [
        ((0.4, 0.6), 0.5, "reproduced"),
        ((0.6, 0.9), 0.5, "reproduced, of another size"),
        ((1.2, 1.6), 1.4, "reproduced"),
        ((0.6, 1.1), 0.5, "cannot be told"),
        ((1.0, 1.3), 0.5, "cannot be told"),
        ((1.1, 1.3), 0.5, "not reproduced"),
        ((0.7, 0.9), 1.4, "not reproduced"),
        (None, 0.5, "cannot be told from one training"),
        ((0.4, 0.6), None, ""),
    ],
)
def test_a_claim_of_a_paper_is_judged_by_the_interval(interval, paper, verdict):
    assert BesidePaper(RatioResult("fid", "a", "b", 0.5, interval), paper).verdict == verdict


def test_states_are_counted(comparison):
    states = {("CNN-GAN", 0): "waiting", ("MIGAN", 1): "it burned", ("SPA-GAN", 2): "running"}
    counts = count_states(comparison(states=states).results())
    assert counts == {"done": 21, "running": 1, "waiting": 1, "failed": 1}


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (9999, "9,999"), (1_234_567, "1.23 M"), (2.5e9, "2.5 G"), (1.5e12, "1.5 T")]
)
def test_large_numbers_are_short(value, text):
    assert format_quantity(value) == text
