from __future__ import annotations

import pytest
from toy import toy

from impasto.training import precision
from impasto.training.processes import Processes


@pytest.mark.parametrize(("seconds", "trials"), [(60.0, 1), (2.0, 3), (0.1, 5)])
def test_slow_steps_are_timed_once_quick_ones_five_times(seconds: float, trials: int, monkeypatch) -> None:
    now = [0.0]
    steps: list[int] = []

    class Moves:
        def __init__(self, *_: object) -> None: ...

        def step(self, batches: object, step: int, horizon: int) -> None:
            steps.append(step)
            now[0] += seconds

    monkeypatch.setattr(precision, "Moves", Moves)
    monkeypatch.setattr(precision.time, "perf_counter", lambda: now[0])
    answer = precision.choose_precision(toy(), [], Processes("cpu"), "fp32", now=lambda: 3 * now[0])
    assert answer == ("fp32", pytest.approx(3 * seconds))  # As another clock counts them.
    assert steps == list(range(trials))


@pytest.mark.parametrize("faster", ["fp32", "bf16"])
def test_the_faster_precision_is_chosen(faster: str, monkeypatch) -> None:
    seconds = {"fp32": 2.0, "bf16": 2.0, faster: 1.0}
    monkeypatch.setattr(precision, "_step_seconds", lambda *how: (seconds[how[3]], 10 * seconds[how[3]]))
    assert precision.choose_precision(toy(), [], Processes("cpu"), "auto") == (faster, 10.0)
