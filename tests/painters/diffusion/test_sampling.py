from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from impasto import catalogue
from impasto.contract import Noise, PictureNoise
from impasto.errors import ConfigError
from impasto.painters.diffusion.noise_schedule import (
    Level,
    LogNormalNoise,
    NoiseSchedule,
    cosine_noise,
    evenly,
    karras,
    linear_noise,
)
from impasto.painters.diffusion.prediction import Prediction, clean_from, shown
from impasto.painters.diffusion.sampling import Denoise, clipped, ddim, dpmpp, guided, heun, invert

MEANS, WEIGHTS, SPREAD = torch.tensor([-0.6, 0.5]).double(), torch.tensor([0.3, 0.7]).double(), 0.15
LINEAR, COSINE = NoiseSchedule(linear_noise(1000)), NoiseSchedule(cosine_noise(1000))


class Half(Noise):
    """Every number is 0.5."""

    def __init__(self, rows: int) -> None:
        self.rows, self.calls = rows, 0

    def _rows(self, draw, shape):
        self.calls += 1
        return torch.full((self.rows, *shape), 0.5)


def mixture(noisy: Tensor, level: Level) -> Tensor:
    """The exact posterior mean of independent pixels that follow a mixture of two Gaussians."""
    x, variance = noisy.double()[..., None], (level.signal * SPREAD) ** 2 + level.sigma**2
    share = torch.softmax(WEIGHTS.log() - 0.5 * (x - level.signal * MEANS).square() / variance, dim=-1)
    mean = MEANS + level.signal * SPREAD**2 / variance * (x - level.signal * MEANS)
    return (share * mean).sum(-1).to(noisy.dtype)


def exact(x: Tensor, now: Level, then: Level) -> Tensor:
    """Where the probability-flow ODE of the mixture leads: it keeps the quantile of every pixel."""

    def quantile(x: Tensor, at: Level) -> Tensor:
        spread = math.hypot(at.signal * SPREAD, at.sigma)
        return (WEIGHTS * torch.special.ndtr((x[..., None] - at.signal * MEANS) / spread)).sum(-1)

    wanted, low, high = quantile(x, now), torch.full_like(x, -3), torch.full_like(x, 3)
    for _ in range(60):
        middle = (low + high) / 2
        under = quantile(middle, then) < wanted
        low, high = torch.where(under, middle, low), torch.where(under, high, middle)
    return low


def gaussian(noisy: Tensor, level: Level, mean: float = 0.3, spread: float = 0.4) -> Tensor:
    share = level.signal * spread**2 / ((level.signal * spread) ** 2 + level.sigma**2)
    return mean + share * (noisy - level.signal * mean)


def starts(count: int = 4, side: int = 48) -> tuple[Tensor, PictureNoise]:
    noise = PictureNoise(0, range(count))
    return noise.normal(3, side, side), noise


@pytest.mark.parametrize(
    "levels",
    [evenly(LINEAR, 250), evenly(COSINE, 250, shift=2.0), karras(COSINE, 250), karras(LogNormalNoise(), 250)],
    ids=["linear", "shifted", "karras", "edm"],
)
@pytest.mark.parametrize("way", ["ddim", "eta", "ancestral", "heun", "dpmpp"])
def test_samplers_reach_a_known_mixture(way, levels):
    noise, etas = starts()[1], {"ddim": 0.0, "eta": 0.5, "ancestral": 1.0}
    start = levels[0].sigma * noise.normal(3, 48, 48)
    if way in etas:
        x = ddim(mixture, start, levels, noise=noise, eta=etas[way])
    else:
        x = {"heun": heun, "dpmpp": dpmpp}[way](mixture, start, levels)
    mean = float((WEIGHTS * MEANS).sum())
    variance = SPREAD**2 + float((WEIGHTS * MEANS.square()).sum()) - mean**2
    assert float(x.mean()) == pytest.approx(mean, abs=0.015)
    assert float(x.var()) == pytest.approx(variance, rel=0.04)
    assert float((x < 0).float().mean()) == pytest.approx(0.3, abs=0.02)


def error(sampler, levels: list[Level]) -> float:
    """Of a sampler at its last level, on the mixture."""
    start = levels[0].sigma * torch.linspace(-2.5, 2.5, 200, dtype=torch.float64).view(1, 1, 10, 20)
    off = sampler(mixture, start, levels) - exact(start, levels[0], levels[-1])
    return float(off.square().mean().sqrt())


@pytest.mark.parametrize("schedule", [LINEAR, COSINE, LogNormalNoise()], ids=["linear", "cosine", "edm"])
@pytest.mark.parametrize(("sampler", "order"), [(ddim, 1), (heun, 2), (dpmpp, 2)])
def test_errors_fall_with_the_order_of_the_method(sampler, order, schedule):
    # Up to the last level before the picture, which stays the same: the last step is one of Euler in all of them.
    errors = [error(sampler, karras(schedule, steps)[:-1]) for steps in (50, 100, 200)]
    slopes = [math.log2(a / b) for a, b in pairwise(errors)]
    assert all(abs(slope - order) < 0.2 for slope in slopes), slopes


@pytest.mark.parametrize("levels", [evenly(LINEAR, 40), evenly(COSINE, 40), evenly(COSINE, 40, shift=2.0)])
@pytest.mark.parametrize("sampler", [heun, dpmpp])
def test_methods_of_second_order_come_nearer_in_even_steps_too(sampler, levels):
    assert error(sampler, levels[:-1]) < 0.6 * error(ddim, levels[:-1])


def test_fresh_noise_is_read_where_it_is_added():
    noise = Half(2)
    start, _ = starts(2, 8)
    ddim(mixture, start, evenly(LINEAR, 10), noise=noise)
    assert noise.calls == 0
    ddim(mixture, start, evenly(LINEAR, 10), noise=noise, eta=0.5)
    assert noise.calls == 9  # none on the last step


@pytest.mark.parametrize("levels", [evenly(LINEAR, 50), evenly(COSINE, 50), karras(LogNormalNoise(), 50)])
def test_inversion_finds_the_noise_that_ddim_paints_from(levels):
    pictures = 0.3 + 0.4 * torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    errors = []
    for refinements in (0, 1, 4):
        start = invert(gaussian, pictures, levels, refinements=refinements)
        errors.append(float((ddim(gaussian, start, levels) - pictures).square().mean().sqrt()))
    assert errors[0] > 3 * errors[1] > 3 * errors[2]
    assert errors[2] < 0.005


def test_guidance_mixes_and_skips():
    asked = []

    def fixed(name, value):
        def denoise(noisy, level):
            asked.append(name)
            return torch.full_like(noisy, value)

        return denoise

    x, level = torch.zeros(1, 3, 2, 2), Level(0, 0.6, 0.4)

    def led(scale: float, **interval: float) -> Denoise:
        return guided(fixed("with", 0.5), fixed("without", 0.2), scale, share=lambda at: at.share, **interval)

    assert float(led(3.0)(x, level).mean()) == pytest.approx(0.2 + 3 * 0.3)
    for denoise in (led(1.0), led(3.0, high=0.5), led(3.0, low=0.7), led(0.0, low=0.7)):
        asked.clear()
        assert float(denoise(x, level).mean()) == pytest.approx(0.5)
        assert asked == ["with"]
    assert float(led(3.0, low=0.5, high=0.7)(x, level).mean()) == pytest.approx(1.1)
    assert float(led(0.0)(x, level).mean()) == pytest.approx(0.2)
    assert float(clipped(led(9.0))(x, level).max()) == 1.0
    with pytest.raises(ConfigError, match=r"guided_from = 0.7 lies after guided_to = 0.5.*smaller of the two"):
        led(3.0, low=0.7, high=0.5)


# Beside diffusers' schedulers, with one network that knows nothing of time: what it is shown at each look, and the end.
START = [-2.0, -0.7, 0.1, 1.3]


def recorder() -> tuple[list[list[float]], object]:
    path: list[list[float]] = []

    def net(x: Tensor) -> Tensor:
        path.append(x.flatten().tolist())
        return 0.8 * x.tanh() + 0.05

    return path, net


def ours(sampler, levels: list[Level], prediction: Prediction, clip: bool = False, **settings: object) -> Tensor:
    path, net = recorder()

    def denoise(noisy: Tensor, level: Level) -> Tensor:
        answer = net(shown(prediction, noisy, level.sigma))
        return clean_from(prediction, answer, noisy, level.signal, level.sigma)

    start = torch.tensor(START).view(1, 1, 2, 2) * (levels[0].sigma if prediction == "edm" else 1)
    end = sampler(clipped(denoise) if clip else denoise, start, levels, **settings)
    return torch.tensor([*path, end.flatten().tolist()])


def theirs(scheduler, steps: int, scale: float = 1.0, **settings: object) -> Tensor:
    path, net = recorder()
    scheduler.set_timesteps(steps)
    x = torch.tensor(START).view(1, 1, 2, 2) * scale
    for time in scheduler.timesteps:
        x = scheduler.step(net(scheduler.scale_model_input(x, time)), time, x, **settings).prev_sample
    return torch.tensor([*path, x.flatten().tolist()])


@pytest.fixture(scope="module")
def diffusers():
    return pytest.importorskip("diffusers", reason="diffusers is not installed; the extra `dev` brings it")


TABLES = {"linear": LINEAR, "squaredcos_cap_v2": COSINE}
TOLD = {"noise": "epsilon", "velocity": "v_prediction"}


def told(prediction: Prediction, table: str) -> dict[str, object]:
    return {"beta_schedule": table, "beta_end": 0.02, "beta_start": 1e-4, "prediction_type": TOLD[prediction]}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("prediction", "clip", "eta"), [("velocity", False, 0.0), ("noise", True, 0.6)])
def test_ddim_is_diffusers(diffusers, table, prediction, clip, eta):
    scheduler = diffusers.DDIMScheduler(**told(prediction, table), clip_sample=clip, timestep_spacing="trailing")
    half = torch.full((1, 1, 2, 2), 0.5)
    expected = theirs(scheduler, 8, eta=eta, use_clipped_model_output=True, variance_noise=half if eta else None)
    found = ours(ddim, evenly(TABLES[table], 8), prediction, clip, eta=eta, noise=Half(1))
    torch.testing.assert_close(found, expected, atol=2e-5, rtol=2e-5)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("prediction", TOLD)
def test_ddim_with_all_its_noise_is_diffusers_ddpm(diffusers, monkeypatch, table, prediction):
    monkeypatch.setattr(
        "diffusers.schedulers.scheduling_ddpm.randn_tensor", lambda shape, **_: torch.full(tuple(shape), 0.5)
    )
    scheduler = diffusers.DDPMScheduler(
        **told(prediction, table), clip_sample=True, timestep_spacing="trailing", variance_type="fixed_small"
    )
    found = ours(ddim, evenly(TABLES[table], 8), prediction, True, eta=1.0, noise=Half(1))
    torch.testing.assert_close(found, theirs(scheduler, 8), atol=2e-5, rtol=2e-5)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("spacing", ["even", "karras"])
@pytest.mark.parametrize("prediction", TOLD)
@pytest.mark.parametrize(
    ("name", "sampler"), [("EulerDiscrete", ddim), ("HeunDiscrete", heun), ("DPMSolverMultistep", dpmpp)]
)
def test_samplers_of_the_ode_are_diffusers(diffusers, name, sampler, prediction, spacing):
    scheduler = getattr(diffusers, f"{name}Scheduler")(
        **told(prediction, "linear"), timestep_spacing="trailing", use_karras_sigmas=spacing == "karras"
    )
    scheduler.set_timesteps(8)
    sigmas = scheduler.sigmas
    levels = evenly(LINEAR, 8) if spacing == "even" else karras(LINEAR, 8, (float(sigmas[-2]), float(sigmas[0])))
    # These go along sigma / signal with a signal of 1; the solver alone does not.
    scale = 1.0 if sampler is dpmpp else math.hypot(1, float(sigmas[0]))
    expected = theirs(scheduler, 8, scale)
    found = ours(sampler, levels, prediction)
    assert len(found) == (16 if sampler is heun else 9)
    torch.testing.assert_close(found, expected, atol=2e-5, rtol=2e-5)
    if name == "EulerDiscrete":
        times = torch.tensor([float(level.time) for level in levels[:-1]])
        torch.testing.assert_close(times, scheduler.timesteps.float(), atol=2e-2, rtol=0)


@pytest.mark.parametrize(("name", "sampler"), [("EDMEuler", ddim), ("EDMDPMSolverMultistep", dpmpp)])
def test_edm_is_diffusers(diffusers, name, sampler):
    scheduler = getattr(diffusers, f"{name}Scheduler")(sigma_min=0.002, sigma_max=80.0, sigma_data=0.5, rho=7.0)
    found = ours(sampler, karras(LogNormalNoise(), 8), "edm")
    torch.testing.assert_close(found, theirs(scheduler, 8, 80.0), atol=2e-5, rtol=2e-5)


@pytest.mark.parametrize("name", ["ddpm", "flow_matching", "latent_diffusion"])
def test_in_16_bit_nearly_the_same_is_painted(name: str) -> None:
    torch.manual_seed(0)
    painter = catalogue.painter(name).build("tiny", resolution=32)
    exact, rounded = (painter.paint(2, seed=1, steps=4, precision=word).pictures for word in ("fp32", "bf16"))
    assert rounded.dtype == torch.float32
    assert 0 < (exact - rounded).abs().mean() < 0.02
