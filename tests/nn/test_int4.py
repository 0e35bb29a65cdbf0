from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from impasto.nn.int4 import int4_layer, packed, unpacked


def layers() -> list[tuple[nn.Module, torch.Tensor]]:
    """Layers of each kind, with an input; neither has a whole number of groups."""
    torch.manual_seed(0)
    convolution = nn.Conv2d(10, 24, 3, stride=2, padding=1)
    return [(convolution, torch.randn(2, 10, 9, 7)), (nn.Linear(40, 24), torch.randn(2, 5, 40))]


def test_all_integers_of_4_bits_come_back() -> None:
    integers = torch.arange(-8, 8).view(2, 2, 4)
    assert packed(integers).shape == (2, 4)
    assert torch.equal(unpacked(packed(integers)), integers.flatten(1).float())


@torch.no_grad()
def test_weights_on_the_grid_stay_as_they_are_and_others_come_near() -> None:
    torch.manual_seed(0)
    layer = nn.Linear(64, 8)
    integers = torch.randint(-7, 8, (8, 2, 32)).float()
    integers[..., 5] = -8
    layer.weight.copy_((integers * torch.tensor([0.5, -0.0078125])[:, None]).flatten(1))
    assert torch.equal(int4_layer(layer, 32).weight(), layer.weight)
    layer.weight.normal_()
    errors = [
        float((int4_layer(layer, group).weight() - layer.weight).norm() / layer.weight.norm()) for group in (16, 64)
    ]
    assert 0.06 < errors[0] < errors[1] < 0.12
    rounded = int4_layer(layer, 32).weight()
    assert torch.equal(rounded.half().float(), rounded)


@pytest.mark.parametrize("number", [0, 1])
def test_a_layer_computes_with_the_rounded_weights(number: int) -> None:
    layer, x = layers()[number]
    rounded = int4_layer(layer, 32)
    with torch.inference_mode():
        answer = rounded(x)
    weight = rounded.weight()
    expected = F.linear(x, weight, layer.bias) if number else F.conv2d(x, weight, layer.bias, stride=2, padding=1)
    torch.testing.assert_close(answer, expected.detach(), atol=1e-6, rtol=1e-5)
    assert torch.equal(copy.deepcopy(rounded)(x), answer)
    fresh = int4_layer(layers()[number][0].apply(lambda part: nn.init.zeros_(part.weight)), 32)
    fresh(x)
    fresh.load_state_dict(rounded.state_dict())
    x.requires_grad_()
    fresh(x).sum().backward()
    assert torch.equal(fresh(x), answer)
    assert x.grad is not None
    assert rounded(x.bfloat16()).dtype == torch.bfloat16
