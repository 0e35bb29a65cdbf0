from __future__ import annotations

import pytest
import torch

from impasto.contract import Batch, BatchNoise, Condition
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
