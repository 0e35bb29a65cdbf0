from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from impasto.nn.doubling import DoublingConv2d
from impasto.nn.residual import ResidualBlock


def doubled(x):
    return F.interpolate(x, scale_factor=2, mode="nearest")


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def gradients(out, leaves):
    return torch.autograd.grad((out * drawn(*out.shape, seed=9)).sum(), leaves)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("side", [1, 3])
def test_it_is_the_convolution_of_the_doubled_map(side, layout):
    torch.manual_seed(0)
    conv = DoublingConv2d(6, 4, side).to(memory_format=layout)
    x = drawn(2, 6, 5, 3).contiguous(memory_format=layout).requires_grad_()
    plain = F.conv2d(doubled(x), conv.weight, conv.bias, padding=side // 2)
    out = conv(x)
    assert out.is_contiguous(memory_format=layout)
    torch.testing.assert_close(out, plain)
    leaves = (x, conv.weight, conv.bias)
    torch.testing.assert_close(gradients(out, leaves), gradients(plain, leaves), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("side", [1, 3])
def test_a_second_map_joins_at_its_own_size(side):
    torch.manual_seed(0)
    conv = DoublingConv2d(5, 4, side)
    x, beside = drawn(2, 3, 4, 4), drawn(2, 2, 8, 8, seed=1)
    plain = F.conv2d(torch.cat([doubled(x), beside], dim=1), conv.weight, conv.bias, padding=side // 2)
    torch.testing.assert_close(conv(x, beside), plain)


@pytest.mark.parametrize("beside", [0, 16])
def test_a_doubling_block_is_the_keeping_block_of_doubled_maps(beside):
    torch.manual_seed(0)
    up = ResidualBlock(32, 16, 8, "up", beside)
    keep = ResidualBlock(32 + beside, 16, 8)
    keep.load_state_dict(up.state_dict())
    x, condition = drawn(2, 32, 4, 4).requires_grad_(), drawn(2, 8, seed=1)
    maps = [drawn(2, beside, 8, 8, seed=2)] if beside else []
    out, plain = up(x, condition, *maps), keep(torch.cat([doubled(x), *maps], dim=1), condition)
    torch.testing.assert_close(out, plain, atol=1e-5, rtol=1e-4)
    mine = gradients(out, (x, *up.parameters()))
    theirs = gradients(plain, (x, *keep.parameters()))
    torch.testing.assert_close(mine, theirs, atol=5e-5, rtol=1e-4)
