"""The layout of TAESD and TAEF2, and the autoencoder with it that comes with the package."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from impasto import pretrained
from impasto.errors import ConfigError, NotCapable
from impasto.painters.likelihood.kl_autoencoder import KlAutoencoder

TINY = {"layout": "tiny", "channels": (16,), "factor": 8, "latent": 6, "features": "none", "adversarial": 0.0}


def test_shapes_and_any_multiple_of_the_factor():
    autoencoder = KlAutoencoder.build("tiny", **TINY)
    latents = autoencoder.encode(torch.zeros(2, 3, 64, 32))
    assert latents.shape == (2, 6, 8, 4)
    assert autoencoder.decode(latents).shape == (2, 3, 64, 32)


def test_several_numbers_of_channels_are_refused():
    with pytest.raises(ConfigError, match=r"channels = \(16, 32\): layout 'tiny' has the same number of channels"):
        KlAutoencoder.build("tiny", **{**TINY, "channels": (16, 32)})


def test_diffusers_has_no_such_model():
    with pytest.raises(NotCapable, match="has layout = 'tiny'"):
        KlAutoencoder.build("tiny", **TINY).diffusers()


def test_the_shipped_one_gives_paintings_back(shared: Path):
    autoencoder = pretrained.load("shipped/taef2").eval()
    files = sorted((shared / "data" / "paintings").glob("*/*.jpg"))[::500]
    pixels = [np.asarray(Image.open(file).convert("RGB").resize((128, 128))) for file in files]
    pictures = torch.from_numpy(np.stack(pixels)).movedim(-1, 1).float() / 127.5 - 1
    latents = autoencoder.encode(pictures)
    errors = ((autoencoder.decode(latents).detach() - pictures) / 2).square().mean((1, 2, 3))
    assert float((-10 * errors.log10()).mean()) > 26
    # Principal components around zero under one scale, the largest first.
    spreads = latents.std((0, 2, 3))
    assert 0.8 < float(latents.square().mean()) < 1.25
    assert spreads[:4].mean() > spreads[4:12].mean() > spreads[20:].mean()
