"""How codes are used."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto import catalogue
from impasto.metrics.codes import code_use


def test_use_of_codes_is_that_of_the_pictures_shown() -> None:
    torch.manual_seed(0)
    painter = catalogue.painter("vq_autoencoder").build("tiny", resolution=32)
    grey = np.full((3, 32, 32, 3), 128, dtype=np.uint8)
    one = code_use(painter, grey)
    noise = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    many = code_use(painter, noise)
    assert one["code-use"].value < many["code-use"].value <= 1
    assert 1 <= one["code-perplexity"].value < many["code-perplexity"].value <= painter.size
    assert many["code-use"].value * painter.size == pytest.approx(round(many["code-use"].value * painter.size))
    assert many["code-use"].recipe["codes"] == painter.size


def test_painters_without_codes_have_no_such_number() -> None:
    grey = np.full((3, 32, 32, 3), 128, dtype=np.uint8)
    assert code_use(catalogue.painter("kl_autoencoder").build("tiny", resolution=32), grey) == {}
