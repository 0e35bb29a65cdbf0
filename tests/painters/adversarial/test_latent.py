from __future__ import annotations

import math

import pytest
import torch

from impasto.painters.adversarial.latent import Latent, LatentPosterior, one_hot


def test_a_latent_comes_back_from_its_vector():
    latent = Latent(torch.randn(2, 3), torch.eye(4)[:2], torch.rand(2, 5))
    again = Latent.from_vector(latent.vector, 3, 4)
    assert torch.equal(again.style, latent.style)
    assert torch.equal(again.category, latent.category)
    assert torch.equal(again.factors, latent.factors)
    assert torch.equal(again.codes, latent.vector[:, 3:])


def test_the_rows_of_two_batches_of_latents_come_in_order():
    first = Latent(torch.zeros(2, 3), torch.eye(4)[:2], torch.zeros(2, 0))
    second = Latent(torch.ones(1, 3), torch.eye(4)[3:], torch.zeros(1, 0))
    assert torch.equal(first.concatenated(second).vector, torch.cat([first.vector, second.vector]))


def test_the_log_likelihood_of_codes_is_closed_form():
    latent = Latent(torch.zeros(1, 3), torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5]]))
    posterior = LatentPosterior(
        style=torch.zeros(1, 3),
        category_logits=torch.tensor([[0.0, math.log(3)]]),
        factor_means=torch.tensor([[0.1]]),
        factor_log_vars=torch.tensor([[math.log(0.25)]]),
    )
    gaussian = -0.5 * math.log(2 * math.pi * 0.25) - 0.16 / 0.5
    assert posterior.log_likelihood(latent).item() == pytest.approx(math.log(0.75) + gaussian)
    torch.testing.assert_close(posterior.estimate.category, torch.tensor([[0.25, 0.75]]))


def test_a_picture_without_a_category_has_no_part_in_the_likelihood_of_categories():
    codes = one_hot(torch.tensor([1, -1]), 3)
    assert codes.tolist() == [[0, 1, 0], [0, 0, 0]]
    posterior = LatentPosterior(torch.zeros(2, 3), torch.randn(2, 3), torch.zeros(2, 0), torch.zeros(2, 0))
    likelihood = posterior.log_likelihood(Latent(torch.zeros(2, 3), codes.float(), torch.zeros(2, 0)))
    assert likelihood[0] < 0
    assert likelihood[1] == 0
