from __future__ import annotations

import copy

import torch
from torch import nn

from impasto.painters.adversarial.spectral_norm import iterate_spectral_norms, normalise_spectrally


def network() -> nn.Sequential:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 8, 4, stride=2), nn.LeakyReLU(0.2), nn.Conv2d(8, 5, 1), nn.Flatten())
    normalise_spectrally(net)
    return net


def test_the_largest_singular_value_of_each_weight_is_one():
    net = network()
    for _ in range(200):
        iterate_spectral_norms(net)
    for layer in (net[0], net[2]):
        original = layer.parametrizations.weight.original.flatten(1)
        torch.testing.assert_close(layer.weight.flatten(1), original / torch.linalg.svdvals(original)[0])
        assert abs(torch.linalg.svdvals(layer.weight.flatten(1))[0].item() - 1) < 1e-4


def test_the_norm_follows_a_weight_that_moves_by_one_iteration_a_step():
    net = network()
    weight = net[0].parametrizations.weight.original
    for _ in range(30):
        with torch.no_grad():
            weight.add_(0.02 * torch.randn_like(weight) * weight.std())
        iterate_spectral_norms(net)
    assert abs(torch.linalg.svdvals(net[0].weight.flatten(1))[0].item() - 1) < 0.02


def test_the_gradient_is_that_of_the_quotient():
    net = network()
    for _ in range(200):
        iterate_spectral_norms(net)
    weight = net[2].parametrizations.weight.original
    target = torch.randn_like(weight)
    (gradient,) = torch.autograd.grad((net[2].weight * target).sum(), weight)
    exact = weight.detach().clone().requires_grad_()
    norm = torch.linalg.matrix_norm(exact.flatten(1), ord=2)
    (expected,) = torch.autograd.grad((exact / norm * target).sum(), exact)
    torch.testing.assert_close(gradient, expected, atol=1e-4, rtol=1e-3)


def test_neither_a_pass_nor_autocast_changes_what_is_stored_or_the_weight():
    net = network().train()
    stored = copy.deepcopy(net.state_dict())
    weight = net[0].weight
    with torch.autocast("cpu", torch.bfloat16):
        net(torch.randn(2, 3, 8, 8)).square().mean().backward()
        assert torch.equal(net[0].weight, weight)
    assert all(torch.equal(value, stored[name]) for name, value in net.state_dict().items())


def test_a_copy_and_loaded_weights_compute_the_same():
    net = network()
    x = torch.randn(2, 3, 8, 8)
    other = network()
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.add_(1.0)
    iterate_spectral_norms(other)
    other.load_state_dict(net.state_dict())
    assert torch.equal(other(x), net(x))
    assert torch.equal(copy.deepcopy(net)(x), net(x))
