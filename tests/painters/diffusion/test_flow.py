from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from impasto.errors import ConfigError
from impasto.painters.diffusion.flow import dpmpp, euler, guided_within, heun, invert_flow, times_of
from impasto.painters.diffusion.noise_schedule import LogNormalNoise, karras

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


@pytest.mark.parametrize(("follow", "order"), [(euler, 1), (heun, 2), (dpmpp, 2)])
def test_flows_can_be_followed_along_the_noise_levels_of_others(follow, order):
    errors = []
    for steps in (50, 100, 200):
        times = [level.share for level in karras(LogNormalNoise(), steps)][:-1]
        ends = [math.hypot(t * SPREAD, 1 - t) for t in (times[0], times[-1])]
        exact = times[-1] * MEAN + ends[1] / ends[0] * (start() - times[0] * MEAN)
        errors.append((follow(gaussian, start(), times) - exact).abs().mean())
    slopes = [math.log2(a / b) for a, b in pairwise(errors)]
    assert all(abs(slope - order) < 0.2 for slope in slopes), slopes


@pytest.mark.parametrize("follow", [euler, heun, dpmpp])
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
    with pytest.raises(ConfigError, match=r"guided_from = 0.6 lies after guided_to = 0.2"):
        guided_within(two, one, 3.0, 0.6, 0.2)


@pytest.mark.parametrize(("shift", "steps"), [(1.0, 8), (3.0, 8)])
def test_euler_is_diffusers(shift, steps):
    diffusers = pytest.importorskip("diffusers", reason="diffusers is not installed; the extra `dev` brings it")
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(shift=shift)
    scheduler.set_timesteps(sigmas=[1 - k / steps for k in range(steps)])
    x = start(4).float()
    for time in scheduler.timesteps:
        # There time runs the other way, and velocities lead to the noise.
        x = scheduler.step(-(0.8 * x.tanh() + 0.05), time, x).prev_sample
    found = euler(lambda x, _: 0.8 * x.tanh() + 0.05, start(4).float(), times_of(steps, shift))
    torch.testing.assert_close(found, x, atol=1e-5, rtol=1e-5)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_dpmpp_is_diffusers():
    diffusers = pytest.importorskip("diffusers", reason="diffusers is not installed; the extra `dev` brings it")
    scheduler = diffusers.DPMSolverMultistepScheduler(use_flow_sigmas=True, prediction_type="flow_prediction")
    scheduler.set_timesteps(8)
    x = start(4).float()
    for time in scheduler.timesteps:
        x = scheduler.step(-(0.8 * x.tanh() + 0.05), time, x).prev_sample
    times = [1 - float(sigma) for sigma in scheduler.sigmas]
    found = dpmpp(lambda x, _: 0.8 * x.tanh() + 0.05, start(4).float(), times)
    torch.testing.assert_close(found, x, atol=1e-4, rtol=1e-4)
