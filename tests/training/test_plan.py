from __future__ import annotations

import pytest
from toy import toy

from impasto.training import plan
from impasto.training.plan import Clock
from impasto.training.processes import Processes


@pytest.mark.parametrize("real", [0.5, 0.8, 1.0, 1.3, 2.0])
def test_the_run_ends_with_the_box_though_the_measured_step_time_was_wrong(real: float, monkeypatch) -> None:
    now = [0.0]
    monkeypatch.setattr(plan.time, "monotonic", lambda: now[0])
    clock = Clock(box=600.0, steps=None, spent=0.0, step_seconds=0.1, reserve=2.0, started=0.0)
    step, horizon = 0, clock.horizon(0)
    while step < horizon and clock.left() > 0:
        taken = 0.1 * real * (1.5 if 200 < now[0] < 300 else 1.0)
        now[0] += taken
        step += 1
        if step % 20 == 0 or step == horizon:
            clock.learn(taken)
            horizon = clock.horizon(step)
    assert abs(now[0] + clock.reserve - 600) < 0.05 * 600


def test_without_a_box_the_steps_count() -> None:
    clock = Clock(None, 70, 0.0, 0.1, 0.0, 0.0)
    assert clock.horizon(0) == clock.horizon(69) == 70
    assert clock.eta(20, 70) == pytest.approx(5.0)


def test_with_both_whichever_ends_first(monkeypatch) -> None:
    monkeypatch.setattr(plan.time, "monotonic", lambda: 0.0)
    assert Clock(10.0, 50, 0.0, 0.1, 0.0, 0.0).horizon(0) == 50
    assert Clock(10.0, 500, 0.0, 0.1, 0.0, 0.0).horizon(0) == 100


def test_earlier_sessions_count_towards_the_box(monkeypatch) -> None:
    monkeypatch.setattr(plan.time, "monotonic", lambda: 0.0)
    assert Clock(10.0, None, 9.0, 0.1, 0.0, 0.0).horizon(5) == 15


def test_a_box_too_small_for_a_step_holds_one(monkeypatch) -> None:
    monkeypatch.setattr(plan.time, "monotonic", lambda: 50.0)
    clock = Clock(10.0, None, 0.0, 3.0, 0.0, 0.0)
    assert (clock.horizon(0), clock.horizon(1)) == (1, 1)


def test_slow_steps_are_tried_once_quick_ones_five_times(monkeypatch) -> None:
    now, made = [0.0], []

    class Moves:
        def __init__(self, *_: object) -> None: ...

        def step(self, *_: object) -> None:
            made.append(1)
            now[0] += seconds

    monkeypatch.setattr(plan, "Moves", Moves)
    monkeypatch.setattr(plan.time, "perf_counter", lambda: now[0])
    for seconds, tries in ((60.0, 1), (0.1, 5)):
        made.clear()
        assert plan.probe(toy(), [], Processes("cpu"), "fp32") == ("fp32", pytest.approx(seconds))
        assert len(made) == tries


def test_a_full_machine_is_noticed(monkeypatch) -> None:
    monkeypatch.setattr(plan.os, "getloadavg", lambda: (64.0, 0, 0))
    monkeypatch.setattr(plan.os, "cpu_count", lambda: 2)
    assert "64.0 threads run here already" in plan.oversubscription()
    monkeypatch.setattr(plan.os, "getloadavg", lambda: (0.0, 0, 0))
    assert plan.oversubscription() is None
