from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from impasto.errors import ConfigError
from impasto.painters.diffusion.flow import euler, guided_within, heun, invert_flow, times_of

MEAN, SPREAD = 0.3, 0.4
MEANS, WEIGHTS, NARROW = torch.tensor([-0.6, 0.5]).double(), torch.tensor([0.3, 0.7]).double(), 0.15


def gaussian(x: Tensor, times: Tensor) -> Tensor:
    """The exact velocity where pictures are one Gaussian: straight scaling of noise into pictures."""
    t = times.view(-1, 1, 1, 1)
    variance = (t * SPREAD) ** 2 + (1 - t) ** 2
    clean = MEAN + t * SPREAD**2 / variance * (x - t * MEAN)
    noise = (1 - t) / variance * (x - t * MEAN)
    return clean - noise


def mixture(x: Tensor, times: Tensor) -> Tensor:
    """The exact velocity where pixels are independent and follow a mixture of two Gaussians."""
    t, y = times.view(-1, 1, 1, 1, 1).double(), x.double()[..., None]
    variance = (t * NARROW) ** 2 + (1 - t) ** 2
    share = torch.softmax(WEIGHTS.log() - 0.5 * (y - t * MEANS).square() / variance, dim=-1)
    clean = (share * (MEANS + t * NARROW**2 / variance * (y - t * MEANS))).sum(-1)
    noise = (share * (1 - t) / variance * (y - t * MEANS)).sum(-1)
    return (clean - noise).to(x.dtype)


def start(side: int = 32) -> Tensor:
    return torch.randn(4, 3, side, side, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize(("follow", "order"), [(euler, 1), (heun, 2)])
def test_errors_fall_with_the_order_of_the_method(follow, order):
    exact = MEAN + SPREAD * start()
    errors = [(follow(gaussian, start(), times_of(n)) - exact).abs().mean() for n in (20, 40, 80)]
    slopes = [math.log2(a / b) for a, b in pairwise(errors)]
    assert all(abs(slope - order) < 0.35 for slope in slopes), slopes


@pytest.mark.parametrize("follow", [euler, heun])
def test_a_mixture_is_met(follow):
    pixels = follow(mixture, start(64), times_of(100, 1.5))
    assert abs((pixels > -0.05).double().mean() - 0.7) < 0.02
    high = pixels[pixels > -0.05]
    assert abs(high.mean() - 0.5) < 0.02
    assert abs(high.std() - NARROW) < 0.02


def test_the_way_back_meets_the_noise():
    pictures = heun(mixture, start(), times_of(60))
    back = invert_flow(mixture, pictures, times_of(60))
    assert (back - start()).abs().mean() < 0.02


def test_times_rise_from_noise_to_picture_and_a_shift_lingers_near_the_noise():
    even, shifted = times_of(4), times_of(4, 3.0)
    assert even == [0, 0.25, 0.5, 0.75, 1]
    assert shifted[0] == 0
    assert shifted[-1] == 1
    assert shifted[2] == pytest.approx(0.25)


@pytest.mark.parametrize("steps", [0, 10**6])
def test_impossible_steps_are_named(steps):
    with pytest.raises(ConfigError, match=f"steps = {steps}: a flow is followed in 1 to 1000 steps"):
        times_of(steps)
    with pytest.raises(ConfigError, match="shift = 0 must be above 0"):
        times_of(4, 0.0)


def test_guidance_counts_inside_its_interval_only():
    one, two = (lambda x, t: torch.ones_like(x)), (lambda x, t: torch.full_like(x, 2.0))
    flow = guided_within(two, one, 3.0, 0.2, 0.6)
    x = torch.zeros(1, 1, 1, 1)
    assert flow(x, torch.tensor([0.4])) == 4
    assert flow(x, torch.tensor([0.1])) == 2
    assert flow(x, torch.tensor([0.7])) == 2
    assert guided_within(two, one, 0.0, 0.0, 1.0)(x, torch.tensor([0.5])) == 1
