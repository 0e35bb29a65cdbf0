from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from impasto.nn.ams import MultiScale


def receptive_field(wide_branch: str) -> torch.Tensor:
    """Input pixels that a single output pixel depends on, shape (9, 9)."""
    torch.manual_seed(0)
    net = MultiScale(3, wide_branch)
    x = torch.randn(1, 3, 9, 9, requires_grad=True)
    net(x)[0, :, 4, 4].sum().backward()
    return x.grad[0].abs().sum(0) > 0


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("width", [None, 2])
def test_features_of_three_sizes_are_joined_and_mixed(width: int | None, fused: bool):
    torch.manual_seed(0)
    net = MultiScale(4, width=width, fused=fused)
    assert len(net.three.weight) == len(net.five.weight) == (width or 4)
    x = torch.randn(2, 4, 8, 8)
    three = F.leaky_relu(F.conv2d(x, net.three.weight, net.three.bias, padding=1), 0.2)
    five = F.leaky_relu(F.conv2d(x, net.five.weight, net.five.bias, padding=2, dilation=2), 0.2)
    expected = torch.einsum("ok,nkhw->nohw", net.mix.weight[:, :, 0, 0], torch.cat([x, three, five], 1))
    torch.testing.assert_close(net(x), expected + net.mix.bias[:, None, None])


def test_two_plain_convolutions_see_all_five_pixels():
    field = receptive_field("stacked")
    assert field[2:7, 2:7].all()
    assert field.sum() == 25


def test_a_dilated_convolution_sees_five_pixels_with_holes():
    field = receptive_field("dilated")
    assert field[3:6, 3:6].all()
    assert field[2:7:2, 2:7:2].all()
    assert field.sum() == 9 + 8


@pytest.mark.parametrize("width", [None, 3])
@pytest.mark.parametrize("wide_branch", ["dilated", "stacked"])
def test_the_shape_stays(wide_branch, width):
    assert MultiScale(6, wide_branch, width=width)(torch.randn(2, 6, 5, 7)).shape == (2, 6, 5, 7)


def test_stacked_blocks_do_not_fade_the_features():
    torch.manual_seed(0)
    x = torch.randn(2, 32, 8, 8)
    with torch.no_grad():
        deep = torch.nn.Sequential(*(MultiScale(32) for _ in range(5)))(x)
    assert 0.9 < deep.std() / x.std() < 1.5
