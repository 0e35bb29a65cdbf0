"""What painters can do beyond painting: each protocol is tried with all painters of the catalogue that claim it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from impasto import catalogue
from impasto.contract import Condition, Decodes, Denoises, Encodes, Inverts, PictureNoise, Tokenizes
from impasto.sampling.guidance import clipped, guided
from impasto.sampling.samplers import ddim, sample

SIZE = (32, 64)
PAINTERS = [name for name, card in catalogue.painters().items() if card.thing.learns() and not card.thing.square]
CLAIMS: dict[type, set[str]] = {
    Denoises: {"ddpm", "flow_matching", "latent_diffusion"},
    Inverts: {"ddpm", "flow_matching", "latent_diffusion"},
    Encodes: {"ddpm", "flow_matching", "latent_diffusion", "kl_autoencoder", "vq_autoencoder"},
    Decodes: {"ddpm", "flow_matching", "latent_diffusion", "kl_autoencoder", "vq_autoencoder"},
    Tokenizes: {"vq_autoencoder"},
}


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


def able(protocol: type) -> Any:
    return pytest.mark.parametrize("name", sorted(CLAIMS[protocol]))


@pytest.mark.parametrize("name", PAINTERS)
def test_painters_claim_what_they_can_do(name):
    painter = build(name)
    for protocol, names in CLAIMS.items():
        assert isinstance(painter, protocol) == (name in names), protocol


@able(Encodes)
@torch.no_grad()
def test_encoded_pictures_lead_back_to_what_the_painter_makes_of_them(name):
    painter = build(name)
    encoded = painter.encode(pictures())
    assert encoded.ndim == 4
    assert len(encoded) == 2
    assert 0.01 < encoded.std() < 100
    decoded = painter.decode(encoded)
    assert decoded.shape == (2, 3, *SIZE)
    assert torch.equal(decoded, painter.decode(encoded))
    assert not torch.equal(decoded[0], decoded[1])


@able(Decodes)
def test_gradients_flow_through_decoding(name):
    painter = build(name)
    latents = painter.encode(pictures()).clone().requires_grad_()
    painter.decode(latents).square().mean().backward()
    assert latents.grad.abs().sum() > 0


@able(Tokenizes)
@torch.no_grad()
def test_tokens_are_codes_that_lead_back_to_pictures(name):
    painter = build(name)
    tokens = painter.tokens(pictures())
    assert tokens.dtype == torch.int64
    assert tokens.ndim == 3
    assert 0 <= int(tokens.min()) <= int(tokens.max()) < painter.size
    torch.testing.assert_close(painter.decode_tokens(tokens), painter.reconstruct(pictures()))


@able(Denoises)
@torch.no_grad()
def test_levels_lead_from_noise_to_the_picture(name):
    painter = categorical(name)
    levels = painter.levels(7)
    assert len(levels) == 8
    ratios = [level.sigma / max(level.signal, 1e-9) for level in levels]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[0] > 50
    assert levels[-1].sigma == 0
    denoise = painter.denoiser(Condition(2, category=torch.tensor([0, 1])))
    mixture = torch.randn(painter.encode(pictures()).shape, generator=torch.Generator().manual_seed(0))
    estimates = [denoise(mixture, level) for level in levels[:-1]]
    assert all(estimate.shape == mixture.shape and estimate.isfinite().all() for estimate in estimates)


@able(Denoises)
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


@able(Denoises)
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


@able(Inverts)
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
