from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from impasto.nn.int8 import can_be_rounded, int8_layer, integer_kernels


def layers() -> list[tuple[nn.Module, torch.Tensor]]:
    """Layers of each kind, with an input."""
    torch.manual_seed(0)
    convolution = nn.Conv2d(16, 24, 3, stride=2, padding=1)
    return [(convolution, torch.randn(2, 16, 9, 7)), (nn.Linear(16, 24), torch.randn(2, 5, 16))]


@pytest.mark.parametrize("number", [0, 1])
@torch.no_grad()
def test_integers_and_floats_compute_the_same_near_to_the_original(number: int) -> None:
    layer, x = layers()[number]
    rounded = int8_layer(layer)
    rounded.calibrate(float(x.min()), float(x.max()))
    expected = layer(x)
    answer = rounded(x)
    assert (answer - expected).norm() < 0.02 * expected.norm()
    # Halves are rounded up by one and to even numbers by the other.
    assert (answer - rounded._as_floats(x)).norm() < 0.002 * expected.norm()
    assert integer_kernels(torch.device("cpu"))
    assert rounded(x.bfloat16()).dtype == torch.bfloat16


@torch.no_grad()
def test_what_lies_outside_of_the_range_is_taken_for_its_end() -> None:
    layer, x = layers()[1]
    rounded = int8_layer(layer)
    rounded.calibrate(0.0, 1.0)
    torch.testing.assert_close(rounded(x), rounded(x.clamp(0, 1)), atol=1e-5, rtol=0)


@torch.no_grad()
def test_a_copy_and_loaded_weights_compute_the_same() -> None:
    layer, x = layers()[0]
    rounded = int8_layer(layer)
    rounded.calibrate(-3.0, 4.0)
    answer = rounded(x)
    assert torch.equal(copy.deepcopy(rounded)(x), answer)
    fresh = int8_layer(nn.Conv2d(16, 24, 3, stride=2, padding=1))
    fresh(x)
    fresh.load_state_dict(rounded.state_dict())
    assert torch.equal(fresh(x), answer)


def test_gradients_pass_as_if_nothing_were_rounded() -> None:
    layer, x = layers()[0]
    rounded = int8_layer(layer)
    rounded.calibrate(-3.0, 3.0)
    x.requires_grad_()
    rounded(x).sum().backward()
    assert x.grad is not None
    assert x.grad.abs().max() > 0


def test_other_kinds_of_layers_are_left_alone() -> None:
    class Special(nn.Conv2d):
        pass

    assert not can_be_rounded(Special(3, 3, 1))
    assert not can_be_rounded(nn.Conv2d(3, 3, 3, padding=1, padding_mode="reflect"))
