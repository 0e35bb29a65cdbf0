from __future__ import annotations

from itertools import pairwise

import pytest

from impasto.errors import ConfigError
from impasto.sampling.level import Level
from impasto.sampling.schedule import LogNormalNoise, NoiseSchedule, cosine_noise, linear_noise, sigmoid_noise
from impasto.sampling.spacing import even_levels, karras_levels, straight_levels


def test_even_levels_start_in_noise_and_are_all_of_them_at_most():
    schedule = NoiseSchedule(linear_noise(1000))
    assert [level.time for level in even_levels(schedule, 4)] == [999, 749, 499, 249, -1]
    assert [level.time for level in even_levels(schedule, 1)] == [999, -1]
    assert [level.time for level in even_levels(schedule, 1000)] == list(range(999, -2, -1))
    assert even_levels(schedule, 4)[-1] == Level(-1, 1.0, 0.0)
    for wrong in (0, 1001, 10**6):
        with pytest.raises(ConfigError, match=f"steps = {wrong}: this painter's schedule allows 1 to 1000"):
            even_levels(schedule, wrong)
    with pytest.raises(ConfigError, match="shift = 0 must be above 0"):
        even_levels(schedule, 4, 0.0)


@pytest.mark.parametrize("shift", [0.2, 1.0, 3.0])
@pytest.mark.parametrize("count", [1, 10, 999])
def test_shifted_levels_keep_both_ends_and_linger_near_the_noise(shift, count):
    times = [level.time for level in even_levels(NoiseSchedule(cosine_noise(1000)), count, shift)]
    assert times[0] == pytest.approx(999)
    assert times[-1] == -1
    assert len(times) == count + 1
    assert times == sorted(times, reverse=True)
    if count == 10:  # half-way along, τ = 0.5 becomes shift / (1 + shift)
        assert times[5] == pytest.approx(1000 * shift / (1 + shift) - 1, abs=0.5)


def test_karras_levels_are_even_in_the_seventh_root():
    levels = karras_levels(LogNormalNoise(), 18)
    # Karras et al. 2022, equation 5, with their limits.
    roots = [level.sigma ** (1 / 7) for level in levels[:-1]]
    assert roots[0] ** 7 == pytest.approx(80)
    assert roots[-1] ** 7 == pytest.approx(0.002)
    steps = [a - b for a, b in pairwise(roots)]
    assert max(steps) == pytest.approx(min(steps))
    assert levels[-1] == Level(0.0, 1.0, 0.0)
    assert [level.sigma for level in karras_levels(LogNormalNoise(), 3, (1.0, 3.0), rho=1.0)] == pytest.approx(
        [3, 2, 1, 0]
    )
    assert [level.sigma for level in karras_levels(LogNormalNoise(), 1)] == pytest.approx([80, 0])
    with pytest.raises(ConfigError, match="steps = 0 must be 1 or more"):
        karras_levels(LogNormalNoise(), 0)


@pytest.mark.parametrize("levels", [linear_noise, cosine_noise, sigmoid_noise])
def test_karras_levels_lie_in_the_schedule(levels):
    schedule = NoiseSchedule(levels(1000))
    spaced = karras_levels(schedule, 12)
    assert 0 <= spaced[-2].time < spaced[0].time <= 999
    assert spaced[-1] == Level(-1, 1.0, 0.0)
    for level in spaced:
        assert level.signal**2 + level.sigma**2 == pytest.approx(1)
        # The time belongs to the noise that is there.
        assert schedule.level(level.time)[1:] == pytest.approx(level[1:], rel=1e-4, abs=1e-6)
    whole = schedule.level(400)
    assert schedule.level_of_ratio(whole.sigma / whole.signal).time == pytest.approx(400, abs=1e-2)


def test_times_of_a_straight_flow_rise_and_a_shift_lingers_near_the_noise():
    assert [level.time for level in straight_levels(4)] == [0, 0.25, 0.5, 0.75, 1]
    shifted = straight_levels(4, 3.0)
    assert shifted[0] == Level(0, 0, 1)
    assert shifted[-1] == Level(1, 1, 0)
    assert shifted[2].time == pytest.approx(0.25)
    assert all(level.signal + level.sigma == pytest.approx(1) for level in shifted)


@pytest.mark.parametrize("steps", [0, 10**6])
def test_impossible_steps_of_a_straight_flow_are_named(steps):
    with pytest.raises(ConfigError, match=f"steps = {steps}: this painter takes 1 to 1000 sampling steps"):
        straight_levels(steps)
    with pytest.raises(ConfigError, match="shift = 0 must be above 0"):
        straight_levels(4, 0.0)
