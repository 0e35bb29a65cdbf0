from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from impasto.comparing.equal_steps import equal_steps
from impasto.comparing.measuring import evenly_chosen
from impasto.comparing.results import Results, RunResults
from impasto.comparing.tables import equal_steps_table


def shortened(run: RunResults) -> RunResults:
    """A run that came to step 3500 only, and was measured there last."""
    points = [point for point in run.curve if point.step < 3500]
    return replace(run, curve=(*points, replace(points[-1], step=3500)))


@pytest.fixture
def of_equal_time(finished: Results) -> Results:
    """A comparison whose budget is minutes, in which one entry's steps take longer."""
    first, *others = finished.entries
    slow = replace(first, runs=tuple(shortened(run) for run in first.runs))
    return replace(finished, terms=replace(finished.terms, steps=None, minutes=60.0), entries=(slow, *others))


def test_numbers_are_of_the_step_that_all_reached(of_equal_time):
    equal = equal_steps(of_equal_time)
    assert equal.step == 3500
    slow, fast, *_ = of_equal_time.entries
    assert equal.spreads[slow.name]["fid"].values == tuple(run.curve[-1].metrics["fid"].value for run in slow.runs)
    between = [(run.curve[2].metrics["fid"].value + run.curve[3].metrics["fid"].value) / 2 for run in fast.runs]
    assert equal.spreads[fast.name]["fid"].values == pytest.approx(between)
    value, (low, high) = equal.ratios[fast.name, slow.name]
    assert low < value < high
    assert value == pytest.approx(equal.spreads[fast.name]["fid"].mean / equal.spreads[slow.name]["fid"].mean, rel=0.05)
    assert f"{fast.name} : {slow.name}" in [row[0].text for row in equal_steps_table(equal).body]


def test_a_budget_of_steps_and_unfinished_entries_have_none(finished, of_equal_time):
    assert equal_steps(finished) is None
    first, *others = of_equal_time.entries
    waiting = replace(first, runs=tuple(replace(run, state="waiting") for run in first.runs))
    assert equal_steps(replace(of_equal_time, entries=(waiting, *others))) is None


@pytest.mark.parametrize(("count", "chosen"), [(3, [1, 2, 3]), (9, [4, 8, 9]), (16, [4, 8, 12, 16]), (0, [])])
def test_runs_of_different_lengths_share_the_steps_of_their_points(count, chosen):
    files = [Path(f"{at}") for at in range(1, count + 1)]
    assert evenly_chosen(files, 4) == [Path(f"{at}") for at in chosen]
