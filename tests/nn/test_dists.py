from __future__ import annotations

import pytest
import torch

from impasto.images.pictures import to_float
from impasto.metrics.structure_texture import dists
from impasto.nn.dists import dists_network


@pytest.fixture
def pair(drawn):
    a = drawn(3, 64, 1)
    b = drawn(3, 64, 2)
    return to_float(a), to_float((0.6 * a + 0.4 * b).round().astype("uint8"))


def test_gives_the_published_values(weights, pair):
    # DISTS-pytorch 0.1, DISTS() with the same file of VGG16 (in half precision), pictures in [0, 1].
    expected = torch.tensor([0.1555314064, 0.1721693873, 0.1467742324])
    network = dists_network()
    torch.testing.assert_close(network(*pair), expected, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(dists(*pair).float(), expected, rtol=1e-5, atol=1e-6)
    assert len(network.hash) == 129
    # The wrong range gives other values.
    assert (network(pair[0] / 2 + 0.5, pair[1] / 2 + 0.5) - expected).abs().min() > 0.005


def test_equal_pictures_are_at_distance_zero_and_gradients_stay_finite(weights):
    network = dists_network()
    flat = torch.zeros(2, 3, 32, 32, requires_grad=True)
    value = network(flat, torch.zeros(2, 3, 32, 32))
    assert value.tolist() == pytest.approx([0, 0], abs=1e-6)
    (gradient,) = torch.autograd.grad(value.sum(), flat)
    assert gradient.isfinite().all()
