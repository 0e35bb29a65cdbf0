from __future__ import annotations

import math

import pytest
import torch

from impasto.painters.adversarial.objectives import critic_loss, least_squares_loss, painter_loss

REAL = torch.tensor([[2.0, 0.5]])
FAKE = torch.tensor([[-3.0, 0.0]])


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


def test_scores_are_drawn_to_a_target_by_least_squares():
    scores = torch.tensor([[1.0, 3.0], [0.0, 0.0]])
    torch.testing.assert_close(least_squares_loss(scores, 1), torch.tensor([2.0, 1.0]))
