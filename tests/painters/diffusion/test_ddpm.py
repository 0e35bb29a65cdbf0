from __future__ import annotations

import copy

import pytest
import torch

from impasto.contract import Batch, BatchNoise
from impasto.errors import ConfigError, NotCapable
from impasto.painters.diffusion.ddpm import DDPM

CATEGORIES = ("Baroque", "Realism", "Symbolism")


def batch(rows: slice = slice(0, 8), total: int = 8, resolution: int = 32) -> Batch:
    pictures = torch.rand(total, 3, resolution, resolution, generator=torch.Generator().manual_seed(1)) * 2 - 1
    return Batch(pictures[rows], torch.arange(total)[rows] % 3, BatchNoise(0, 0, rows, total))


@pytest.fixture(scope="module")
def painter() -> DDPM:
    torch.manual_seed(0)
    return DDPM.build("tiny", categories=CATEGORIES)


def test_tiny_is_tiny(painter):
    assert sum(p.numel() for p in painter.parameters()) <= 100_000


@pytest.mark.parametrize("prediction", ["noise", "velocity"])
@pytest.mark.parametrize("schedule", ["linear", "cosine", "sigmoid"])
def test_every_parametrisation_and_schedule_paints(prediction, schedule):
    painter = DDPM.build("tiny", categories=CATEGORIES, prediction=prediction, schedule=schedule, min_snr=5.0, times=50)
    (turn,) = painter.turns(batch(), 0)
    assert torch.isfinite(turn.loss)
    for sampler in ("ddim", "ancestral"):
        pictures = painter.paint(2, steps=4, sampler=sampler, guidance=2.0)
        assert pictures.shape == (2, 3, 32, 32)
        assert torch.isfinite(pictures).all()


@pytest.mark.parametrize("resolution", [64, 128])
def test_larger_pictures_are_folded(resolution):
    painter = DDPM.build("tiny", resolution=resolution)
    assert painter.net.patch == resolution // 16
    assert painter.paint(1, steps=2).shape == (1, 3, resolution, resolution)


def test_the_loss_is_a_mean_of_rows_however_the_batch_is_cut(painter):
    (whole,) = painter.turns(batch(), 0)
    halves = [next(painter.turns(batch(rows), 0)).loss for rows in (slice(0, 4), slice(4, 8))]
    torch.testing.assert_close(torch.stack(halves).mean(), whole.loss)
    assert not whole.logs["error"].requires_grad


def test_an_untrained_velocity_painter_loses_what_the_target_holds():
    painter = DDPM.build("tiny", categories=CATEGORIES)
    torch.nn.init.zeros_(painter.net.head.weight)
    one = batch()
    noise = BatchNoise(0, 0, slice(0, 8), 8)
    drawn, times = noise.normal(3, 32, 32), noise.integers(1000)
    signal, sigma = painter.schedule.at(times)
    (turn,) = painter.turns(one, 0)
    expected = (signal * drawn - sigma * one.pictures).square().mean()
    torch.testing.assert_close(turn.loss.detach(), expected)


def test_dropped_labels_are_all_alike():
    painter = DDPM.build("tiny", categories=CATEGORIES, label_dropout=0.9)
    torch.manual_seed(0)
    torch.nn.init.normal_(painter.net.embedding.label.weight)
    one, other = batch(), batch()
    other.labels = (other.labels + 1) % 3
    kept = BatchNoise(0, 0, slice(0, 8), 8)
    kept.normal(1), kept.integers(2)
    changes = kept.uniform() >= 0.9
    a, b = (next(painter.turns(x, 0)).loss for x in (one, other))
    assert bool(a != b) == bool(changes.any())
    one.labels, other.labels = one.labels[~changes], other.labels[~changes]
    null = painter.denoiser(None)(one.pictures, torch.full((8,), 10))
    told = painter.denoiser(torch.full((8,), painter.classes))(one.pictures, torch.full((8,), 10))
    assert torch.equal(null, told)


def test_guidance_changes_the_picture_and_zero_forgets_the_category(painter):
    first, second = (painter.paint(1, seed=1, category=c, steps=3, guidance=0.0) for c in CATEGORIES[:2])
    assert torch.equal(first, second)
    plain = painter.paint(1, seed=1, category="Baroque", steps=3)
    assert not torch.equal(plain, painter.paint(1, seed=1, category="Baroque", steps=3, guidance=4.0))


def test_eta_and_sampler_change_the_picture_but_not_its_seed(painter):
    plain, noisy = painter.paint(1, steps=5), painter.paint(1, steps=5, eta=0.7)
    assert not torch.equal(plain, noisy)
    assert torch.equal(noisy, painter.paint(1, steps=5, eta=0.7))


def test_reconstruction_comes_back():
    torch.manual_seed(0)
    painter = DDPM.build("tiny")
    pictures = batch(slice(0, 2), 2).pictures
    back = painter.reconstruct(pictures)
    assert back.shape == pictures.shape
    assert float((back - pictures).square().mean().sqrt()) < 0.05


def test_guidance_needs_categories():
    with pytest.raises(NotCapable, match="trained without categories"):
        DDPM.build("tiny").paint(1, guidance=2.0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 0}, "steps = 0"),
        ({"steps": 1001}, "1 to 1000"),
        ({"sampler": "euler"}, "sampler = 'euler'"),
        ({"guidance": -1}, "guidance = -1"),
        ({"eta": 2}, "eta = 2"),
        ({"eta": 0.5, "sampler": "ancestral"}, "always adds all its noise"),
        ({"step": 5}, "did you mean 'steps'"),
    ],
)
def test_settings_out_of_range_are_named(painter, settings, message):
    with pytest.raises(ConfigError, match=message):
        painter.paint(1, **settings)


@pytest.mark.parametrize(
    "values", [{"channels": (20,)}, {"channels": (16,) * 6}, {"channels": (10**9,)}, {"blocks": 10**9}, {"lr": "x"}]
)
def test_networks_that_cannot_be_built_are_refused(values):
    with pytest.raises(ConfigError, match=next(iter(values))):
        DDPM.build("tiny", **values)


@pytest.mark.usefixtures("weights")
def test_the_perceptual_term_adds_to_the_error_and_owns_no_parameter(painter):
    looking = DDPM.build("tiny", categories=CATEGORIES, perceptual=0.5)
    looking.load_state_dict(painter.state_dict(), strict=False)
    (plain,), (turn,) = painter.turns(batch(), 0), looking.turns(batch(), 0)
    assert turn.logs["perceptual"] > 0
    assert turn.loss > plain.loss
    torch.testing.assert_close(turn.logs["error"], plain.logs["error"])
    assert len(list(looking.parameters())) == len(list(painter.parameters()))
    average = copy.deepcopy(looking)
    looking.after(0, {})
    average.load_state_dict(looking.state_dict())
    assert len(average.describe()["frozen"]["lpips-squeeze"].split("+")) == 2
    assert "frozen" not in painter.describe()
    halves = [next(looking.turns(batch(rows), 0)).loss for rows in (slice(0, 4), slice(4, 8))]
    torch.testing.assert_close(torch.stack(halves).mean(), turn.loss)
