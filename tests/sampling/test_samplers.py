from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from impasto.contract import Noise, PictureNoise
from impasto.sampling.level import Denoise, Level
from impasto.sampling.samplers import ddim, dpmpp, heun, invert, sample
from impasto.sampling.schedule import LogNormalNoise, NoiseSchedule, cosine_noise, linear_noise
from impasto.sampling.spacing import even_levels, karras_levels, straight_levels

MEANS = torch.tensor([-0.6, 0.5]).double()
WEIGHTS = torch.tensor([0.3, 0.7]).double()
SPREAD = 0.15
LINEAR = NoiseSchedule(linear_noise(1000))
COSINE = NoiseSchedule(cosine_noise(1000))


class Half(Noise):
    """Every number is 0.5."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.calls = 0

    def _rows(self, draw, shape, mix):
        self.calls += 1
        return torch.full((self.rows, *shape), 0.5)


def mixture(noisy: Tensor, level: Level) -> Tensor:
    """The exact posterior mean of independent pixels that follow a mixture of two Gaussians."""
    x = noisy.double()[..., None]
    variance = (level.signal * SPREAD) ** 2 + level.sigma**2
    share = torch.softmax(WEIGHTS.log() - 0.5 * (x - level.signal * MEANS).square() / variance, dim=-1)
    mean = MEANS + level.signal * SPREAD**2 / variance * (x - level.signal * MEANS)
    return (share * mean).sum(-1).to(noisy.dtype)


def exact(x: Tensor, now: Level, then: Level) -> Tensor:
    """Where the probability-flow ODE of the mixture leads: it keeps the quantile of every pixel."""

    def quantile(x: Tensor, at: Level) -> Tensor:
        spread = math.hypot(at.signal * SPREAD, at.sigma)
        return (WEIGHTS * torch.special.ndtr((x[..., None] - at.signal * MEANS) / spread)).sum(-1)

    expected = quantile(x, now)
    low = torch.full_like(x, -3)
    high = torch.full_like(x, 3)
    for _ in range(60):
        middle = (low + high) / 2
        under = quantile(middle, then) < expected
        low = torch.where(under, middle, low)
        high = torch.where(under, high, middle)
    return low


def gaussian(noisy: Tensor, level: Level, mean: float = 0.3, spread: float = 0.4) -> Tensor:
    share = level.signal * spread**2 / ((level.signal * spread) ** 2 + level.sigma**2)
    return mean + share * (noisy - level.signal * mean)


def starts(count: int = 4, side: int = 48) -> tuple[Tensor, PictureNoise]:
    noise = PictureNoise(0, range(count))
    return noise.normal(3, side, side), noise


@pytest.mark.parametrize(
    "levels",
    [
        even_levels(LINEAR, 250),
        even_levels(COSINE, 250, shift=2.0),
        karras_levels(COSINE, 250),
        karras_levels(LogNormalNoise(), 250),
        straight_levels(250, 1.5),
    ],
    ids=["linear", "shifted", "karras", "edm", "straight"],
)
@pytest.mark.parametrize(
    ("sampler", "eta"), [("ddim", 0.0), ("ddim", 0.5), ("ancestral", 0.0), ("heun", 0.0), ("dpmpp", 0.0)]
)
def test_samplers_reach_a_known_mixture(sampler, eta, levels):
    _, noise = starts()
    start = levels[0].sigma * noise.normal(3, 48, 48)
    x = sample(sampler, mixture, start, levels, eta=eta, noise=noise)
    mean = float((WEIGHTS * MEANS).sum())
    variance = SPREAD**2 + float((WEIGHTS * MEANS.square()).sum()) - mean**2
    assert float(x.mean()) == pytest.approx(mean, abs=0.015)
    assert float(x.var()) == pytest.approx(variance, rel=0.04)
    assert float((x < 0).float().mean()) == pytest.approx(0.3, abs=0.02)


def test_samplers_have_names():
    levels = even_levels(COSINE, 5)
    start, _ = starts(2, 8)
    euler = sample("euler", mixture, start, levels)
    assert torch.equal(euler, sample("ddim", mixture, start, levels))
    assert torch.equal(euler, ddim(mixture, start, levels))
    ancestral = sample("ancestral", mixture, start, levels, noise=Half(2))
    assert torch.equal(ancestral, ddim(mixture, start, levels, eta=1.0, noise=Half(2)))
    assert torch.equal(sample("heun", mixture, start, levels), heun(mixture, start, levels))
    assert torch.equal(sample("dpmpp", mixture, start, levels), dpmpp(mixture, start, levels))


def error(sampler, levels: list[Level]) -> float:
    """Of a sampler at its last level, on the mixture."""
    start = levels[0].sigma * torch.linspace(-2.5, 2.5, 200, dtype=torch.float64).view(1, 1, 10, 20)
    off = sampler(mixture, start, levels) - exact(start, levels[0], levels[-1])
    return float(off.square().mean().sqrt())


@pytest.mark.parametrize("schedule", [LINEAR, COSINE, LogNormalNoise()], ids=["linear", "cosine", "edm"])
@pytest.mark.parametrize(("sampler", "order"), [(ddim, 1), (heun, 2), (dpmpp, 2)])
def test_errors_fall_with_the_order_of_the_method(sampler, order, schedule):
    # Up to the last level before the picture, which stays the same: the last step is one of Euler in all of them.
    errors = [error(sampler, karras_levels(schedule, steps)[:-1]) for steps in (50, 100, 200)]
    slopes = [math.log2(a / b) for a, b in pairwise(errors)]
    assert all(abs(slope - order) < 0.2 for slope in slopes), slopes


@pytest.mark.parametrize(
    "levels", [even_levels(LINEAR, 40), even_levels(COSINE, 40), even_levels(COSINE, 40, shift=2.0)]
)
@pytest.mark.parametrize("sampler", [heun, dpmpp])
def test_methods_of_second_order_come_nearer_in_even_steps_too(sampler, levels):
    assert error(sampler, levels[:-1]) < 0.6 * error(ddim, levels[:-1])


@pytest.mark.parametrize(("sampler", "order"), [(ddim, 1), (heun, 2), (dpmpp, 2)])
def test_errors_along_a_straight_flow_fall_with_the_order_of_the_method(sampler, order):
    # Between times at which estimates and their differences are finite.
    def levels(steps: int) -> list[Level]:
        return [Level(t, t, 1 - t) for t in (0.02 + 0.96 * k / steps for k in range(steps + 1))]

    errors = [error(sampler, levels(steps)) for steps in (50, 100, 200)]
    slopes = [math.log2(a / b) for a, b in pairwise(errors)]
    assert all(abs(slope - order) < 0.2 for slope in slopes), slopes


def velocity_of(denoise: Denoise, x: Tensor, level: Level) -> Tensor:
    return ((denoise(x.double(), level) - x) / level.sigma).float()


def test_a_velocity_is_a_denoiser_from_which_it_is_recovered_to_the_last_bit():
    def denoise(noisy: Tensor, level: Level) -> Tensor:
        return noisy.double() + level.sigma * velocity_of(mixture, noisy, level).double()

    levels = straight_levels(12, 2.0)
    start, _ = starts(2, 16)
    x = y = start
    for now, then in pairwise(levels):
        step = then.signal - now.signal
        x = x + step * velocity_of(mixture, x, now)
        slope = velocity_of(mixture, y, now)
        if then.sigma > 0:
            slope = 0.5 * (slope + velocity_of(mixture, y + step * slope, then))
        y = y + step * slope
    assert torch.equal(ddim(denoise, start, levels), x)
    assert torch.equal(heun(denoise, start, levels), y)
    assert dpmpp(denoise, start, levels).dtype == torch.float32


def test_fresh_noise_is_read_where_it_is_added():
    noise = Half(2)
    start, _ = starts(2, 8)
    ddim(mixture, start, even_levels(LINEAR, 10), noise=noise)
    assert noise.calls == 0
    ddim(mixture, start, even_levels(LINEAR, 10), noise=noise, eta=0.5)
    assert noise.calls == 9  # none on the last step


@pytest.mark.parametrize(
    "levels",
    [even_levels(LINEAR, 50), even_levels(COSINE, 50), karras_levels(LogNormalNoise(), 50), straight_levels(50)],
)
def test_inversion_finds_the_noise_that_ddim_paints_from(levels):
    pictures = 0.3 + 0.4 * torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    errors = []
    for refinements in (0, 1, 4):
        start = invert(gaussian, pictures, levels, refinements=refinements)
        errors.append(float((ddim(gaussian, start, levels) - pictures).square().mean().sqrt()))
    assert errors[0] > 3 * errors[1] > 3 * errors[2]
    assert errors[2] < 0.005
