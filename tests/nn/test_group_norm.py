from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from impasto.errors import ConfigError
from impasto.nn.group_norm import modulated_group_norm, num_groups, split_group_norm


def plain(x, scale, shift, groups):
    return F.group_norm(x, groups) * (1 + scale[:, :, None, None]) + shift[:, :, None, None]


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_values_and_gradients_are_those_of_the_plain_formula(layout):
    generator = torch.Generator().manual_seed(0)
    inputs = [torch.randn(3, 32, 5, 4, generator=generator), *torch.randn(2, 3, 32, generator=generator)]
    inputs[0] = inputs[0].contiguous(memory_format=layout)
    weight = torch.randn(3, 32, 5, 4, generator=generator)
    results = []
    for way in (lambda x, a, b: modulated_group_norm(x, a, b, groups=2), lambda x, a, b: plain(x, a, b, 2)):
        leaves = [v.clone().requires_grad_() for v in inputs]
        out = way(*leaves)
        (out * weight).sum().backward()
        results.append([out.detach(), *(leaf.grad for leaf in leaves)])
    assert results[0][0].is_contiguous(memory_format=layout)
    for mine, theirs in zip(*results, strict=True):
        torch.testing.assert_close(mine, theirs, atol=2e-5, rtol=1e-4)


def test_bfloat16_stays_bfloat16():
    x = torch.randn(2, 16, 4, 4, dtype=torch.bfloat16, generator=torch.Generator().manual_seed(0))
    for layout in (torch.contiguous_format, torch.channels_last):
        out = modulated_group_norm(x.contiguous(memory_format=layout), torch.zeros(2, 16), torch.zeros(2, 16), groups=1)
        assert out.dtype == torch.bfloat16


def test_separate_maps_are_normalised_like_their_concatenation():
    generator = torch.Generator().manual_seed(0)
    norm = nn.GroupNorm(3, 48)
    whole = torch.randn(2, 48, 5, 4, generator=generator)
    nn.init.normal_(norm.weight, generator=generator)
    nn.init.normal_(norm.bias, generator=generator)
    parts = split_group_norm(norm, whole.split([32, 16], dim=1))
    torch.testing.assert_close(torch.cat(parts, dim=1), norm(whole))


def test_a_group_that_spans_two_maps_is_refused():
    with pytest.raises(ConfigError, match="multiples of 16"):
        split_group_norm(nn.GroupNorm(3, 48), [torch.zeros(1, 24, 2, 2)] * 2)


@pytest.mark.parametrize(("channels", "groups"), [(16, 1), (64, 4), (192, 12), (40, 2), (7, 1)])
def test_groups_divide_the_channels(channels, groups):
    assert num_groups(channels) == groups
