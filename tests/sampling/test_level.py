from __future__ import annotations

import pytest

from impasto.sampling.level import Level
from impasto.sampling.schedule import LogNormalNoise, NoiseSchedule, cosine_noise
from impasto.sampling.spacing import even_levels, karras_levels, straight_levels


def test_the_share_of_the_picture_is_the_time_of_a_straight_flow():
    assert Level(0, 0.3, 0.7).share == pytest.approx(0.3)
    assert Level(80, 1.0, 80.0).share == pytest.approx(1 / 81)
    assert Level(-1, 1.0, 0.0).share == 1
    assert [level.share for level in straight_levels(7, 3.0)] == [level.time for level in straight_levels(7, 3.0)]


def test_only_levels_of_a_straight_flow_are_straight():
    assert all(level.straight for level in straight_levels(1000, 0.3))
    schedule = NoiseSchedule(cosine_noise(1000))
    for levels in (even_levels(schedule, 1000), karras_levels(schedule, 50), karras_levels(LogNormalNoise(), 50)):
        assert not any(level.straight for level in levels[:-1])
        assert levels[-1].straight
