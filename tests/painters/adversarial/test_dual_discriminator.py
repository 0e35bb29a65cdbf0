from __future__ import annotations

import pytest
import torch
from torch import nn

from impasto.painters.adversarial.dual_discriminator import (
    DualDiscriminator,
    gradient_penalty,
    zero_centred_penalty,
)


class LinearCritic(nn.Module):
    """Two scores of pictures of 4 × 4 pixels, linear in them."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(2, 3 * 4 * 4))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1) @ self.weight.T


def test_the_gradient_of_a_linear_critic_has_the_length_of_its_weights():
    critic = LinearCritic()
    critic.weight.data[0, 0] = 3.0
    critic.weight.data[1, :4] = 1.0
    real = torch.randn(5, 3, 4, 4)
    penalty = gradient_penalty(critic, real, torch.randn(5, 3, 4, 4), torch.rand(5, 1, 1, 1))
    assert penalty.item() == pytest.approx(((3 - 1) ** 2 + (2 - 1) ** 2) / 2)
    penalty.backward()
    assert critic.weight.grad[0, 0].item() == pytest.approx(3 - 1)


def test_a_flat_critic_has_a_finite_penalty_and_gradient():
    critic = DualDiscriminator({4: 8, 8: 8, 16: 8, 32: 8})
    for p in critic.parameters():
        nn.init.zeros_(p)
    x = torch.randn(2, 3, 32, 32)
    penalty = gradient_penalty(critic, x, -x, torch.rand(2, 1, 1, 1))
    penalty.backward()
    assert penalty.item() == pytest.approx(1.0, abs=1e-4)
    assert all(p.grad is None or p.grad.isfinite().all() for p in critic.parameters())


def test_the_penalty_is_computed_in_full_precision_under_autocast():
    torch.manual_seed(0)
    critic = DualDiscriminator({4: 32, 8: 32, 16: 16, 32: 8})
    real = torch.rand(4, 3, 32, 32) * 2 - 1
    mix = torch.rand(4, 1, 1, 1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        under_autocast = gradient_penalty(critic, real, -real, mix)
    full = gradient_penalty(critic.double(), real.double(), -real.double(), mix.double())
    assert under_autocast.item() == pytest.approx(full.item(), rel=1e-5)


@pytest.mark.parametrize("shared", [False, True])
def test_a_patch_score_depends_on_a_patch_and_the_whole_score_on_all(shared: bool):
    torch.manual_seed(0)
    critic = DualDiscriminator({4: 8, 8: 8, 16: 8, 32: 8, 64: 8}, shared=shared)
    x = torch.randn(1, 3, 64, 64, requires_grad=True)
    maps = critic.features(x)[2] if shared else x
    if not shared:
        for part in critic.patch_trunk:
            maps = part(maps)
    scores = critic.patch(maps)
    assert scores.shape == (1, 1, 16, 16)
    (gradient,) = torch.autograd.grad(scores[0, 0, 8, 8], x, retain_graph=True)
    rows = gradient.abs().sum((0, 1, 3)).nonzero()
    assert rows.max() - rows.min() + 1 == 20
    (gradient,) = torch.autograd.grad(critic(x)[0, 0], x)
    rows = gradient.abs().sum((0, 1, 3)).nonzero()
    assert rows.max() - rows.min() + 1 == 64


def test_the_zero_centred_penalty_of_a_linear_critic_is_the_squared_length_of_its_mean_weights():
    critic = LinearCritic()
    critic.weight.data[0, 0] = 3.0
    critic.weight.data[1, 1] = 4.0
    penalty = zero_centred_penalty(critic, torch.randn(5, 3, 4, 4))
    assert penalty.item() == pytest.approx((3 / 2) ** 2 + (4 / 2) ** 2)
    penalty.backward()
    assert critic.weight.grad[0, 0].item() == pytest.approx(3 / 2)
