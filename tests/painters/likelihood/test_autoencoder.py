"""Promises of both autoencoders of latent spaces, and what is the first's own."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from impasto.contract import Batch, BatchNoise, Condition, Painter
from impasto.errors import ConfigError
from impasto.painters.adversarial.patch_discriminator import PatchDiscriminator
from impasto.painters.likelihood.autoencoder import Autoencoder
from impasto.painters.likelihood.folded import FoldedDecoder
from impasto.painters.likelihood.kl_autoencoder import KlAutoencoder
from impasto.painters.likelihood.vq_autoencoder import VqAutoencoder
from impasto.training.moves import Moves
from impasto.training.processes import Processes

BOTH = pytest.mark.parametrize("cls", [KlAutoencoder, VqAutoencoder])


def build(cls: type[Autoencoder] = KlAutoencoder, preset: str = "tiny", **values: object) -> Autoencoder:
    torch.manual_seed(0)
    return cls.build(preset, **{"features": "none", **values})


def batch(rows: slice = slice(0, 6), step: int = 0) -> Batch:
    coarse = torch.rand(6, 3, 4, 4, generator=torch.Generator().manual_seed(1)) * 1.6 - 0.8
    pictures = torch.nn.functional.interpolate(coarse, size=32, mode="bilinear")
    pictures = pictures[rows].contiguous()
    return Batch(pictures, Condition(len(pictures)), BatchNoise(0, step, rows, 6))


def trained(painter: Autoencoder, steps: int) -> list[dict[str, float]]:
    moves = Moves(painter, Processes("cpu"))
    return [moves.step([batch(step=step)], step, steps).logs for step in range(steps)]


@BOTH
@pytest.mark.parametrize("factor", [4, 8])
def test_latents_have_the_shape_and_scale_that_are_promised(cls, factor):
    painter = build(cls, factor=factor, adversarial=0.0)
    pictures = batch().pictures
    assert painter.encode(pictures).shape == (6, painter.channels, 32 // factor, 32 // factor)
    assert painter.factor == factor
    trained(painter, 60)
    latents = painter.encode(pictures)
    assert 0.8 < float(latents.square().mean()) < 1.25
    torch.testing.assert_close(painter.decode(latents), painter.reconstruct(pictures))
    # Nothing in it knows the resolution.
    assert painter.decode(painter.encode(torch.zeros(1, 3, 64, 48))).shape == (1, 3, 64, 48)


@BOTH
@pytest.mark.parametrize("size", [(96, 128), (32, 64)])
def test_pictures_that_are_not_square_are_learned_painted_and_reconstructed(cls, size):
    painter = build(cls, size=size)
    pictures = torch.rand(2, 3, *size) * 2 - 1
    for turn in painter.turns(Batch(pictures, Condition(2), BatchNoise(0, 0, slice(0, 2), 2)), 0):
        turn.loss.backward()
        assert torch.isfinite(turn.loss)
    assert painter.encode(pictures).shape == (2, painter.channels, size[0] // 4, size[1] // 4)
    assert painter.reconstruct(pictures).shape == (2, 3, *size)
    assert painter.paint(1).pictures.shape == (1, 3, *size)


@BOTH
def test_it_learns_to_reconstruct(cls):
    painter = build(cls, adversarial=0.0, lr=3e-3)
    pictures = batch().pictures
    before = float((painter.reconstruct(pictures) - pictures).abs().mean())
    trained(painter, 120)
    after = float((painter.reconstruct(pictures) - pictures).abs().mean())
    assert after < 0.3 * before
    assert after < 0.15


@BOTH
def test_the_loss_is_a_mean_over_rows_however_the_batch_is_cut(cls):
    painter = build(cls)
    painter.balance.fill_(0.7)
    whole = next(painter.turns(batch(), 0))
    halves = [next(painter.turns(batch(rows), 0)) for rows in (slice(0, 3), slice(3, 6))]
    for name in ("pull", "critic_pull", "power", "error"):
        together = sum(float(half.logs[name]) for half in halves) / 2
        assert together == pytest.approx(float(whole.logs[name]), rel=1e-4)
    torch.testing.assert_close((halves[0].loss + halves[1].loss) / 2, whole.loss)


def test_the_critic_comes_when_it_is_told_to():
    painter = build(discriminator_from=3)
    assert [len(list(painter.turns(batch(), step))) for step in (0, 2, 3, 9)] == [1, 1, 2, 2]
    assert [turn.player for turn in painter.turns(batch(), 3)] == ["painter", "critic"]
    alone = build(adversarial=0.0)
    assert alone.discriminator is None
    assert set(alone.players()) == {"painter"}


def test_the_adaptive_weight_makes_both_pulls_alike():
    painter = build(adversarial=0.3)
    logs = trained(painter, 1)[0]
    assert logs["painter/balance"] == 0
    weight = math.sqrt(logs["painter/pull"] / logs["painter/critic_pull"])
    assert float(painter.balance) == pytest.approx(weight)
    without, given = (next(build(adversarial=a).turns(batch(), 1)) for a in (0.0, 0.3))
    torch.testing.assert_close(without.loss, given.loss)
    painter = build(adversarial=0.3)
    painter.balance.fill_(2.0)
    with_weight = next(painter.turns(batch(), 1))
    gained = float((with_weight.loss - without.loss).detach())
    assert gained == pytest.approx(0.6 * float(with_weight.logs["adversarial"]), rel=1e-3)
    # The pulls of one picture's error are known: ± 1 / (3·R²) at each of its values.
    assert float(given.logs.get("pull", 0)) == 0
    assert logs["painter/pull"] == pytest.approx(1 / (3 * 32**2), rel=1e-3)


def test_a_pull_that_is_not_finite_leaves_the_weight_alone():
    painter = build()
    painter.balance.fill_(0.5)
    painter.after(8, {"painter/power": math.nan, "painter/pull": math.nan, "painter/critic_pull": 1.0})
    assert float(painter.balance) == 0.5
    assert float(painter.power) == 1
    painter.after(8, {"painter/power": 1.0, "painter/pull": 1.0, "painter/critic_pull": 0.0})
    assert float(painter.balance) == 1e4


def test_the_perceptual_term_is_used_recorded_and_kept(weights, tmp_path: Path):
    painter = build(features="auto", perceptual=2.0)
    turn = next(painter.turns(batch(), 1))
    plain = next(build().turns(batch(), 1))
    assert float((turn.loss - plain.loss).detach()) == pytest.approx(2 * float(turn.logs["lpips"]), rel=1e-3)
    assert "frozen" not in painter.describe()
    trained(painter, 1)
    frozen = painter.describe()["frozen"]
    assert [len(part) for part in frozen["lpips-squeeze"].split("+")] == [64, 64]
    painter.save_pretrained(tmp_path / "p")
    loaded = Painter.from_pretrained(tmp_path / "p")
    assert loaded.describe() == painter.describe()
    # What was measured of the latents goes with the weights.
    assert torch.equal(loaded.encode(batch().pictures), painter.encode(batch().pictures))


def test_it_says_that_the_perceptual_term_was_left_out(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("impasto.painters.likelihood.autoencoder.has_perceptual_weights", lambda net: False)
    painter = build(features="auto")
    assert "left_out" not in painter.describe()
    assert "painter/lpips" not in trained(painter, 1)[0]
    assert "LPIPS" in painter.describe()["left_out"]


def test_the_divergence_is_the_closed_form_and_priced_by_the_pixel():
    painter = build(kl=0.5, adversarial=0.0)
    pictures = batch().pictures
    mean, logvar = painter.encoder(pictures).detach().chunk(2, dim=1)
    posterior = Independent(Normal(mean, (logvar / 2).exp()), 3)
    nats = kl_divergence(posterior, Independent(Normal(mean * 0, 1), 3)) / (3 * 32**2)
    (turn,) = painter.turns(batch(), 0)
    assert float(turn.logs["kl"]) == pytest.approx(float(nats.mean()), rel=1e-5)
    assert float(turn.loss.detach()) == pytest.approx(float(turn.logs["error"] + 0.5 * nats.mean()), rel=1e-5)
    torch.testing.assert_close(painter.encode(pictures), mean)


def test_patches_are_judged_apart():
    torch.manual_seed(0)
    critic = PatchDiscriminator(16)
    for module in critic.modules():
        if isinstance(module, torch.nn.GroupNorm):
            module.forward = lambda x: x  # norms look at the whole map
    one = torch.zeros(1, 3, 64, 64)
    other = one.clone()
    other[:, :, 0, 0] = 1
    changed = (critic(one) != critic(other)).view(16, 16)
    assert changed.any()
    assert not changed[5:].any()
    assert not changed[:, 5:].any()


@pytest.mark.parametrize("fold", [2, 4])
def test_no_grid_is_painted_before_anything_is_learned(fold):
    torch.manual_seed(0)
    decoder = FoldedDecoder(fold, (16,), 1, 3)
    pixels = decoder.unfold(torch.randn(2, 16, 5, 5))
    squares = torch.nn.functional.avg_pool2d(pixels, fold).repeat_interleave(fold, 2).repeat_interleave(fold, 3)
    torch.testing.assert_close(pixels, squares)
    assert pixels.std() > 0.05


@pytest.mark.parametrize("factor", [4, 8])
@BOTH
def test_encoder_and_decoder_of_small_fit_in_eight_megabytes(cls, factor):
    painter = build(cls, "small", factor=factor, resolution=64)
    assert 2 * sum(p.numel() for net in (painter.encoder, painter.decoder) for p in net.parameters()) <= 8e6


@pytest.mark.parametrize(
    "values", [{"channels": (20,)}, {"channels": (16, 16, 16, 16)}, {"factor": 5}, {"latent": 0}, {"perceptual": 0.0}]
)
def test_what_cannot_be_built_is_refused(values):
    with pytest.raises(ConfigError, match=next(iter(values))):
        build(**values)
