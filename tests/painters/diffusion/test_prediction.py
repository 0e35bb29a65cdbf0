from __future__ import annotations

import pytest
import torch

from impasto.painters.diffusion.noise_schedule import NoiseSchedule, cosine_noise
from impasto.painters.diffusion.prediction import clean_from, loss_weight, target_of


@pytest.fixture
def case():
    generator = torch.Generator().manual_seed(0)
    pictures, noise = torch.rand(5, 3, 4, 4, generator=generator), torch.randn(5, 3, 4, 4, generator=generator)
    signal, sigma = NoiseSchedule(cosine_noise(100)).at(torch.tensor([0, 20, 50, 80, 95]))
    return pictures, noise, signal, sigma


@pytest.mark.parametrize("prediction", ["noise", "velocity"])
def test_the_right_answer_gives_the_picture_back(case, prediction):
    pictures, noise, signal, sigma = case
    noisy = signal * pictures + sigma * noise
    answer = target_of(prediction, pictures, noise, signal, sigma)
    torch.testing.assert_close(clean_from(prediction, answer, noisy, signal, sigma), pictures, atol=2e-5, rtol=1e-4)


def test_noise_and_velocity_are_two_words_for_one_estimate(case):
    pictures, noise, signal, sigma = case
    noisy = signal * pictures + sigma * noise
    guess = noise + 0.1  # a wrong answer, said in noise and then in velocity
    clean = clean_from("noise", guess, noisy, signal, sigma)
    velocity = signal * guess - sigma * clean
    torch.testing.assert_close(clean_from("velocity", velocity, noisy, signal, sigma), clean, atol=1e-4, rtol=1e-4)
    # Errors of either answer, weighed by their weights, are one and the same error of the picture.
    error = (clean - pictures).square().mean(dim=(1, 2, 3))
    for prediction, answer in (("noise", guess), ("velocity", velocity)):
        wrong = answer - target_of(prediction, pictures, noise, signal, sigma)
        weighed = loss_weight(prediction, signal, sigma, 5.0) * wrong.square().mean(dim=(1, 2, 3))
        snr = (signal / sigma).square().flatten()
        torch.testing.assert_close(weighed, snr.clamp(max=5.0) * error, atol=1e-5, rtol=1e-3)


def test_zero_min_snr_weighs_all_times_alike(case):
    _, _, signal, sigma = case
    assert torch.equal(loss_weight("velocity", signal, sigma, 0.0), torch.ones(5))
