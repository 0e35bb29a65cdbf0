from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from impasto.contract import Noise, PictureNoise
from impasto.errors import ConfigError
from impasto.painters.diffusion.noise_schedule import NoiseSchedule, cosine_noise, linear_noise
from impasto.painters.diffusion.prediction import Prediction, clean_from
from impasto.painters.diffusion.sampling import Denoise, ancestral, clipped, ddim, guided, invert

MEANS, WEIGHTS, SPREAD = torch.tensor([-0.6, 0.5]), torch.tensor([0.3, 0.7]), 0.15


class Half(Noise):
    """Every number is 0.5."""

    def __init__(self, rows: int) -> None:
        self.rows, self.calls = rows, 0

    def _rows(self, draw, shape):
        self.calls += 1
        return torch.full((self.rows, *shape), 0.5)


def mixture(schedule: NoiseSchedule) -> Denoise:
    """The exact posterior mean of independent pixels that follow a mixture of two Gaussians."""

    def denoise(noisy: Tensor, times: Tensor) -> Tensor:
        a, s = (v[..., None].double() for v in schedule.at(times))
        x, variance = noisy.double()[..., None], (a * SPREAD) ** 2 + s**2
        share = torch.softmax(WEIGHTS.log() - 0.5 * (x - a * MEANS).square() / variance, dim=-1)
        mean = MEANS + a * SPREAD**2 / variance * (x - a * MEANS)
        return (share * mean).sum(-1).to(noisy.dtype)

    return denoise


def gaussian(schedule: NoiseSchedule, mean: float = 0.3, spread: float = 0.4) -> Denoise:
    def denoise(noisy: Tensor, times: Tensor) -> Tensor:
        a, s = schedule.at(times)
        return mean + a * spread**2 / ((a * spread) ** 2 + s**2) * (noisy - a * mean)

    return denoise


@pytest.fixture(scope="module")
def schedule() -> NoiseSchedule:
    return NoiseSchedule(linear_noise(1000))


def starts(count: int = 4, side: int = 48) -> tuple[Tensor, PictureNoise]:
    noise = PictureNoise(0, range(count))
    return noise.normal(3, side, side), noise


@pytest.mark.parametrize("way", ["ddim", "eta", "ancestral"])
def test_samplers_reach_a_known_mixture(schedule, way):
    start, noise = starts()
    if way == "ancestral":
        x = ancestral(mixture(schedule), schedule, start, steps=250, noise=noise)
    else:
        x = ddim(mixture(schedule), schedule, start, steps=250, noise=noise, eta=1.0 if way == "eta" else 0.0)
    mean = float((WEIGHTS * MEANS).sum())
    variance = SPREAD**2 + float((WEIGHTS * MEANS.square()).sum()) - mean**2
    assert float(x.mean()) == pytest.approx(mean, abs=0.015)
    assert float(x.var()) == pytest.approx(variance, rel=0.04)
    assert float((x < 0).float().mean()) == pytest.approx(0.3, abs=0.02)


def test_ddim_comes_nearer_to_the_exact_flow_with_more_steps(schedule):
    start, noise = starts()
    # The flow of a Gaussian is linear: it keeps the place of a point within the spread.
    last = schedule.at(torch.tensor([999]))
    spread_end = math.sqrt((float(last[0]) * 0.4) ** 2 + float(last[1]) ** 2)
    exact = 0.3 + 0.4 * (start - float(last[0]) * 0.3) / spread_end
    errors = []
    for steps in (5, 20, 80, 320):
        x = ddim(gaussian(schedule), schedule, start, steps=steps, noise=noise)
        errors.append(float((x - exact).square().mean().sqrt()))
    assert errors[0] > 2 * errors[1] > 4 * errors[2] > 8 * errors[3]
    assert errors[-1] < 0.006


def test_ancestral_is_ddim_with_all_its_noise(schedule):
    start, _ = starts(2, 8)
    one = ancestral(mixture(schedule), schedule, start, steps=40, noise=PictureNoise(3, range(2)))
    other = ddim(mixture(schedule), schedule, start, steps=40, noise=PictureNoise(3, range(2)), eta=1.0)
    torch.testing.assert_close(one, other, atol=2e-4, rtol=1e-3)


def test_ddim_reads_no_noise_without_eta(schedule):
    noise = Half(2)
    start, _ = starts(2, 8)
    ddim(mixture(schedule), schedule, start, steps=10, noise=noise)
    assert noise.calls == 0
    ddim(mixture(schedule), schedule, start, steps=10, noise=noise, eta=0.5)
    assert noise.calls == 9  # none on the last step


@pytest.mark.parametrize("levels", [linear_noise, cosine_noise])
def test_inversion_finds_the_noise_that_ddim_paints_from(levels):
    schedule = NoiseSchedule(levels(1000))
    pictures = 0.3 + 0.4 * torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    errors = []
    for refinements in (0, 1, 4):
        start = invert(gaussian(schedule), schedule, pictures, steps=50, refinements=refinements)
        back = ddim(gaussian(schedule), schedule, start, steps=50, noise=Half(2))
        errors.append(float((back - pictures).square().mean().sqrt()))
    assert errors[0] > 3 * errors[1] > 3 * errors[2]
    assert errors[2] < 0.005


def test_guidance_mixes_and_skips():
    asked = []

    def fixed(name, value):
        def denoise(noisy, times):
            asked.append(name)
            return torch.full_like(noisy, value)

        return denoise

    x, t = torch.zeros(1, 3, 2, 2), torch.zeros(1, dtype=torch.long)
    with_it, without = fixed("with", 0.5), fixed("without", 0.2)
    assert float(guided(with_it, without, 3.0)(x, t).mean()) == pytest.approx(0.2 + 3 * 0.3)
    asked.clear()
    assert float(guided(with_it, without, 1.0)(x, t).mean()) == pytest.approx(0.5)
    assert asked == ["with"]
    assert float(clipped(guided(with_it, without, 9.0))(x, t).max()) == 1.0


def test_steps_out_of_range_are_named(schedule):
    start, noise = starts(1, 4)
    with pytest.raises(ConfigError, match=r"steps = 1001.*1 to 1000"):
        ddim(mixture(schedule), schedule, start, steps=1001, noise=noise)


# Recorded from diffusers 0.42.1: DDIMScheduler and DDPMScheduler(beta_schedule="linear", timestep_spacing="trailing"),
# 4 steps, network x → 0.8 tanh(x) + 0.05, all noise 0.5, use_clipped_model_output=True.
START = [-2.0, -0.7, 0.1, 1.3]
DDIM = {
    ("noise", False, 0.0): [
        [-12.371778, -2.861124, -0.141385, 5.846397],
        [-57.010735, -10.970493, -0.443087, 25.020617],
        [-145.883286, -26.988552, -0.638017, 63.092819],
        [-200.798981, -36.565529, -0.499342, 86.342316],
    ],
    ("velocity", False, 0.0): [
        [-1.960169, -0.676727, 0.093181, 1.260164],
        [-1.748978, -0.564939, 0.062919, 1.064116],
        [-1.160555, -0.308558, 0.004148, 0.579694],
        [-0.421437, -0.092785, -0.03378, 0.096836],
    ],
    ("velocity", True, 0.6): [
        [-1.267636, -0.240613, 0.371015, 1.300874],
        [-0.572264, 0.12446, 0.497386, 1.137897],
        [-0.031841, 0.211374, 0.344467, 0.669201],
        [-0.039977, 0.003579, 0.031949, 0.12741],
    ],
}
DDPM = {
    ("noise", False, "posterior"): [
        [-11.2345, -1.979618, 0.239445, 5.685292],
        [-50.455463, -5.772824, 0.524791, 24.056879],
        [-128.250183, -12.861367, 0.691487, 60.512157],
        [-176.441757, -17.051153, 0.45093, 82.777557],
    ],
    ("velocity", True, "posterior"): [
        [0.3179, 0.444121, 0.499712, 0.596549],
        [0.45644, 0.458964, 0.4608, 0.46516],
        [0.256914, 0.256834, 0.256778, 0.256648],
        [0.012747, 0.01273, 0.012719, 0.012692],
    ],
    # The last step is left out: there diffusers adds noise to the finished picture.
    ("velocity", False, "beta"): [
        [0.318723, 0.444945, 0.500535, 0.597372],
        [0.475278, 0.477816, 0.479659, 0.484032],
        [0.386059, 0.385996, 0.385952, 0.385852],
    ],
}


def recorder(schedule: NoiseSchedule, prediction: Prediction, clip: bool) -> tuple[Denoise, list[list[float]]]:
    path: list[list[float]] = []

    def denoise(noisy: Tensor, times: Tensor) -> Tensor:
        path.append(noisy.flatten().tolist())
        return clean_from(prediction, 0.8 * noisy.tanh() + 0.05, noisy, *schedule.at(times))

    return (clipped(denoise) if clip else denoise), path


@pytest.mark.parametrize(("prediction", "clip", "eta"), DDIM)
def test_ddim_takes_the_reference_steps(schedule, prediction, clip, eta):
    denoise, path = recorder(schedule, prediction, clip)
    end = ddim(denoise, schedule, torch.tensor(START).view(1, 1, 2, 2), steps=4, noise=Half(1), eta=eta)
    found = torch.tensor([*path[1:], end.flatten().tolist()])
    torch.testing.assert_close(found, torch.tensor(DDIM[prediction, clip, eta]), atol=2e-4, rtol=2e-4)


@pytest.mark.parametrize(("prediction", "clip", "variance"), DDPM)
def test_ancestral_takes_the_reference_steps(schedule, prediction, clip, variance):
    denoise, path = recorder(schedule, prediction, clip)
    start = torch.tensor(START).view(1, 1, 2, 2)
    end = ancestral(denoise, schedule, start, steps=4, noise=Half(1), variance=variance)
    expected = torch.tensor(DDPM[prediction, clip, variance])
    found = torch.tensor([*path[1:], end.flatten().tolist()])[: len(expected)]
    torch.testing.assert_close(found, expected, atol=2e-4, rtol=2e-4)
