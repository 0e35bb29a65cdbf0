from __future__ import annotations

import math

import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from impasto.contract import Batch, BatchNoise
from impasto.errors import ConfigError
from impasto.painters.likelihood.vae import VAE, gaussian_kl, gaussian_nll

CATEGORIES = ("Baroque", "Realism", "Symbolism")


def batch(rows: slice = slice(0, 6), total: int = 6) -> Batch:
    generator = torch.Generator().manual_seed(1)
    pictures = torch.rand(total, 3, 1, 1, generator=generator).expand(total, 3, 32, 32) * 2 - 1
    return Batch(pictures[rows].contiguous(), torch.arange(total)[rows] % 3, BatchNoise(0, 0, rows, total))


def test_gaussian_kl_is_the_closed_form():
    mean, logvar = torch.randn(4, 7, generator=torch.Generator().manual_seed(0)), torch.linspace(-2, 1, 28).view(4, 7)
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
    mean, logvar = painter.encode(one.pictures, one.labels)
    latents = mean + (logvar / 2).exp() * BatchNoise(0, 0, slice(0, 6), 6).normal(32)
    painted = painter.decoder(latents, painter.embedding(one.labels))
    nll = -Normal(painted, whole.logs["sigma"]).log_prob(one.pictures).sum(dim=(1, 2, 3))
    expected = (nll + 0.5 * gaussian_kl(mean, logvar)).mean() / 3072
    torch.testing.assert_close(whole.loss, expected)
    assert not any(v.requires_grad for v in whole.logs.values())


def test_the_divergence_is_warmed_up_by_the_step():
    painter = VAE.build("tiny", warmup=10, beta=2.0)
    turns = [next(painter.turns(batch(), step)) for step in (0, 4, 9, 50)]
    kl = float(turns[0].logs["kl"]) / 3072
    rises = [float((turn.loss - turns[0].loss).detach()) for turn in turns]
    assert rises == pytest.approx([0, 0.8 * kl, 1.8 * kl, 1.8 * kl], abs=1e-5)


def test_a_fixed_sigma_has_nothing_to_learn():
    painter = VAE.build("tiny", sigma=0.2)
    assert painter.log_sigma is None
    assert float(next(painter.turns(batch(), 0)).logs["sigma"]) == pytest.approx(0.2)


def test_sigma_learns_the_error():
    torch.manual_seed(0)
    painter = VAE.build("tiny", categories=CATEGORIES)
    optimizer = torch.optim.Adam(painter.parameters(), 3e-3)
    for step in range(150):
        one = batch()
        one.noise = BatchNoise(0, step, slice(0, 6), 6)
        (turn,) = painter.turns(one, step)
        turn.loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert float(turn.logs["error"]) < 0.03
    assert float(turn.logs["sigma"]) == pytest.approx(math.sqrt(float(turn.logs["error"])), rel=0.5)
    back = painter.reconstruct(batch().pictures)
    assert float((back - batch().pictures).square().mean()) < 0.03


def test_temperature_zero_paints_one_picture_per_category():
    torch.manual_seed(0)
    painter = VAE.build("tiny", categories=CATEGORIES)
    pictures = painter.paint(2, temperature=0.0, category="Realism")
    torch.testing.assert_close(pictures[0], pictures[1])
    other = painter.paint(1, temperature=0.0, category="Baroque")
    assert not torch.allclose(pictures[:1], other)
    spread = [float(painter.paint(8, temperature=t, category="Realism").std(0).mean()) for t in (0.5, 1.5)]
    assert 0 < spread[0] < spread[1]


def test_reconstruction_takes_the_category_that_explains_best():
    torch.manual_seed(0)
    painter = VAE.build("tiny", categories=CATEGORIES)
    one = batch()
    per_label = []
    for label in range(3):
        labels = torch.full((6,), label)
        per_label.append(painter.decode(painter.encode(one.pictures, labels)[0], labels))
    back = painter.reconstruct(one.pictures)
    assert all(any(torch.allclose(b, p[i], atol=1e-6) for p in per_label) for i, b in enumerate(back))


@pytest.mark.parametrize("resolution", [64, 128])
def test_larger_pictures(resolution):
    painter = VAE.build("tiny", resolution=resolution)
    pictures = painter.paint(1)
    assert pictures.shape == (1, 3, resolution, resolution)
    assert painter.reconstruct(pictures).shape == pictures.shape


@pytest.mark.parametrize(
    "values", [{"channels": (20,)}, {"channels": (16,) * 6}, {"latent": 0}, {"beta": -1}, {"sigma": float("nan")}]
)
def test_networks_that_cannot_be_built_are_refused(values):
    with pytest.raises(ConfigError, match=next(iter(values))):
        VAE.build("tiny", **values)


def test_settings_out_of_range_are_named():
    with pytest.raises(ConfigError, match="temperature = 3"):
        VAE.build("tiny").paint(1, temperature=3)
