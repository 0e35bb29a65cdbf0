from __future__ import annotations

import math

import pytest
import torch
from torch.nn import functional as F

from impasto.nn.attention import ChannelAttention, PositionAttention, attend, eca_kernel_size


@pytest.mark.parametrize(("reduction", "scaled", "divisor"), [(1, False, 1), (1, True, 6**0.5), (3, True, 2**0.5)])
def test_position_attention_is_the_formula(reduction: int, scaled: bool, divisor: float):
    torch.manual_seed(0)
    net = PositionAttention(6, reduction=reduction, scaled=scaled)
    assert net.query.out_channels == net.key.out_channels == 6 // reduction
    x = torch.randn(2, 6, 4, 5)
    with torch.no_grad():
        net.strength.fill_(0.7)
    f, g, h = (conv(x).flatten(2) for conv in (net.query, net.key, net.value))
    weights = (torch.einsum("nci,ncj->nij", f, g) / divisor).softmax(dim=2)
    expected = 0.7 * torch.einsum("nij,ncj->nci", weights, h).view_as(x) + x
    torch.testing.assert_close(net(x), expected)
    torch.testing.assert_close(net(x.to(memory_format=torch.channels_last)), expected)


def test_narrow_queries_attend_alike_over_few_and_many_positions(monkeypatch: pytest.MonkeyPatch):
    torch.manual_seed(0)
    net = PositionAttention(8, reduction=4, scaled=True)
    torch.nn.init.ones_(net.strength)
    x = torch.randn(2, 8, 4, 4)
    few = net(x)
    monkeypatch.setattr("impasto.nn.attention.MAX_NARROW_POSITIONS", 4)
    torch.testing.assert_close(net(x), few)
    assert not torch.equal(few, x)


def test_position_attention_starts_as_the_identity_and_its_strength_learns():
    torch.manual_seed(0)
    net = PositionAttention(6)
    x = torch.randn(2, 6, 4, 4)
    y = net(x)
    assert torch.equal(y, x)
    y.square().sum().backward()
    assert net.strength.grad.abs() > 0


@pytest.mark.parametrize(("channels", "size"), [(4, 1), (8, 3), (16, 3), (32, 3), (64, 3), (256, 5), (512, 5)])
def test_the_kernel_over_channels_is_the_nearest_odd_number(channels, size):
    assert eca_kernel_size(channels) == size
    target = abs(math.log2(channels) / 2 + 0.5)
    assert abs(size - target) <= min(abs(odd - target) for odd in (1, 3, 5, 7))


def test_channel_attention_weighs_channels_by_their_neighbours_means():
    torch.manual_seed(0)
    net = ChannelAttention(8)
    x = torch.randn(2, 8, 4, 4)
    means = F.pad(x.mean(dim=(2, 3)), (1, 1))
    near = torch.stack([means[:, :-2], means[:, 1:-1], means[:, 2:]], dim=2)
    weights = (near @ net.over.weight.flatten()).sigmoid()
    torch.testing.assert_close(net(x), x * weights[:, :, None, None])


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_attend_is_attention_in_either_precision(dtype: torch.dtype, causal: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    parts = [torch.randn(2, 3, 10, 8, generator=generator) for _ in range(3)]
    exact = [p.double().requires_grad_() for p in parts]
    inputs = [p.to(dtype).requires_grad_() for p in parts]
    scores = exact[0] @ exact[1].transpose(2, 3) / math.sqrt(8)
    if causal:
        scores = scores.masked_fill(torch.ones(10, 10, dtype=torch.bool).triu(1), -math.inf)
    expected = scores.softmax(3) @ exact[2]
    result = attend(*inputs, causal=causal)
    assert result.dtype == dtype
    tolerance = 1e-5 if dtype == torch.float32 else 0.05
    torch.testing.assert_close(result.double(), expected, atol=tolerance, rtol=tolerance)
    expected.sum().backward()
    result.sum().backward()
    for a, b in zip(inputs, exact, strict=True):
        torch.testing.assert_close(a.grad.double(), b.grad, atol=tolerance, rtol=tolerance)
