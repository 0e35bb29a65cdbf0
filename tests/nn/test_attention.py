from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from impasto.nn.attention import ChannelAttention, PositionAttention, kernel_of


def test_position_attention_is_the_formula():
    torch.manual_seed(0)
    net, x = PositionAttention(6), torch.randn(2, 6, 4, 5)
    with torch.no_grad():
        net.strength.fill_(0.7)
    f, g, h = (conv(x).flatten(2) for conv in (net.query, net.key, net.value))
    weights = torch.einsum("nci,ncj->nij", f, g).softmax(dim=2)
    expected = 0.7 * torch.einsum("nij,ncj->nci", weights, h).view_as(x) + x
    torch.testing.assert_close(net(x), expected)
    torch.testing.assert_close(net(x.to(memory_format=torch.channels_last)), expected)


def test_position_attention_starts_as_the_identity_and_its_strength_learns():
    torch.manual_seed(0)
    net, x = PositionAttention(6), torch.randn(2, 6, 4, 4)
    y = net(x)
    assert torch.equal(y, x)
    y.square().sum().backward()
    assert net.strength.grad.abs() > 0


@pytest.mark.parametrize(("channels", "size"), [(4, 1), (8, 3), (16, 3), (32, 3), (64, 3), (256, 5), (512, 5)])
def test_the_kernel_over_channels_is_the_nearest_odd_number(channels, size):
    assert kernel_of(channels) == size
    wanted = abs(math.log2(channels) / 2 + 0.5)
    assert abs(size - wanted) <= min(abs(odd - wanted) for odd in (1, 3, 5, 7))


def test_channel_attention_weighs_channels_by_their_neighbours_means():
    torch.manual_seed(0)
    net, x = ChannelAttention(8), torch.randn(2, 8, 4, 4)
    means = F.pad(x.mean(dim=(2, 3)), (1, 1))
    near = torch.stack([means[:, :-2], means[:, 1:-1], means[:, 2:]], dim=2)
    weights = (near @ net.over.weight.flatten()).sigmoid()
    torch.testing.assert_close(net(x), x * weights[:, :, None, None])
