"""How codes are used."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from impasto import catalogue
from impasto.errors import NotCapable
from impasto.metrics.codes import code_use, codes_of

GREY = np.full((3, 32, 32, 3), 128, dtype=np.uint8)


def test_use_of_codes_is_that_of_the_pictures_shown() -> None:
    torch.manual_seed(0)
    painter = catalogue.painter("vq_autoencoder").build("tiny", resolution=32)
    noise = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    codes = codes_of(painter, noise)
    one = code_use(codes_of(painter, GREY))
    many = code_use(codes)
    assert one["share"].value < many["share"].value <= 1
    assert 1 <= one["perplexity"].value < many["perplexity"].value <= painter.size
    assert many["share"].value == len(codes.values.unique()) / painter.size
    assert many["share"].n == {"test": 3, "tokens": len(codes.values)}
    assert codes.method == {"codes": painter.size, "resolution": 32}


def test_painters_without_codes_are_refused() -> None:
    with pytest.raises(NotCapable, match="kl_autoencoder does not represent pictures as codes"):
        codes_of(catalogue.painter("kl_autoencoder").build("tiny", resolution=32), GREY)
