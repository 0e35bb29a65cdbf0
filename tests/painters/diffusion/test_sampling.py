"""Samplers, guidance and inversion lead through all painters that denoise, by their protocols alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from impasto import catalogue
from impasto.contract import Condition, Denoises, Inverts, PictureNoise
from impasto.sampling.guidance import clipped, guided
from impasto.sampling.samplers import ddim, sample

SIZE = (32, 64)
DENOISERS = pytest.mark.parametrize("name", ["ddpm", "flow_matching", "latent_diffusion"])


def build(name: str, **values: Any) -> Any:
    """A tiny painter of pictures that are not square."""
    torch.manual_seed(0)
    return catalogue.painter(name).build("tiny", size=SIZE, **values).eval()


def categorical(name: str) -> Any:
    """The same, with two categories."""
    return build(name, categories=("dawn", "dusk"))


def pictures() -> Tensor:
    coarse = torch.rand(2, 3, 4, 8, generator=torch.Generator().manual_seed(1)) * 1.6 - 0.8
    return torch.nn.functional.interpolate(coarse, size=SIZE, mode="bilinear")


@DENOISERS
def test_they_claim_it(name):
    painter = build(name)
    assert isinstance(painter, Denoises)
    assert isinstance(painter, Inverts)


@DENOISERS
@pytest.mark.parametrize("sampler", ["ddim", "euler", "ancestral", "heun", "dpmpp"])
@torch.no_grad()
def test_any_sampler_and_guidance_lead_through_any_denoiser(name, sampler):
    painter = categorical(name)
    condition = Condition(2, category=torch.tensor([0, 1]))
    denoise = guided(painter.denoiser(condition), painter.denoiser(condition.emptied()), 2.0)
    levels = painter.levels(4)
    shape = painter.encode(pictures()).shape
    noise = torch.randn(shape, generator=torch.Generator().manual_seed(0))

    class Zeros:
        def normal(self, *shape: int) -> Tensor:
            return torch.zeros(2, *shape)

        def integers(self, high: int, *shape: int) -> Tensor:
            raise AssertionError("samplers draw normal numbers only")

    x = sample(sampler, denoise, levels[0].sigma * noise, levels, noise=Zeros())
    assert x.dtype == torch.float32
    assert painter.decode(x).shape == (2, 3, *SIZE)


@DENOISERS
@torch.no_grad()
def test_painting_is_sampling_from_the_denoiser(name):
    painter = categorical(name)
    painted = painter.paint(2, seed=3, category="dusk", sampler="euler", steps=5).pictures
    denoise = painter.denoiser(Condition(2, category=torch.tensor([1, 1])))
    if painter.clips_estimates:
        denoise = clipped(denoise)
    levels = painter.levels(5)
    start = levels[0].sigma * PictureNoise(3, [0, 1]).normal(*painter.encode(pictures()).shape[1:])
    torch.testing.assert_close(painter.decode(ddim(denoise, start, levels)).clamp(-1, 1), painted)


@DENOISERS
@torch.no_grad()
def test_inverted_pictures_are_painted_again(name):
    # An untrained network that tells the picture gives one for all noise, and nothing would lead back from it.
    painter = build(name, prediction="velocity")
    condition = Condition(2)
    clean = painter.encode(pictures())
    noise = painter.invert(pictures(), condition)
    assert noise.shape == clean.shape
    again = ddim(painter.denoiser(condition), noise, painter.levels(25))
    assert (again - clean).square().mean() < 0.01 * clean.square().mean()
