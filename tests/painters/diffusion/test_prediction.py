from __future__ import annotations

import pytest
import torch

from impasto.painters.diffusion.prediction import clean_from, loss_weight, network_input, target_of
from impasto.sampling.schedule import NoiseSchedule, cosine_noise


@pytest.fixture
def case():
    generator = torch.Generator().manual_seed(0)
    pictures = torch.rand(5, 3, 4, 4, generator=generator)
    noise = torch.randn(5, 3, 4, 4, generator=generator)
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


def test_edm_is_that_of_its_paper():
    generator = torch.Generator().manual_seed(0)
    pictures = 0.5 * torch.randn(3, 3, 64, 64, generator=generator)
    noise = torch.randn(3, 3, 64, 64, generator=generator)
    sigma = torch.tensor([0.002, 0.5, 80.0]).view(3, 1, 1, 1)
    noisy = pictures + sigma * noise
    signal = torch.ones(3, 1, 1, 1)
    # Karras et al. 2022, table 1, with sigma_data = 0.5.
    skip = 0.25 / (sigma**2 + 0.25)
    out = sigma * 0.5 / (sigma**2 + 0.25).sqrt()
    target = target_of("edm", pictures, noise, signal, sigma)
    torch.testing.assert_close(target, (pictures - skip * noisy) / out, atol=2e-3, rtol=2e-3)
    answer = torch.randn(3, 3, 64, 64, generator=generator)
    clean = clean_from("edm", answer, noisy, signal, sigma)
    torch.testing.assert_close(clean, skip * noisy + out * answer)
    torch.testing.assert_close(clean_from("edm", answer[1:2], noisy[1:2], 1.0, 0.5), clean[1:2])
    torch.testing.assert_close(network_input("edm", noisy, sigma), noisy / (sigma**2 + 0.25).sqrt())
    # Networks see and answer unit variance at every sigma; the weight λ of the paper makes their error count alike.
    ones = torch.ones(3)
    torch.testing.assert_close(network_input("edm", noisy, sigma).var(dim=(1, 2, 3)), ones, atol=0.05, rtol=0)
    torch.testing.assert_close(target.var(dim=(1, 2, 3)), ones, atol=0.05, rtol=0)
    weight = (sigma**2 + 0.25) / (sigma * 0.5) ** 2
    error = (answer - target).square().mean(dim=(1, 2, 3))
    papers = (weight * (clean - pictures).square()).mean(dim=(1, 2, 3))
    torch.testing.assert_close(loss_weight("edm", signal, sigma, 0.0) * error, papers, atol=1e-2, rtol=1e-3)


def test_only_edm_changes_what_the_network_sees(case):
    assert all(network_input(prediction, case[0], case[3]) is case[0] for prediction in ("noise", "velocity"))
