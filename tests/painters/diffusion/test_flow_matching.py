from __future__ import annotations

import pytest
import torch

from impasto.contract import Batch, BatchNoise, Condition
from impasto.errors import ConfigError, NotCapable
from impasto.painters.diffusion.flow_matching import FlowMatching

CATEGORIES = ("Baroque", "Realism", "Symbolism")


def batch(rows: slice = slice(0, 8), total: int = 8) -> Batch:
    pictures = torch.rand(total, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    labels = torch.arange(total)[rows] % 3
    return Batch(pictures[rows], Condition(len(labels), category=labels), BatchNoise(0, 0, rows, total))


def build(**values) -> FlowMatching:
    torch.manual_seed(0)
    return FlowMatching.build("tiny", categories=CATEGORIES, **values)


@pytest.mark.parametrize("prediction", ["velocity", "clean"])
def test_a_network_that_knew_would_lose_nothing(prediction, monkeypatch):
    painter = build(prediction=prediction)
    one = batch()
    noise = BatchNoise(0, 0, slice(0, 8), 8).normal(3, 32, 32)
    answer = one.pictures - noise if prediction == "velocity" else one.pictures
    monkeypatch.setattr(painter.net, "forward", lambda *_: answer)
    (turn,) = painter.turns(one, 0)
    assert turn.loss < 1e-9


@pytest.mark.parametrize("prediction", ["velocity", "clean"])
def test_both_predictions_paint_with_both_samplers(prediction):
    painter = build(prediction=prediction)
    for sampler in ("euler", "heun", "dpmpp"):
        pictures = painter.paint(2, steps=3, sampler=sampler, guidance=2.0, guided_to=0.6).pictures
        assert pictures.shape == (2, 3, 32, 32)
        assert torch.isfinite(pictures).all()


def test_the_loss_is_a_mean_of_rows_however_the_batch_is_cut():
    painter = build()
    (whole,) = painter.turns(batch(), 0)
    halves = [next(painter.turns(batch(rows), 0)).loss for rows in (slice(0, 4), slice(4, 8))]
    torch.testing.assert_close(torch.stack(halves).mean(), whole.loss)


def test_training_lowers_the_loss():
    painter = build(lr=3e-3)
    moved = torch.optim.Adam(painter.net.parameters(), lr=3e-3)
    losses = []
    for step in range(60):
        one = batch()
        one = Batch(torch.full_like(one.pictures, 0.5), one.condition, BatchNoise(0, step, slice(0, 8), 8))
        (turn,) = painter.turns(one, step)
        moved.zero_grad()
        turn.loss.backward()
        moved.step()
        losses.append(float(turn.loss.detach()))
    assert sum(losses[-10:]) < 0.5 * sum(losses[:10])


@pytest.mark.usefixtures("weights")
def test_the_perceptual_term_adds_to_the_error():
    looking = build(perceptual=0.5)
    plain = build()
    (turn,) = looking.turns(batch(), 0)
    (other,) = plain.turns(batch(), 0)
    assert turn.logs["perceptual"] > 0
    assert turn.loss > other.loss
    assert len(list(looking.parameters())) == len(list(plain.parameters()))
    looking.after(0, {})
    assert "lpips-squeeze" in looking.describe()["frozen"]


def test_impossible_networks_and_settings_are_named():
    with pytest.raises(ConfigError, match="width = 36 must be a multiple of 4 × heads = 8"):
        build(width=36)
    with pytest.raises(NotCapable, match=r"guidance = 2, but this flow_matching was trained without categories"):
        FlowMatching.build("tiny").paint(1, guidance=2.0)
    with pytest.raises(ConfigError, match="steps = 0"):
        build().paint(1, steps=0)
