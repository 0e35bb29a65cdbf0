from __future__ import annotations

import pytest

from impasto.errors import Diverged
from impasto.training.watchdog import Verdict, Watchdog


def test_single_skips_are_borne() -> None:
    dog = Watchdog(patience=3)
    verdicts = [dog.judge(step, ["a"] if step % 3 else [], True) for step in range(30)]
    assert set(verdicts) == {Verdict.GO_ON}


def test_skips_in_a_row_roll_back_then_stop_with_the_reason() -> None:
    dog = Watchdog(patience=2, rollbacks=1)
    assert dog.judge(0, ["critic"], True) is Verdict.GO_ON
    assert dog.judge(1, ["critic"], True) is Verdict.ROLL_BACK
    assert dog.judge(0, ["critic"], True) is Verdict.GO_ON
    with pytest.raises(Diverged, match=r"step 1: the gradient of critic was not finite 2 steps in a row.*Lower"):
        dog.judge(1, ["critic"], True)


def test_statistics_that_are_not_finite_roll_back_at_once() -> None:
    assert Watchdog().judge(0, [], False) is Verdict.ROLL_BACK
