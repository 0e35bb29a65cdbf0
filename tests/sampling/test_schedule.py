from __future__ import annotations

import pytest
import torch

from impasto.contract import BatchNoise
from impasto.sampling.schedule import (
    LogNormalNoise,
    NoiseSchedule,
    cosine_noise,
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


def test_signal_and_sigma_keep_the_variance_of_the_picture():
    schedule = NoiseSchedule(cosine_noise(100))
    generator = torch.Generator().manual_seed(0)
    pictures, noise = torch.randn(2, 4, 3, 64, 64, generator=generator)
    times = torch.tensor([-1, 10, 60, 99])
    signal, sigma = schedule.at(times)
    torch.testing.assert_close(signal.square() + sigma.square(), torch.ones(4, 1, 1, 1))
    noisy = signal * pictures + sigma * noise
    assert torch.equal(noisy[0], pictures[0])
    torch.testing.assert_close(noisy.var(dim=(1, 2, 3)), torch.ones(4), atol=0.05, rtol=0)


def test_a_shift_multiplies_signal_over_sigma():
    alpha_bar = cosine_noise(100)
    moved = shifted(alpha_bar, 0.5)
    ratio, was = (a / (1 - a) for a in (moved, alpha_bar))
    torch.testing.assert_close(ratio, was / 4)
    torch.testing.assert_close(shifted(alpha_bar, 1.0), alpha_bar)


def test_sigmas_of_training_are_log_normal_and_networks_read_them_on_the_scale_of_times():
    schedule = LogNormalNoise()
    times = schedule.training_times(BatchNoise(0, 0, slice(0, 20_000), 20_000))
    assert float(times.log().mean()) == pytest.approx(-1.2, abs=0.03)
    assert float(times.log().std()) == pytest.approx(1.2, abs=0.03)
    signal, sigma = schedule.at(times)
    assert torch.equal(sigma.flatten(), times)
    assert bool((signal == 1).all())
    torch.testing.assert_close(
        schedule.network_times(torch.tensor([0.002, 0.4, 80.0])), torch.tensor([0.0, 500.0, 1000.0])
    )


def test_nothing_to_save():
    assert not NoiseSchedule(linear_noise(10)).state_dict()
