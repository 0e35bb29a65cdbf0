"""Convolutions and linear layers whose weights are stored in 4 bits."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Int4Layer", "int4_layer"]

LEAST = -8
MOST = 7
SHRUNK = tuple(1 - 0.05 * step for step in range(8))
"""Shares of the scale with which nothing is clipped, among which the one with the smallest squared error is taken."""


class Int4Layer(nn.Module):
    """A layer whose weights are stored in 4 bits; when it is first used they are multiplied out, and computed with so.

    This makes files small, and neither memory nor time less. The weights of an output channel are divided into groups
    in their order, each with a scale, whose sign may be negative, so that the largest weight is always -8 scales.
    Scales have 8 significant bits; so the products have 11, and 16 bits hold them without a change.

    Args:
        layer: The layer that it replaces, of the kind that `nn.int8.can_be_rounded` says.
        group: Number of weights in a group.

    Source: groups with a scale each: Dettmers & Zettlemoyer 2023, arXiv:2212.09720, section 2.
    """

    packed: Tensor
    scale: Tensor
    bias: Tensor | None

    def __init__(self, layer: nn.Conv2d | nn.Linear, group: int) -> None:
        super().__init__()
        self.shape = layer.weight.shape
        self.convolution: dict[str, Any] = {}
        if isinstance(layer, nn.Conv2d):
            names = ("stride", "padding", "dilation", "groups")
            self.convolution = {name: getattr(layer, name) for name in names}
        integers, scale = rounded_groups(layer.weight.detach().float().flatten(1), group)
        self.register_buffer("packed", packed(integers))
        self.register_buffer("scale", scale)
        self.register_buffer("bias", None if layer.bias is None else layer.bias.detach().float().clone())
        self._weight: Tensor | None = None
        self.register_load_state_dict_post_hook(_forget)

    def weight(self) -> Tensor:
        """The weights as floats, of the replaced layer's shape."""
        groups = unpacked(self.packed).unflatten(1, (self.scale.shape[1], -1))
        whole = (groups * self.scale[..., None]).flatten(1)
        return whole[:, : self.shape[1:].numel()].reshape(self.shape)

    def forward(self, x: Tensor) -> Tensor:
        """What the replaced layer would give with these weights, in the number format of `x`."""
        weight = self._weight
        if torch.onnx.is_in_onnx_export():
            weight = self.weight()
        elif weight is None or weight.device != x.device or weight.dtype != x.dtype:
            # Tensors of the inference mode could not be used where gradients are asked for.
            with torch.inference_mode(mode=False), torch.no_grad():
                form = torch.channels_last if self.convolution else torch.contiguous_format
                weight = self._weight = self.weight().to(x.dtype).contiguous(memory_format=form)
        bias = None if self.bias is None else self.bias.to(x.dtype)
        return F.conv2d(x, weight, bias, **self.convolution) if self.convolution else F.linear(x, weight, bias)


def int4_layer(layer: nn.Module, group: int) -> Int4Layer:
    """A layer with weights of 4 bits in the place of one that can be rounded."""
    assert isinstance(layer, nn.Conv2d | nn.Linear)
    return Int4Layer(layer, group)


def rounded_groups(weight: Tensor, group: int) -> tuple[Tensor, Tensor]:
    """Integers and scales whose products are nearest to weights.

    Args:
        weight: Shape (O, n).
        group: Number of weights that share a scale; the last group is filled up with zeros.

    Returns:
        Integers in -8..7, shape (O, k, group), and scales, shape (O, k).
    """
    rows = F.pad(weight, (0, -weight.shape[1] % group)).unflatten(1, (-1, group))
    largest = rows.gather(2, rows.abs().argmax(2, keepdim=True))
    best = torch.zeros_like(rows)
    scale = torch.ones_like(largest)
    least = rows.square().sum(2, keepdim=True)
    for share in SHRUNK:
        tried = (largest * (share / LEAST)).bfloat16().float()
        tried = torch.where(tried == 0, 1.0, tried)
        integers = (rows / tried).round().clamp(LEAST, MOST)
        error = (integers * tried - rows).square().sum(2, keepdim=True)
        better = error < least
        best, scale, least = (
            torch.where(better, new, old) for new, old in ((integers, best), (tried, scale), (error, least))
        )
    return best, scale[..., 0]


def packed(integers: Tensor) -> Tensor:
    """Integers in -8..7, shape (O, k, g), two to a byte, uint8, shape (O, k · g / 2); g is even."""
    pairs = (integers - LEAST).to(torch.uint8).flatten(1).unflatten(1, (-1, 2))
    return pairs[..., 0] | (pairs[..., 1] << 4)


def unpacked(values: Tensor) -> Tensor:
    """What `packed` was given, as floats, shape (O, k · g)."""
    return torch.stack([values & 15, values >> 4], 2).flatten(1).float() + LEAST


def _forget(layer: nn.Module, keys: object) -> None:
    """Multiply the weights out anew, since others were loaded."""
    assert isinstance(layer, Int4Layer)
    layer._weight = None
