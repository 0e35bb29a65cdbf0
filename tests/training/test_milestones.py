from __future__ import annotations

from impasto.training.milestones import Milestones


def steps_reached(milestones: Milestones, horizons: list[int], first: int = 0) -> list[int]:
    return [step for step, horizon in enumerate(horizons, first + 1) if milestones.reached(step / horizon)]


def test_points_are_spread_evenly() -> None:
    assert steps_reached(Milestones.evenly(4), [20] * 20) == [5, 10, 15, 20]


def test_without_points_none_is_reached() -> None:
    assert steps_reached(Milestones.evenly(0), [20] * 20) == []


def test_several_points_within_one_step_are_reached_together() -> None:
    assert steps_reached(Milestones.evenly(12), [4] * 4) == [1, 2, 3, 4]


def test_points_before_the_start_are_passed() -> None:
    milestones = Milestones.evenly(4)
    milestones.start(11 / 20)
    assert steps_reached(milestones, [20] * 9, first=11) == [15, 20]


def test_a_plan_that_grows_moves_the_points_that_are_left() -> None:
    assert steps_reached(Milestones.evenly(2), [10] * 6 + [20] * 14) == [5, 20]
