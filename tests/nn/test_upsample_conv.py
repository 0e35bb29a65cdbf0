from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from impasto.nn.residual import ResidualBlock
from impasto.nn.upsample_conv import UpsampleConv2d


def upsample(x):
    return F.interpolate(x, scale_factor=2, mode="nearest")


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def gradients(out, leaves):
    return torch.autograd.grad((out * normal(*out.shape, seed=9)).sum(), leaves)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("kernel_size", [1, 3])
def test_it_is_the_convolution_of_the_upsampled_map(kernel_size, layout):
    torch.manual_seed(0)
    conv = UpsampleConv2d(6, 4, kernel_size).to(memory_format=layout)
    x = normal(2, 6, 5, 3).contiguous(memory_format=layout).requires_grad_()
    plain = F.conv2d(upsample(x), conv.weight, conv.bias, padding=kernel_size // 2)
    out = conv(x)
    assert out.is_contiguous(memory_format=layout)
    torch.testing.assert_close(out, plain)
    leaves = (x, conv.weight, conv.bias)
    torch.testing.assert_close(gradients(out, leaves), gradients(plain, leaves), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("kernel_size", [1, 3])
def test_a_second_map_joins_at_its_own_size(kernel_size):
    torch.manual_seed(0)
    conv = UpsampleConv2d(5, 4, kernel_size)
    x = normal(2, 3, 4, 4)
    skip = normal(2, 2, 8, 8, seed=1)
    plain = F.conv2d(torch.cat([upsample(x), skip], dim=1), conv.weight, conv.bias, padding=kernel_size // 2)
    torch.testing.assert_close(conv(x, skip), plain)


@pytest.mark.parametrize("skip", [0, 16])
def test_an_upsampling_block_is_the_plain_block_of_upsampled_maps(skip):
    torch.manual_seed(0)
    up = ResidualBlock(32, 16, 8, "up", skip)
    keep = ResidualBlock(32 + skip, 16, 8)
    keep.load_state_dict(up.state_dict())
    x = normal(2, 32, 4, 4).requires_grad_()
    condition = normal(2, 8, seed=1)
    maps = [normal(2, skip, 8, 8, seed=2)] if skip else []
    out = up(x, condition, *maps)
    plain = keep(torch.cat([upsample(x), *maps], dim=1), condition)
    torch.testing.assert_close(out, plain, atol=1e-5, rtol=1e-4)
    mine = gradients(out, (x, *up.parameters()))
    theirs = gradients(plain, (x, *keep.parameters()))
    torch.testing.assert_close(mine, theirs, atol=5e-5, rtol=1e-4)
