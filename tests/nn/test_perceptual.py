from __future__ import annotations

import shutil

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from impasto.errors import WeightsMissing
from impasto.images.pictures import to_float
from impasto.nn.perceptual import _unit, feature_loss, has_perceptual_weights, lpips_network
from impasto.nn.trunks import trunk_class


def random_trunk(net: str, seed: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    state = {}
    for key, value in sorted(trunk_class(net)().state_dict().items()):
        drawn = torch.randn(value.shape, generator=generator)
        state[key] = drawn * (2 / value[0].numel()) ** 0.5 if value.ndim > 1 else 0.1 * drawn
    return state


@pytest.fixture
def pair(drawn):
    a = drawn(3, 64, 1)
    b = drawn(3, 64, 2)
    return to_float(a), to_float((0.6 * a + 0.4 * b).round().astype("uint8"))


def test_lpips_squeeze_gives_the_published_values(weights, pair):
    # lpips 0.1.4, LPIPS(net='squeeze'), same trunk file.
    expected = torch.tensor([0.07026019692, 0.0600830242, 0.0864623338])
    network = lpips_network("squeeze")
    torch.testing.assert_close(network(*pair), expected, rtol=1e-4, atol=1e-6)
    # The wrong range gives other, lower values: also lpips 0.1.4.
    wrong = torch.tensor([0.05211608857, 0.04652107134, 0.06243095919])
    torch.testing.assert_close(network(pair[0] / 2 + 0.5, pair[1] / 2 + 0.5), wrong, rtol=1e-4, atol=1e-6)
    assert len(network.hash) == 129


PUBLISHED = {
    # lpips 0.1.4, LPIPS(net='alex') and LPIPS(net='vgg'), with the same trunk files; VGG16's is in half precision.
    "alex": [0.0965912342, 0.1183555573, 0.1403946728],
    "vgg": [0.1848939061, 0.1866846383, 0.2076587528],
}
RANDOM_TRUNK = {
    # lpips 0.1.4 with trunks of random weights: these need the heads' files only.
    "alex": (1, [0.0488804318, 0.04587459564, 0.04427771643]),
    "vgg": (2, [0.0623860471, 0.06530251354, 0.06509519368]),
}
TRUNK_FILE = {"alex": "alexnet_features.safetensors", "vgg": "vgg16_features.safetensors"}


@pytest.mark.parametrize("net", PUBLISHED)
def test_lpips_on_the_other_trunks_gives_the_published_values(weights, pair, net):
    if not (weights / TRUNK_FILE[net]).is_file():
        pytest.skip(f"needs the weights {TRUNK_FILE[net]}, which are not in {weights}")
    network = lpips_network(net)
    assert {parameter.dtype for parameter in network.parameters()} == {torch.float32}
    torch.testing.assert_close(network(*pair), torch.tensor(PUBLISHED[net]), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("net", RANDOM_TRUNK)
def test_a_trunk_is_available_only_once_its_file_is_there(weights, pair, tmp_path, monkeypatch, net):
    seed, expected = RANDOM_TRUNK[net]
    heads = f"lpips_v0.1_{net}.safetensors"
    shutil.copy(weights / heads, tmp_path / heads)
    monkeypatch.setenv("IMPASTO_WEIGHTS", str(tmp_path))
    assert not has_perceptual_weights(net)
    # A whole classifier's file holds more than the trunk needs.
    state = random_trunk(net, seed) | {"classifier.1.weight": torch.zeros(2)}
    save_file(state, tmp_path / TRUNK_FILE[net])
    assert has_perceptual_weights(net)
    torch.testing.assert_close(lpips_network(net)(*pair), torch.tensor(expected), rtol=1e-4, atol=1e-6)


def test_a_file_of_another_network_is_refused(weights, tmp_path, monkeypatch):
    save_file(random_trunk("squeeze", 0), tmp_path / "vgg16_features.safetensors")
    monkeypatch.setenv("IMPASTO_WEIGHTS", f"{tmp_path}:{weights}")
    with pytest.raises(WeightsMissing, match="tensors are missing or of another shape"):
        lpips_network("vgg")


def test_equal_pictures_are_at_distance_zero_and_gradients_stay_finite(weights):
    flat = torch.zeros(2, 3, 32, 32, requires_grad=True)
    for network in (lpips_network(), feature_loss()):
        value = network(flat, torch.zeros(2, 3, 32, 32))
        assert value.tolist() == [0, 0]
        (gradient,) = torch.autograd.grad(value.sum(), flat)
        assert gradient.isfinite().all()


def test_a_place_that_no_channel_answers_to_has_a_finite_gradient():
    x = torch.zeros(1, 4, 2, 2, requires_grad=True)
    _unit(x).sum().backward()
    assert x.grad is not None
    assert x.grad.isfinite().all()


def test_feature_loss_falls_as_pictures_come_nearer_and_moves_only_them(weights, pair):
    loss = feature_loss()
    a, b = pair
    near = loss(0.9 * a + 0.1 * b, a)
    far = loss(b, a)
    assert (near < far).all()
    assert (far <= 4).all()
    x = b.clone().requires_grad_()
    loss(x, a).sum().backward()
    assert float(x.grad.abs().sum()) > 0
    assert all(p.grad is None and not p.requires_grad for p in loss.parameters())
