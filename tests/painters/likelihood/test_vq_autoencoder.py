from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import torch

from impasto.contract import Batch, BatchNoise, Condition, Painter
from impasto.errors import ConfigError
from impasto.nn.codebook import codebook_usage
from impasto.painters.likelihood.quantizers import CodebookQuantizer, FiniteScalarQuantizer
from impasto.painters.likelihood.vq_autoencoder import VqAutoencoder
from impasto.training.moves import Moves
from impasto.training.processes import Processes

KINDS = pytest.mark.parametrize("kind", ["fsq", "codebook"])


def build(**values: object) -> VqAutoencoder:
    torch.manual_seed(0)
    return VqAutoencoder.build("tiny", **{"features": "none", "adversarial": 0.0, **values})


def batch(step: int = 0) -> Batch:
    coarse = torch.rand(6, 3, 4, 4, generator=torch.Generator().manual_seed(1)) * 1.6 - 0.8
    pictures = torch.nn.functional.interpolate(coarse, size=32, mode="bilinear")
    return Batch(pictures, Condition(6), BatchNoise(0, step, slice(0, 6), 6))


def trained(painter: VqAutoencoder, steps: int) -> list[dict[str, float]]:
    moves = Moves(painter, Processes("cpu"))
    return [moves.step([batch(step)], step, steps).logs for step in range(steps)]


def test_finite_scalars_are_the_levels_of_the_paper():
    quantizer = FiniteScalarQuantizer((8, 5))
    assert quantizer.size == 40
    vectors = quantizer.vectors(torch.arange(40).view(1, 8, 5))[0].flatten(1).T
    expected = itertools.product((-1, -0.5, 0, 0.5, 1), [k / 4 for k in range(-4, 4)])
    torch.testing.assert_close(vectors, torch.tensor([(eight, five) for five, eight in expected]))


def test_finite_scalars_reach_just_beyond_their_outermost_levels():
    quantizer = FiniteScalarQuantizer((8, 5))
    low, middle, high = (quantizer.bound(torch.full((1, 2, 1, 1), x)).flatten() for x in (-50.0, 0.0, 50.0))
    torch.testing.assert_close(low, torch.tensor([-4.0035 / 4, -2.002 / 2]))
    torch.testing.assert_close(middle, torch.zeros(2), atol=1e-6, rtol=0)
    torch.testing.assert_close(high, torch.tensor([3.0035 / 4, 2.002 / 2]))


@pytest.mark.parametrize("levels", [(3,), (4,), (8, 8, 8, 5), (7, 6)])
def test_every_finite_code_is_its_own_and_can_be_reached(levels):
    quantizer = FiniteScalarQuantizer(levels)
    codes = torch.arange(quantizer.size).view(1, 1, -1)
    assert torch.equal(quantizer.codes(quantizer.vectors(codes)), codes)
    # Any number is brought within reach of the outermost levels, and what is given from elsewhere is rounded to them.
    for far in (-50.0, 50.0):
        there = quantizer.codes(quantizer.bound(torch.full((1, len(levels), 1, 1), far)))
        assert int(there) == (0 if far < 0 else quantizer.size - 1)
        assert torch.equal(quantizer.codes(torch.full((1, len(levels), 1, 1), far)), there)
    middle = quantizer.vectors(quantizer.codes(quantizer.bound(torch.full((1, len(levels), 1, 1), 1e-3))))
    assert middle.abs().max() == 0


def test_the_codebook_gives_the_nearest_vector():
    quantizer = CodebookQuantizer(3, 50)
    torch.nn.init.normal_(quantizer.map, generator=torch.Generator().manual_seed(1))
    maps = torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    book = quantizer.vectors(torch.arange(50).view(1, 1, 50))[0, :, 0].T
    nearest = torch.cdist(maps.movedim(1, -1).reshape(-1, 3), book).argmin(dim=1).view(2, 4, 5)
    assert torch.equal(quantizer.codes(maps), nearest)
    codes = torch.arange(50).view(1, 5, 10)
    assert torch.equal(quantizer.codes(quantizer.vectors(codes)), codes)


def test_the_codebook_is_priced_as_in_the_paper():
    quantizer = CodebookQuantizer(3, 50, commitment=0.25)
    maps = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(0)).requires_grad_()
    rounded = quantizer.vectors(quantizer.codes(maps))
    penalty = quantizer.penalty(maps, rounded)
    squares = (maps - rounded).square().mean(dim=(1, 2, 3))
    torch.testing.assert_close(penalty, 1.25 * squares)
    (slope,) = torch.autograd.grad(penalty.sum(), maps, retain_graph=True)
    torch.testing.assert_close(slope, 0.25 * torch.autograd.grad(squares.sum(), maps, retain_graph=True)[0])
    (moved,) = torch.autograd.grad(penalty.sum(), quantizer.map, retain_graph=True)
    torch.testing.assert_close(moved, torch.autograd.grad(squares.sum(), quantizer.map)[0])


def test_use_of_a_codebook_is_counted():
    assert codebook_usage(torch.arange(8).view(2, 4), 8) == (1.0, pytest.approx(8))
    assert codebook_usage(torch.zeros(5, 5).long(), 8) == (1 / 8, pytest.approx(1))
    assert codebook_usage(torch.tensor([0, 0, 0, 1]), 4) == (0.5, pytest.approx((4 / 3) ** 0.75 * 4**0.25))


@KINDS
def test_gradients_go_through_as_if_there_were_no_rounding(kind):
    painter = build(quantizer=kind)
    moments = painter.encoder(batch().pictures).detach().requires_grad_()
    latents = painter.bottleneck(moments, batch().noise).latents
    torch.testing.assert_close(latents, painter.quantize(painter.latents_of(moments)))
    weights = torch.randn(latents.shape, generator=torch.Generator().manual_seed(0))
    (slope,) = torch.autograd.grad((latents * weights).sum(), moments)
    (expected,) = torch.autograd.grad((painter.latents_of(moments) * weights).sum(), moments)
    torch.testing.assert_close(slope, expected)


@KINDS
def test_a_picture_and_its_tokens_say_the_same(kind, tmp_path: Path):
    painter = build(quantizer=kind)
    trained(painter, 5)
    pictures = batch().pictures
    tokens = painter.tokens(pictures)
    assert tokens.shape == (6, 8, 8)
    assert tokens.dtype == torch.int64
    assert 0 <= int(tokens.min()) <= int(tokens.max()) < painter.size
    again = painter.reconstruct(pictures)
    torch.testing.assert_close(painter.decode_tokens(tokens), again)
    # Latents a little off their places, as another painter would give them, are rounded to the same codes.
    bounded = painter.quantize(painter.latents_of(painter.encoder(pictures))) / painter.power.sqrt()
    torch.testing.assert_close(painter.decode(bounded + 1e-4), again)
    painter.save_pretrained(tmp_path / "p")
    assert torch.equal(Painter.from_pretrained(tmp_path / "p").tokens(pictures), tokens)


@KINDS
def test_codes_do_not_die_out(kind):
    painter = build(quantizer=kind, levels=(4, 4, 4), codes=64, lr=3e-3)
    logs = trained(painter, 150)
    used, perplexity = codebook_usage(painter.tokens(batch().pictures), painter.size)
    assert used > 0.25
    assert perplexity > 8
    assert logs[-1]["painter/perplexity"] == pytest.approx(perplexity, rel=0.3)
    assert logs[-1]["painter/error"] < 0.5 * logs[0]["painter/error"]


@pytest.mark.parametrize("values", [{"levels": (8, 2)}, {"levels": ()}, {"codes": 1}, {"quantizer": "ema"}])
def test_codes_that_cannot_be_are_refused(values):
    with pytest.raises(ConfigError, match=next(iter(values))):
        build(**values)
