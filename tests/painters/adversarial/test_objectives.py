from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from impasto.painters.adversarial.dual_discriminator import flatness
from impasto.painters.adversarial.objectives import critic_loss, painter_loss

REAL, FAKE = torch.tensor([[2.0, 0.5]]), torch.tensor([[-3.0, 0.0]])


@pytest.mark.parametrize(
    ("objective", "critic", "painter"),
    [
        ("wasserstein", (-5 - 0.5) / 2, 1.5),
        ("hinge", (0 + 0 + 0.5 + 1) / 2, 1.5),
        (
            "relativistic",
            (math.log1p(math.exp(-5)) + math.log1p(math.exp(-0.5))) / 2,
            (math.log1p(math.exp(5)) + math.log1p(math.exp(0.5))) / 2,
        ),
    ],
)
def test_losses_are_the_formulas(objective, critic: float, painter: float):
    assert critic_loss(objective, REAL, FAKE).item() == pytest.approx(critic)
    assert painter_loss(objective, FAKE, REAL).item() == pytest.approx(painter)


def test_the_flatness_of_a_linear_critic_is_the_square_of_its_slope():
    class Linear(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(2, 3 * 4 * 4))
            self.weight.data[0, 0], self.weight.data[1, 1] = 3.0, 4.0

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.flatten(1) @ self.weight.T

    critic = Linear()
    penalty = flatness(critic, torch.randn(5, 3, 4, 4))
    assert penalty.item() == pytest.approx((3 / 2) ** 2 + (4 / 2) ** 2)
    penalty.backward()
    assert critic.weight.grad[0, 0].item() == pytest.approx(3 / 2)
