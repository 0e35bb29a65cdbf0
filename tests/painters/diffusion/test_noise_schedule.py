from __future__ import annotations

import pytest
import torch

from impasto.errors import ConfigError
from impasto.painters.diffusion.noise_schedule import (
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


def test_spaced_times_start_in_noise_and_are_all_of_them_at_most():
    schedule = NoiseSchedule(linear_noise(1000))
    assert schedule.spaced(4) == [999, 749, 499, 249]
    assert schedule.spaced(1) == [999]
    assert schedule.spaced(1000) == list(range(999, -1, -1))
    for wrong in (0, 1001):
        with pytest.raises(ConfigError, match=f"steps = {wrong}"):
            schedule.spaced(wrong)


def test_nothing_to_save():
    assert not NoiseSchedule(linear_noise(10)).state_dict()
