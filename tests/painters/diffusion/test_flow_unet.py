from __future__ import annotations

from pathlib import Path

import pytest
import torch

import impasto
from impasto import pretrained
from impasto.contract import Batch, BatchNoise, Condition
from impasto.data.store import Store
from impasto.errors import ConfigError, NotCapable
from impasto.painters.diffusion.flow_unet import FlowUNet

LATENTS = "shipped/taef2"


def test_a_network_that_knew_the_velocity_would_lose_nothing(monkeypatch):
    painter = FlowUNet.build("tiny")
    pictures = torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    noise = BatchNoise(0, 0, slice(0, 4), 4)
    velocity = pictures - BatchNoise(0, 0, slice(0, 4), 4).normal(3, 32, 32)
    monkeypatch.setattr(painter.net, "forward", lambda *_: velocity)
    (turn,) = painter.turns(Batch(pictures, Condition(4), noise), 0)
    assert turn.loss < 1e-9


def test_it_learns_in_the_latents_of_the_autoencoder_that_comes_with_the_package():
    painter = FlowUNet.build("tiny", autoencoder=LATENTS, categories=("Baroque", "Realism"), size=(64, 96))
    assert (painter.space.channels, painter.space.height, painter.space.width) == (32, 8, 12)
    assert painter.paint(2, steps=3, guidance=2.0).pictures.shape == (2, 3, 64, 96)


def test_more_levels_than_the_latents_have_room_for_are_refused():
    with pytest.raises(ConfigError, match="4 levels halve a grid of 8 rows to fewer than 2"):
        FlowUNet.build("tiny", autoencoder=LATENTS, channels=(16, 16, 16, 16), size=(64, 64))


def test_a_painter_without_categories_is_not_guided_by_default():
    plain = FlowUNet.build("tiny")
    assert torch.equal(plain.paint(1, steps=2).pictures, plain.paint(1, steps=2, guidance=1.0).pictures)
    with pytest.raises(NotCapable, match="trained without categories"):
        plain.paint(1, steps=2, guidance=2.0)
    guided = FlowUNet.build("tiny", categories=("Baroque", "Realism"))
    resolved = guided.resolve_settings(guided.Settings())
    assert resolved.guidance == 1.5


def learned(seed: int, **values) -> FlowUNet:
    """A painter with random weights, also in the layers that begin at zero."""
    torch.manual_seed(seed)
    painter = FlowUNet.build("tiny", **values).eval()
    with torch.no_grad():
        for parameter in painter.net.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.05)
    return painter


def test_estimates_move_away_from_those_of_the_guide():
    painter = learned(0)
    weak = learned(1, channels=(16,))
    guided = painter.with_guide(weak)
    noisy = torch.randn(2, 3, 32, 32)
    level = painter.levels(4)[1]
    condition = Condition(2)
    settings = guided.resolve_settings(guided.Settings(autoguidance=3.0))
    with torch.no_grad():
        ours, theirs = (each.denoiser(condition)(noisy, level) for each in (painter, weak))
        moved = guided.estimates(condition, settings)(noisy, level)
    torch.testing.assert_close(moved, theirs + 3 * (ours - theirs))
    by_default = guided.resolve_settings(guided.Settings())
    assert (by_default.guidance, by_default.autoguidance) == (1.0, 2.0)


def test_without_a_guide_there_is_no_autoguidance():
    painter = learned(0)
    assert painter.resolve_settings(painter.Settings()).autoguidance == 1
    with pytest.raises(ConfigError, match="autoguidance = 2 needs a painter with a guide"):
        painter.paint(1, steps=2, autoguidance=2.0)


def test_a_guide_estimates_the_same():
    with pytest.raises(ConfigError, match="The guide has other size than the painter"):
        learned(0).with_guide(learned(1, resolution=64))
    with pytest.raises(ConfigError, match="The guide has other prediction"):
        learned(0).with_guide(learned(1, prediction="clean"))


def test_a_guide_is_exported_and_left_behind_by_training(store: Store, tmp_path: Path):
    painter = learned(0)
    painter.save_pretrained(tmp_path / "painter")
    learned(1, channels=(16,)).save_pretrained(tmp_path / "weak")
    folder = impasto.guide(tmp_path / "painter", tmp_path / "weak", tmp_path / "guided")
    guided = pretrained.load(folder)
    assert isinstance(guided, FlowUNet)
    assert guided.guide is not None
    assert guided.training_pictures is None
    pictures = guided.paint(1, seed=3, steps=2).pictures
    assert not torch.equal(pictures, painter.paint(1, seed=3, steps=2).pictures)
    fast = {"samples": 0, "batch": 4}
    impasto.train("flow_unet", store, tmp_path / "run", from_=folder, steps=1, settings=fast, watch=impasto.silent)
    again = pretrained.load(tmp_path / "run")
    assert isinstance(again, FlowUNet)
    assert again.guide is None


def test_other_painters_take_no_guide(tmp_path: Path):
    with pytest.raises(NotCapable, match="landscape takes no guide"):
        impasto.guide("landscape", "landscape", tmp_path / "guided")
