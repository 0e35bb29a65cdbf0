from __future__ import annotations

import torch
from torch.nn import functional as F

from impasto.nn.sft import SpatialTransform


def test_features_are_scaled_and_shifted_at_each_position():
    torch.manual_seed(0)
    net = SpatialTransform(5, 3)
    for path in (net.scale, net.shift):
        torch.nn.init.normal_(path[2].weight)
    x = torch.randn(2, 5, 6, 6)
    k = torch.randn(2, 3, 6, 6)
    torch.testing.assert_close(net(x, k), net.scale(k) * x + net.shift(k))
    assert net.scale(k).std(dim=(2, 3)).min() > 0


def test_scale_and_shift_of_smaller_semantics_are_enlarged():
    torch.manual_seed(0)
    net = SpatialTransform(5, 3)
    for path in (net.scale, net.shift):
        torch.nn.init.normal_(path[2].weight)
    x = torch.randn(2, 5, 8, 8)
    k = torch.randn(2, 3, 4, 4)
    scale, shift = (F.interpolate(path(k), size=8, mode="bilinear") for path in (net.scale, net.shift))
    torch.testing.assert_close(net(x, k), scale * x + shift)


def test_it_starts_close_to_the_identity():
    torch.manual_seed(0)
    net = SpatialTransform(5, 8)
    x = torch.randn(4, 5, 6, 6)
    k = torch.randn(4, 8, 6, 6)
    assert (net(x, k) - x).std() < 0.2


def test_the_semantics_learn_from_the_first_step():
    torch.manual_seed(0)
    net = SpatialTransform(5, 8)
    k = torch.randn(4, 8, 6, 6, requires_grad=True)
    net(torch.randn(4, 5, 6, 6), k).square().sum().backward()
    assert k.grad.abs().min() > 0
    assert all(p.grad.abs().sum() > 0 for p in net.parameters())
