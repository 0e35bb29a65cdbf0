from __future__ import annotations

import math

import pytest
import torch

from impasto.contract import PictureNoise
from impasto.sampling.level import Level
from impasto.sampling.part_way import levels_from, noised, resampled
from impasto.sampling.schedule import NoiseSchedule, cosine_noise
from impasto.sampling.spacing import even_levels, straight_levels

SCHEDULE = NoiseSchedule(cosine_noise(1000))


def unit(steps: int) -> list[Level]:
    return even_levels(SCHEDULE, steps)


@pytest.mark.parametrize("levels", [straight_levels, unit])
def test_a_share_of_the_schedule_is_its_end(levels):
    whole = levels(20)
    assert levels_from(levels, 20, 1.0) == whole
    assert levels_from(levels, 20, 0.5) == whole[-11:]
    assert levels_from(levels, 20, 0.5)[-1].sigma == 0
    shares = [levels_from(levels, 20, share)[0].sigma for share in (0.005, 0.02, 0.1, 0.5, 1.0)]
    assert shares == sorted(set(shares))
    assert shares[0] < 0.02


@pytest.mark.parametrize("levels", [straight_levels, unit])
def test_noise_added_in_two_steps_is_that_of_one(levels):
    far, near = levels(10)[3], levels(10)[7]
    noise = PictureNoise(0, range(1))
    clean = torch.full((1, 1, 200, 200), 3.0)
    twice = noised(noised(clean, near, noise), far, noise, ahead=near)
    once = noised(clean, far, noise)
    for mixture in (once, twice):
        assert mixture.mean().item() == pytest.approx(3 * far.signal, abs=0.02)
        assert mixture.std().item() == pytest.approx(far.sigma, rel=0.02)


@pytest.mark.parametrize("levels", [straight_levels(6), unit(6)])
def test_resampling_asks_as_often_as_it_says_and_ends_at_the_estimate(levels):
    goal = torch.linspace(-1, 1, 48).view(1, 3, 4, 4)
    asked_at: list[float] = []

    def denoise(noisy: torch.Tensor, level: Level) -> torch.Tensor:
        assert noisy.isfinite().all()
        asked_at.append(level.sigma)
        return goal

    noise = PictureNoise(1, range(1))
    start = levels[0].sigma * noise.normal(3, 4, 4)
    painted = resampled(denoise, start, levels, noise, times=4, eta=0.5)
    assert torch.allclose(painted, goal, atol=1e-6)
    assert len(asked_at) == 4 * 5 + 1
    assert math.isclose(asked_at[0], asked_at[3])
