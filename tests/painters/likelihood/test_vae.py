from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from impasto.contract import Batch, BatchNoise, Condition, PictureNoise
from impasto.errors import ConfigError
from impasto.painters.likelihood.gaussian import gaussian_kl, gaussian_nll
from impasto.painters.likelihood.ladder import Detail
from impasto.painters.likelihood.vae import VAE

CATEGORIES = ("Baroque", "Realism", "Symbolism")


def batch(rows: slice = slice(0, 6), total: int = 6) -> Batch:
    generator = torch.Generator().manual_seed(1)
    pictures = torch.rand(total, 3, 1, 1, generator=generator).expand(total, 3, 32, 32) * 2 - 1
    labels = torch.arange(total)[rows] % 3
    condition = Condition(len(labels), category=labels)
    return Batch(pictures[rows].contiguous(), condition, BatchNoise(0, 0, rows, total))


def test_gaussian_kl_is_the_closed_form():
    mean = torch.randn(4, 7, generator=torch.Generator().manual_seed(0))
    logvar = torch.linspace(-2, 1, 28).view(4, 7)
    expected = kl_divergence(Independent(Normal(mean, (logvar / 2).exp()), 1), Independent(Normal(mean * 0, 1), 1))
    torch.testing.assert_close(gaussian_kl(mean, logvar), expected)
    assert torch.equal(gaussian_kl(torch.zeros(2, 3), torch.zeros(2, 3)), torch.zeros(2))


def test_gaussian_nll_is_the_likelihood_and_is_least_at_the_error():
    x, m = torch.randn(2, 4, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    log_sigma = torch.tensor(-0.4)
    expected = -Normal(m, log_sigma.exp()).log_prob(x).sum(dim=(1, 2, 3))
    torch.testing.assert_close(gaussian_nll(x, m, log_sigma), expected)
    best = (x - m).square().mean().sqrt().log()
    least = gaussian_nll(x, m, best).mean()
    assert all(gaussian_nll(x, m, best + d).mean() > least for d in (-0.05, 0.05))


def test_tiny_is_tiny():
    assert sum(p.numel() for p in VAE.build("tiny", categories=CATEGORIES).parameters()) <= 100_000


def test_the_loss_is_the_bound_however_the_batch_is_cut():
    torch.manual_seed(0)
    painter = VAE.build("tiny", categories=CATEGORIES, warmup=0, beta=0.5)
    (whole,) = painter.turns(batch(), 0)
    halves = [next(painter.turns(batch(rows), 0)).loss for rows in (slice(0, 3), slice(3, 6))]
    torch.testing.assert_close(torch.stack(halves).mean(), whole.loss)
    one = batch()
    noise = BatchNoise(0, 0, slice(0, 6), 6)
    condition = painter.embedding(one.condition.category)
    mean, logvar, features = painter.encoder(one.pictures, condition)
    latents = mean + (logvar / 2).exp() * noise.normal(32)
    painted, detail = painter.decoder(latents, condition, features, noise.normal)
    assert bool((detail > 0).all())
    nll = -Normal(painted, whole.logs["sigma"]).log_prob(one.pictures).sum(dim=(1, 2, 3))
    expected = (nll + 0.5 * (gaussian_kl(mean, logvar) + detail)).mean() / 3072
    torch.testing.assert_close(whole.loss, expected)
    assert not any(v.requires_grad for v in whole.logs.values())


def test_the_divergence_is_warmed_up_by_the_step():
    painter = VAE.build("tiny", warmup=10, beta=2.0, detail_weight=16.0)
    turns = [next(painter.turns(batch(), step)) for step in (0, 4, 9, 50)]
    detail = float(turns[0].logs["kl_detail"]) / 3072
    vector = float(turns[0].logs["kl"]) / 3072 - detail
    rises = [float((turn.loss - turns[-1].loss).detach()) for turn in turns]
    half = 2 * (-0.5 * vector + (4 - 1) * detail)
    assert rises[1:] == pytest.approx([half, 0, 0], abs=1e-5)
    assert rises[0] == pytest.approx(2 * (-0.9 * vector + (16**0.9 - 1) * detail), abs=1e-5)


def test_the_former_name_of_the_weight_of_detail_is_understood():
    painter = VAE.build("tiny", dear=16.0)
    assert painter.config.detail_weight == 16
    description = painter.describe()
    description["config"]["dear"] = description["config"].pop("detail_weight")
    assert VAE.from_description(description).config == painter.config


@pytest.mark.parametrize("size", [(96, 128), (64, 32)])
def test_pictures_that_are_not_square_are_learned_painted_and_reconstructed(size):
    painter = VAE.build("tiny", size=size, categories=CATEGORIES)
    pictures = torch.rand(2, 3, *size) * 2 - 1
    condition = Condition(2, category=torch.tensor([0, 2]))
    (turn,) = painter.turns(Batch(pictures, condition, BatchNoise(0, 0, slice(0, 2), 2)), 0)
    turn.loss.backward()
    assert torch.isfinite(turn.loss)
    assert painter.paint(2).pictures.shape == (2, 3, *size)
    assert painter.reconstruct(pictures).shape == (2, 3, *size)


def test_a_fixed_sigma_has_nothing_to_learn():
    painter = VAE.build("tiny", sigma=0.2)
    assert painter.log_sigma is None
    assert float(next(painter.turns(batch(), 0)).logs["sigma"]) == pytest.approx(0.2)


def test_sigma_learns_the_error():
    torch.manual_seed(0)
    painter = VAE.build("tiny", categories=CATEGORIES)
    optimizer = torch.optim.Adam(painter.parameters(), 3e-3)
    for step in range(150):
        one = replace(batch(), noise=BatchNoise(0, step, slice(0, 6), 6))
        (turn,) = painter.turns(one, step)
        turn.loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert float(turn.logs["error"]) < 0.03
    assert 0.5 < float(turn.logs["sigma"]) / math.sqrt(float(turn.logs["error"])) < 2.5  # it began at 0.37
    back = painter.reconstruct(batch().pictures)
    assert float((back - batch().pictures).square().mean()) < 0.03


def test_temperature_zero_paints_one_picture_per_category():
    torch.manual_seed(0)
    painter = VAE.build("tiny", categories=CATEGORIES)
    pictures = painter.paint(2, temperature=0.0, category="Realism").pictures
    torch.testing.assert_close(pictures[0], pictures[1])
    other = painter.paint(1, temperature=0.0, category="Baroque").pictures
    assert not torch.allclose(pictures[:1], other)
    spread = [float(painter.paint(8, temperature=t, category="Realism").pictures.std(0).mean()) for t in (0.5, 1.5)]
    assert 0 < spread[0] < spread[1]


def test_reconstruction_takes_the_category_that_explains_best():
    torch.manual_seed(0)
    painter = VAE.build("tiny", categories=CATEGORIES)
    one = batch()
    per_label = []
    for label in range(3):
        condition = painter.embedding(torch.full((6,), label))
        mean, _, features = painter.encoder(one.pictures, condition)
        painted, _ = painter.decoder(mean, condition, features, lambda *shape: torch.zeros(6, *shape))
        per_label.append(painted.clamp(-1, 1))
    back = painter.reconstruct(one.pictures)
    assert all(any(torch.allclose(b, p[i], atol=1e-6) for p in per_label) for i, b in enumerate(back))


def test_inferred_latents_give_the_reconstruction_back():
    torch.manual_seed(0)
    painter = VAE.build("tiny", categories=CATEGORIES)
    one = batch()
    with torch.no_grad():
        painted = painter.synthesize(painter.infer_latents(one.pictures, one.condition), one.condition)
        mean, _, features = painter.encoder(one.pictures, painter.embedding(one.condition.category))
        expected, _ = painter.decoder(
            mean, painter.embedding(one.condition.category), features, lambda *shape: torch.zeros(6, *shape)
        )
    torch.testing.assert_close(painted, expected.clamp(-1, 1))


def test_detail_measures_posterior_against_prior():
    torch.manual_seed(0)
    detail = Detail(16, 3)
    for layer in (detail.prior, detail.posterior):
        torch.nn.init.normal_(layer.weight, std=0.1)
    h, feature = torch.randn(2, 2, 16, 4, 4)
    painted_so_far = torch.nn.functional.silu(detail.norm(h))
    prior_mean, prior_logvar = detail.prior(painted_so_far).chunk(2, dim=1)
    shift, ratio = detail.posterior(torch.cat([painted_so_far, feature], dim=1)).chunk(2, dim=1)
    prior = Normal(prior_mean, (prior_logvar / 2).exp())
    posterior = Normal(prior_mean + shift * prior.stddev, ((prior_logvar + ratio) / 2).exp())
    out, kl, noise = detail(h, feature, lambda *shape: torch.ones(2, *shape))
    torch.testing.assert_close(kl, kl_divergence(posterior, prior).sum(dim=(1, 2, 3)), atol=1e-3, rtol=1e-4)
    torch.testing.assert_close(out, h + detail.inject(posterior.mean + posterior.stddev))
    again, _, _ = detail(h, None, lambda *shape: noise)
    torch.testing.assert_close(again, out)
    drawn, none, _ = detail(h, None, lambda *shape: torch.ones(2, *shape))
    torch.testing.assert_close(drawn, h + detail.inject(prior.mean + prior.stddev))
    assert torch.equal(none, torch.zeros(2))


def test_without_detail_it_is_the_autoencoder_of_the_paper():
    torch.manual_seed(0)
    painter = VAE.build("tiny", categories=CATEGORIES, detail=(0, 0, 0))
    (turn,) = painter.turns(batch(), 0)
    assert float(turn.logs["kl_detail"]) == 0
    turn.loss.backward()
    assert all(p.grad is not None for p in painter.parameters())
    assert painter.reconstruct(painter.paint(2).pictures).shape == (2, 3, 32, 32)


@pytest.mark.parametrize("resolution", [64, 128])
def test_larger_pictures(resolution):
    painter = VAE.build("tiny", resolution=resolution)
    pictures = painter.paint(1).pictures
    assert pictures.shape == (1, 3, resolution, resolution)
    assert painter.reconstruct(pictures).shape == pictures.shape


@pytest.mark.parametrize(
    "values",
    [
        {"channels": (20,)},
        {"channels": (16,) * 6, "detail": (0,) * 6},
        {"latent": 0},
        {"detail": (1, 2)},
        {"detail": (0, 0, 99)},
        {"beta": -1},
        {"sigma": float("nan")},
    ],
)
def test_networks_that_cannot_be_built_are_refused(values):
    with pytest.raises(ConfigError, match=next(iter(values))):
        VAE.build("tiny", **values)


def test_settings_out_of_range_are_named():
    with pytest.raises(ConfigError, match="temperature = 3"):
        VAE.build("tiny").paint(1, temperature=3)


def test_the_bound_of_levels_is_that_of_the_density_over_their_width():
    torch.manual_seed(0)
    painter = VAE.build("tiny", sigma=0.5)
    pictures = (torch.randint(0, 256, (3, 3, 32, 32)) / 127.5 - 1).float()
    bits = -painter.log_likelihood(pictures, Condition(3), PictureNoise(0, range(3))) / (math.log(2) * 3 * 32 * 32)
    # A deviation of 0.5 is some 64 levels: at least log2(64 · √(2π)) bits, and more where means are not perfect.
    assert (bits > math.log2(0.5 * 127.5 * math.sqrt(2 * math.pi))).all()
    assert (bits < 12).all()
