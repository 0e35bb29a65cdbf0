from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from impasto.painters.adversarial.feature_loss import perceptual_loss
from impasto.painters.adversarial.migan_config import MiganConfig
from impasto.painters.adversarial.migan_losses import (
    PainterTerms,
    code_entropy,
    content_loss,
    information_factor,
    painter_objective,
)


def terms(**values: float) -> PainterTerms:
    return PainterTerms(**{name: torch.tensor([value], requires_grad=True) for name, value in values.items()})


def test_the_objective_is_equation_17():
    all_terms = terms(adversarial=2.0, bound=-3.0, content=0.5, factor=0.25, perceptual=4.0, label=8.0)
    loss = painter_objective(all_terms, torch.tensor(0.125), MiganConfig())
    assert loss.tolist() == pytest.approx([0.25 * 0.5 + 2.0 + 0.125 * 4.0 - 0.25 * -3.0 + 8.0])


def test_the_objective_weighs_its_terms_and_needs_no_picture_cycle():
    config = MiganConfig(content_weight=3.0, information_weight=0.5)
    loss = painter_objective(terms(adversarial=2.0, bound=-3.0, content=0.5, factor=0.25), torch.tensor(9.0), config)
    assert loss.tolist() == pytest.approx([2.0 + 3.0 * 0.25 * 0.5 - 0.5 * 0.25 * -3.0])


def test_the_bound_may_have_a_constant_weight():
    config = MiganConfig(information_weight=0.5, bound_weight="constant")
    loss = painter_objective(terms(adversarial=2.0, bound=-3.0, content=0.0, factor=0.25), torch.tensor(0.0), config)
    assert loss.tolist() == pytest.approx([2.0 + 0.5 * 3.0])


def test_the_factor_learns_from_the_content_but_not_from_the_bound():
    all_terms = terms(adversarial=2.0, bound=-3.0, content=0.5, factor=0.25)
    painter_objective(all_terms, torch.tensor(0.0), MiganConfig()).sum().backward()
    assert all_terms.factor.grad.item() == pytest.approx(0.5)
    assert all_terms.bound.grad.item() == pytest.approx(-0.25)


@pytest.mark.parametrize(
    ("values", "loss", "slope"),
    [
        ({}, 2.0 + 3.0 * 0.25 * 0.5, 3.0 * 0.5),
        ({"factor_cycles": "first"}, 2.0 + 3.0 * (0.25 * 0.4 + 0.1), 3.0 * 0.4),
        ({"factor_gradient": False}, 2.0 + 3.0 * 0.25 * 0.5, None),
        ({"factor_gradient": False, "factor_cycles": "first"}, 2.0 + 3.0 * (0.25 * 0.4 + 0.1), None),
    ],
)
def test_the_factor_acts_on_the_cycles_and_is_differentiated_as_set(
    values: dict[str, Any], loss: float, slope: float | None
):
    all_terms = terms(adversarial=2.0, bound=0.0, content=0.5, second_content=0.1, factor=0.25)
    result = painter_objective(all_terms, torch.tensor(0.0), MiganConfig(content_weight=3.0, **values))
    assert result.item() == pytest.approx(loss)
    result.sum().backward()
    assert all_terms.factor.grad is None if slope is None else all_terms.factor.grad.item() == pytest.approx(slope)


def test_the_factor_is_the_constant_less_the_similarity():
    pictures = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1
    factor = information_factor(torch.stack([pictures[0], -pictures[1]]), pictures, 1.5)
    assert factor[0].item() == pytest.approx(0.5, abs=1e-5)
    assert 1.0 < factor[1].item() <= 1.5


@pytest.mark.parametrize("shape", [(2, 6), (2, 3, 4, 4)])
def test_the_content_loss_is_the_mean_absolute_error_of_each_row(shape: tuple[int, ...]):
    target = torch.zeros(shape)
    prediction = torch.zeros(shape)
    prediction[1] = -0.25
    assert content_loss(prediction, target).tolist() == [0.0, 0.25]


def test_the_perceptual_loss_is_relative_to_the_power_of_each_depth():
    pictures = torch.ones(1, 3, 4, 4)
    # Of the second depth all features are 100 times as large; both errors are a quarter of the real features' power.
    loss = perceptual_loss(lambda x: [x, 100 * x], 1.5 * pictures, pictures)
    assert loss.tolist() == pytest.approx([0.25])
    assert perceptual_loss(lambda x: [x, 100 * x], pictures, pictures).tolist() == [0.0]


def test_the_features_of_real_pictures_are_a_target_of_the_perceptual_loss():
    pictures = torch.ones(1, 3, 4, 4, requires_grad=True)
    reconstructions = torch.zeros(1, 3, 4, 4, requires_grad=True)
    perceptual_loss(lambda x: [2 * x], reconstructions, pictures).sum().backward()
    assert pictures.grad is None
    assert reconstructions.grad is not None


def test_the_entropy_of_the_codes_is_that_of_the_category_and_of_intervals_of_length_2():
    assert code_entropy((0.5, 0.25, 0.25, 0.0), factors=3) == pytest.approx(4.5 * math.log(2))
