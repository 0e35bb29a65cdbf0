from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from impasto.contract import BatchNoise
from impasto.errors import ConfigError
from impasto.painters.diffusion.noise_schedule import (
    Level,
    LogNormalNoise,
    NoiseSchedule,
    cosine_noise,
    evenly,
    karras,
    linear_noise,
    shifted,
    sigmoid_noise,
)

# alphas_cumprod of diffusers 0.42.1 ("linear" and "squaredcos_cap_v2", 1,000 times).
REFERENCE = {
    linear_noise: {0: 0.9998999834, 100: 0.8951413631, 500: 0.0777966529, 900: 2.7024449e-4, 999: 4.0358304e-5},
    cosine_noise: {0: 0.9999586940, 100: 0.9715756178, 500: 0.4922850430, 900: 0.0236161072, 999: 2.428735e-9},
}


@pytest.mark.parametrize("levels", REFERENCE)
def test_signal_is_that_of_the_reference(levels):
    alpha_bar = levels(1000)
    for time, value in REFERENCE[levels].items():
        assert float(alpha_bar[time]) == pytest.approx(value, rel=2e-4)


@pytest.mark.parametrize("levels", [linear_noise, cosine_noise, sigmoid_noise])
@pytest.mark.parametrize("steps", [10, 50, 1000])
def test_schedules_fall_from_picture_to_noise(levels, steps):
    alpha_bar = levels(steps)
    assert alpha_bar.shape == (steps,)
    assert bool((alpha_bar.diff() < 0).all())
    assert bool((alpha_bar > 0).all())
    assert bool((alpha_bar < 1).all())
    assert float(alpha_bar[-1]) < 1e-3


def test_the_closed_form_of_diffusion():
    schedule = NoiseSchedule(cosine_noise(100))
    generator = torch.Generator().manual_seed(0)
    pictures, noise = torch.randn(4, 3, 64, 64, generator=generator), torch.randn(4, 3, 64, 64, generator=generator)
    times = torch.tensor([-1, 10, 60, 99])
    noisy = schedule.diffuse(pictures, noise, times)
    assert torch.equal(noisy[0], pictures[0])
    torch.testing.assert_close(noisy.var(dim=(1, 2, 3)), torch.ones(4), atol=0.05, rtol=0)
    signal, sigma = schedule.at(times)
    torch.testing.assert_close(signal.square() + sigma.square(), torch.ones(4, 1, 1, 1))
    torch.testing.assert_close(noisy[2], signal[2] * pictures[2] + sigma[2] * noise[2])


def test_a_shift_multiplies_signal_over_sigma():
    alpha_bar = cosine_noise(100)
    moved = shifted(alpha_bar, 0.5)
    ratio, was = (a / (1 - a) for a in (moved, alpha_bar))
    torch.testing.assert_close(ratio, was / 4)
    torch.testing.assert_close(shifted(alpha_bar, 1.0), alpha_bar)


def test_even_levels_start_in_noise_and_are_all_of_them_at_most():
    schedule = NoiseSchedule(linear_noise(1000))
    assert [level.time for level in evenly(schedule, 4)] == [999, 749, 499, 249, -1]
    assert [level.time for level in evenly(schedule, 1)] == [999, -1]
    assert [level.time for level in evenly(schedule, 1000)] == list(range(999, -2, -1))
    assert evenly(schedule, 4)[-1] == Level(-1, 1.0, 0.0)
    for wrong in (0, 1001, 10**6):
        with pytest.raises(ConfigError, match=f"steps = {wrong}: this painter's schedule allows 1 to 1000"):
            evenly(schedule, wrong)
    with pytest.raises(ConfigError, match="shift = 0 must be above 0"):
        evenly(schedule, 4, 0.0)


@pytest.mark.parametrize("shift", [0.2, 1.0, 3.0])
@pytest.mark.parametrize("count", [1, 10, 999])
def test_shifted_levels_keep_both_ends_and_linger_near_the_noise(shift, count):
    times = [level.time for level in evenly(NoiseSchedule(cosine_noise(1000)), count, shift)]
    assert times[0] == pytest.approx(999)
    assert times[-1] == -1
    assert len(times) == count + 1
    assert times == sorted(times, reverse=True)
    if count == 10:  # half-way along, τ = 0.5 becomes shift / (1 + shift)
        assert times[5] == pytest.approx(1000 * shift / (1 + shift) - 1, abs=0.5)


def test_karras_levels_are_even_in_the_seventh_root():
    levels = karras(LogNormalNoise(), 18)
    # Karras et al. 2022, equation 5, with their limits.
    roots = [level.sigma ** (1 / 7) for level in levels[:-1]]
    assert roots[0] ** 7 == pytest.approx(80)
    assert roots[-1] ** 7 == pytest.approx(0.002)
    steps = [a - b for a, b in pairwise(roots)]
    assert max(steps) == pytest.approx(min(steps))
    assert levels[-1] == Level(0.0, 1.0, 0.0)
    assert [level.sigma for level in karras(LogNormalNoise(), 3, (1.0, 3.0), rho=1.0)] == pytest.approx([3, 2, 1, 0])
    assert [level.sigma for level in karras(LogNormalNoise(), 1)] == pytest.approx([80, 0])
    with pytest.raises(ConfigError, match="steps = 0 must be 1 or more"):
        karras(LogNormalNoise(), 0)


@pytest.mark.parametrize("levels", [linear_noise, cosine_noise, sigmoid_noise])
def test_karras_levels_lie_in_the_schedule(levels):
    schedule = NoiseSchedule(levels(1000))
    spaced = karras(schedule, 12)
    assert 0 <= spaced[-2].time < spaced[0].time <= 999
    assert spaced[-1] == Level(-1, 1.0, 0.0)
    for level in spaced:
        assert level.signal**2 + level.sigma**2 == pytest.approx(1)
        # The time that is told belongs to the noise that is there.
        assert schedule.level(level.time)[1:] == pytest.approx(level[1:], rel=1e-4, abs=1e-6)
    whole = schedule.level(400)
    assert schedule.near(whole.sigma / whole.signal).time == pytest.approx(400, abs=1e-2)


def test_the_share_of_the_picture_is_the_time_of_a_straight_flow():
    assert Level(0, 0.3, 0.7).share == pytest.approx(0.3)
    assert Level(80, 1.0, 80.0).share == pytest.approx(1 / 81)
    assert Level(-1, 1.0, 0.0).share == 1


def test_sigmas_of_training_are_log_normal_and_told_within_the_times_of_a_network():
    schedule = LogNormalNoise()
    times = schedule.draw(BatchNoise(0, 0, slice(0, 20_000), 20_000))
    assert float(times.log().mean()) == pytest.approx(-1.2, abs=0.03)
    assert float(times.log().std()) == pytest.approx(1.2, abs=0.03)
    signal, sigma = schedule.at(times)
    assert torch.equal(sigma.flatten(), times)
    assert bool((signal == 1).all())
    torch.testing.assert_close(schedule.told(torch.tensor([0.002, 0.4, 80.0])), torch.tensor([0.0, 500.0, 1000.0]))


def test_nothing_to_save():
    assert not NoiseSchedule(linear_noise(10)).state_dict()
