from __future__ import annotations

import json
from dataclasses import asdict

from impasto.training.clock import Clock
from impasto.training.run_state import RunState


def test_a_state_comes_back_from_json() -> None:
    state = RunState(7, 20, 1, 0.5, 12.0, Clock(60.0, None, 0.1, now=lambda: 3.0).state())
    assert RunState.from_json(json.loads(json.dumps(asdict(state)))) == state


def test_the_state_of_an_earlier_version_is_read() -> None:
    clock = {"elapsed": 9.0, "step_seconds": 0.1, "measured_seconds": 3.0, "reserve": 1.0}
    state = RunState.from_json({"step": 4, "salt": 2, "drawing": 0.25, "processor": 8.0, **clock})
    assert state == RunState(step=4, salt=2, grid_seconds=0.25, processor_seconds=8.0, clock=clock)
    oldest = {"step": 4, "salt": 0, "elapsed": 9.0, "step_seconds": 0.1, "reserve": 1.0}
    resumed = Clock(60.0, None, now=lambda: 0.0)
    resumed.load_state(RunState.from_json(oldest).clock)
    assert resumed.elapsed() == 9.0


def test_the_share_that_is_done_needs_a_plan() -> None:
    assert RunState(step=0).share == 0
    assert RunState(step=5, horizon=20).share == 0.25
