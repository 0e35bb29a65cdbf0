"""Samplers beside the schedulers of diffusers."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from impasto.contract import Noise
from impasto.painters.diffusion.prediction import Prediction, clean_from, network_input
from impasto.sampling.guidance import clipped
from impasto.sampling.level import Level
from impasto.sampling.samplers import ddim, dpmpp, heun
from impasto.sampling.schedule import LogNormalNoise, NoiseSchedule, cosine_noise, linear_noise
from impasto.sampling.spacing import even_levels, karras_levels, straight_levels

LINEAR = NoiseSchedule(linear_noise(1000))
COSINE = NoiseSchedule(cosine_noise(1000))


class Half(Noise):
    """Every number is 0.5."""

    def _rows(self, draw, shape, mix):
        return torch.full((1, *shape), 0.5)


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
        answer = net(network_input(prediction, noisy, level.sigma))
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
PREDICTION_TYPES = {"noise": "epsilon", "velocity": "v_prediction"}


def arguments(prediction: Prediction, table: str) -> dict[str, object]:
    return {
        "beta_schedule": table,
        "beta_end": 0.02,
        "beta_start": 1e-4,
        "prediction_type": PREDICTION_TYPES[prediction],
    }


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(("prediction", "clip", "eta"), [("velocity", False, 0.0), ("noise", True, 0.6)])
def test_ddim_is_diffusers(diffusers, table, prediction, clip, eta):
    scheduler = diffusers.DDIMScheduler(**arguments(prediction, table), clip_sample=clip, timestep_spacing="trailing")
    half = torch.full((1, 1, 2, 2), 0.5)
    expected = theirs(scheduler, 8, eta=eta, use_clipped_model_output=True, variance_noise=half if eta else None)
    actual = ours(ddim, even_levels(TABLES[table], 8), prediction, clip, eta=eta, noise=Half())
    torch.testing.assert_close(actual, expected, atol=2e-5, rtol=2e-5)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("prediction", PREDICTION_TYPES)
def test_ddim_with_all_its_noise_is_diffusers_ddpm(diffusers, monkeypatch, table, prediction):
    monkeypatch.setattr(
        "diffusers.schedulers.scheduling_ddpm.randn_tensor", lambda shape, **_: torch.full(tuple(shape), 0.5)
    )
    scheduler = diffusers.DDPMScheduler(
        **arguments(prediction, table), clip_sample=True, timestep_spacing="trailing", variance_type="fixed_small"
    )
    actual = ours(ddim, even_levels(TABLES[table], 8), prediction, True, eta=1.0, noise=Half())
    torch.testing.assert_close(actual, theirs(scheduler, 8), atol=2e-5, rtol=2e-5)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("spacing", ["even", "karras"])
@pytest.mark.parametrize("prediction", PREDICTION_TYPES)
@pytest.mark.parametrize(
    ("name", "sampler"), [("EulerDiscrete", ddim), ("HeunDiscrete", heun), ("DPMSolverMultistep", dpmpp)]
)
def test_samplers_of_the_ode_are_diffusers(diffusers, name, sampler, prediction, spacing):
    scheduler = getattr(diffusers, f"{name}Scheduler")(
        **arguments(prediction, "linear"), timestep_spacing="trailing", use_karras_sigmas=spacing == "karras"
    )
    scheduler.set_timesteps(8)
    sigmas = scheduler.sigmas
    levels = (
        even_levels(LINEAR, 8) if spacing == "even" else karras_levels(LINEAR, 8, (float(sigmas[-2]), float(sigmas[0])))
    )
    # These go along sigma / signal with a signal of 1; the solver alone does not.
    scale = 1.0 if sampler is dpmpp else math.hypot(1, float(sigmas[0]))
    expected = theirs(scheduler, 8, scale)
    actual = ours(sampler, levels, prediction)
    assert len(actual) == (16 if sampler is heun else 9)
    torch.testing.assert_close(actual, expected, atol=2e-5, rtol=2e-5)
    if name == "EulerDiscrete":
        times = torch.tensor([float(level.time) for level in levels[:-1]])
        torch.testing.assert_close(times, scheduler.timesteps.float(), atol=2e-2, rtol=0)


@pytest.mark.parametrize(("name", "sampler"), [("EDMEuler", ddim), ("EDMDPMSolverMultistep", dpmpp)])
def test_edm_is_diffusers(diffusers, name, sampler):
    scheduler = getattr(diffusers, f"{name}Scheduler")(sigma_min=0.002, sigma_max=80.0, sigma_data=0.5, rho=7.0)
    actual = ours(sampler, karras_levels(LogNormalNoise(), 8), "edm")
    torch.testing.assert_close(actual, theirs(scheduler, 8, 80.0), atol=2e-5, rtol=2e-5)


def flow(x: Tensor, level: Level) -> Tensor:
    """The estimate of a network that knows nothing of time and tells the velocity."""
    return x.double() + level.sigma * (0.8 * x.tanh() + 0.05).double()


@pytest.mark.parametrize(("shift", "steps"), [(1.0, 8), (3.0, 8)])
def test_euler_along_a_straight_flow_is_diffusers(diffusers, shift, steps):
    scheduler = diffusers.FlowMatchEulerDiscreteScheduler(shift=shift)
    scheduler.set_timesteps(sigmas=[1 - k / steps for k in range(steps)])
    start = torch.tensor(START).view(1, 1, 2, 2)
    x = start
    for time in scheduler.timesteps:
        # There time runs the other way, and velocities lead to the noise.
        x = scheduler.step(-(0.8 * x.tanh() + 0.05), time, x).prev_sample
    torch.testing.assert_close(ddim(flow, start, straight_levels(steps, shift)), x, atol=1e-5, rtol=1e-5)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_dpmpp_along_a_straight_flow_is_diffusers(diffusers):
    scheduler = diffusers.DPMSolverMultistepScheduler(use_flow_sigmas=True, prediction_type="flow_prediction")
    scheduler.set_timesteps(8)
    start = torch.tensor(START).view(1, 1, 2, 2)
    x = start
    for time in scheduler.timesteps:
        x = scheduler.step(-(0.8 * x.tanh() + 0.05), time, x).prev_sample
    times = [1 - float(sigma) for sigma in scheduler.sigmas]
    levels = [Level(time, time, 1 - time) for time in times]
    torch.testing.assert_close(dpmpp(flow, start, levels), x, atol=1e-4, rtol=1e-4)
