"""Estimates move against the gradient of a loss, as far as the scale says."""

from __future__ import annotations

import pytest
import torch

from impasto.errors import ConfigError
from impasto.sampling.level import Level
from impasto.sampling.steering import steered

HALF = Level(time=0.5, signal=0.25, sigma=0.75)


def picture(seed: int = 0) -> torch.Tensor:
    return torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(seed))


def halved(noisy: torch.Tensor, level: Level) -> torch.Tensor:
    return noisy / 2


@pytest.mark.parametrize(("decay", "share"), [(0.0, 1.0), (1.0, 0.75), (2.0, 0.75**2)])
def test_an_estimate_moves_by_the_scale_along_the_gradient(decay, share):
    target = picture(1)
    moved = steered(halved, lambda x, level: (x - target).square().sum((1, 2, 3)), 0.3, decay=decay)(picture(), HALF)
    # Through the denoiser the gradient is half of that, which changes its length alone.
    gradient = picture() / 2 - target
    expected = picture() / 2 - 0.3 * share * gradient / gradient.square().mean((1, 2, 3), keepdim=True).sqrt()
    torch.testing.assert_close(moved, expected)


def test_the_gradient_passes_through_the_denoiser():
    factors = torch.linspace(0.5, 2, 48).view(1, 3, 4, 4)
    moved = steered(lambda noisy, level: factors * noisy, lambda x, level: x.sum((1, 2, 3)), 0.5)(picture(), HALF)
    torch.testing.assert_close(moved, factors * picture() - 0.5 * 0.75 * factors / factors.square().mean().sqrt())


def test_it_works_where_painting_computes_no_gradients_and_keeps_the_precision():
    with torch.no_grad():
        moved = steered(lambda noisy, level: noisy.double(), lambda x, level: x.sum((1, 2, 3)), 0.5)(picture(), HALF)
    assert moved.dtype == torch.float64
    assert not moved.requires_grad
    torch.testing.assert_close(moved, picture().double() - 0.5 * 0.75)


def test_a_loss_that_does_not_change_moves_nothing():
    moved = steered(halved, lambda x, level: (0 * x).sum((1, 2, 3)), 0.5)(picture(), HALF)
    assert torch.equal(moved, picture() / 2)


@pytest.mark.parametrize(("low", "high", "moves"), [(0.0, 0.2, False), (0.2, 0.3, True), (0.3, 1.0, False)])
def test_it_acts_between_two_shares_of_the_picture(low, high, moves):
    moved = steered(halved, lambda x, level: x.sum((1, 2, 3)), 0.5, low=low, high=high)(picture(), HALF)
    assert torch.equal(moved, picture() / 2) != moves


def test_limits_that_leave_nothing_between_them_are_refused():
    with pytest.raises(ConfigError, match=r"steered_from = 0.6 is above steered_to = 0.4"):
        steered(halved, lambda x, level: x.sum((1, 2, 3)), 0.5, low=0.6, high=0.4)
