"""Convolutions and linear layers in 8-bit integers, with the kernels that oneDNN has for processors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["Int8Conv2d", "Int8Layer", "Int8Linear", "can_be_rounded", "int8_layer", "integer_kernels"]

LARGEST = 127
"""Weights are rounded to integers from -127 to 127, one scale for each output channel."""
LEVELS = 255
"""Activations are rounded to integers from 0 to 255."""


def integer_kernels(device: torch.device) -> bool:
    """Whether layers compute in integers there; elsewhere they compute with the same rounded weights as floats."""
    return device.type == "cpu" and torch.backends.mkldnn.is_available() and hasattr(torch.ops.onednn, "qconv_prepack")


class Int8Layer(nn.Module):
    """A layer whose weights are stored in 8 bits and whose inputs are rounded to 8 bits.

    What an input of 0 is rounded to and the size of a step are fixed by `calibrate`; before it, or with `inputs` of no
    range, inputs are not rounded and the weights are multiplied out, which saves memory and no time.

    Args:
        weight: Weights of the layer that it replaces, output channels first.
        bias: Its bias, or None.

    Source: Jacob et al. 2018, arXiv:1712.05877, section 2.1; a scale for each channel: Krishnamoorthi 2018,
    arXiv:1806.08342, section 2.
    """

    weight: Tensor
    scale: Tensor
    bias: Tensor | None
    step: Tensor
    zero: Tensor

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        weight = weight.detach().float()
        flat = weight.flatten(1).abs().amax(dim=1).clamp(min=1e-12) / LARGEST
        shape = (-1, *[1] * (weight.ndim - 1))
        rounded = (weight / flat.view(shape)).round().clamp(-LARGEST, LARGEST).to(torch.int8)
        self.register_buffer("weight", rounded)
        self.register_buffer("scale", flat)
        self.register_buffer("bias", None if bias is None else bias.detach().float().clone())
        self.register_buffer("step", torch.zeros(()))
        self.register_buffer("zero", torch.zeros((), dtype=torch.int32))
        self._packed: tuple[Any, ...] | None = None
        self.register_load_state_dict_post_hook(_forget)

    def calibrate(self, least: float, most: float) -> None:
        """Fix the range of inputs that can be told apart; what lies outside is taken for its end.

        Args:
            least: Lower end; the range is extended to hold 0.
            most: Upper end.
        """
        least = min(least, 0.0)
        step = max(max(most, 0.0) - least, 1e-12) / LEVELS
        self.step.fill_(step)
        self.zero.fill_(round(-least / step))
        self._packed = None

    def forward(self, x: Tensor) -> Tensor:
        """What the replaced layer would give, in the number format of `x`."""
        if x.requires_grad and torch.is_grad_enabled():
            return self._plain(x)  # Rounding has no gradient.
        if self._packed is None:
            self._packed = (float(self.step), int(self.zero), None)
        step, zero, packed = self._packed
        # In the layout of the kernels, weights lie in memory twice; layers whose inputs have no range need it not.
        if packed is None and step and integer_kernels(x.device):
            packed = self._pack()
            self._packed = (step, zero, packed)
        if step == 0:
            return self._plain(x)
        if packed is None or not integer_kernels(x.device):
            return self._as_floats(x)
        rounded = x.mul(1 / step).add_(zero + 0.5).clamp_(0, LEVELS).to(torch.uint8)
        return self._compute(rounded, step, zero, packed, x.dtype)

    def float_weight(self) -> Tensor:
        """The weights as floats, of the replaced layer's shape."""
        return self.weight * self.scale.view(-1, *[1] * (self.weight.ndim - 1))

    def _as_floats(self, x: Tensor) -> Tensor:
        """The output for inputs rounded as the integer kernels would have them, computed in floats."""
        if self.step > 0:
            steps = (x / self.step + self.zero).round().clamp(0, LEVELS)
            x = ((steps - self.zero) * self.step).to(x.dtype)
        return self._plain(x)

    def _plain(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def _pack(self) -> Tensor:
        raise NotImplementedError

    def _compute(self, x: Tensor, step: float, zero: int, packed: Tensor, dtype: torch.dtype) -> Tensor:
        raise NotImplementedError

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Move to a device; scale, bias and step stay in 32 bits whatever a network is brought to."""
        before = dict(self._buffers)
        super()._apply(fn, recurse)
        for name, buffer in before.items():
            moved = self._buffers[name]
            if buffer is not None and moved is not None and moved.dtype != buffer.dtype:
                self._buffers[name] = buffer.to(moved.device)
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """A copy without the packed weights, which cannot be copied."""
        twin = type(self).__new__(type(self))
        memo[id(self)] = twin
        nn.Module.__init__(twin)
        for name, value in self.__dict__.items():
            if name not in ("_buffers", "_packed", "_load_state_dict_post_hooks"):
                twin.__dict__[name] = value
        for name, buffer in self._buffers.items():
            twin.register_buffer(name, None if buffer is None else buffer.clone())
        twin._packed = None
        twin.register_load_state_dict_post_hook(_forget)
        return twin


class Int8Conv2d(Int8Layer):
    """A convolution in 8 bits.

    Args:
        layer: The convolution that it replaces, padded with zeros.
    """

    def __init__(self, layer: nn.Conv2d) -> None:
        super().__init__(layer.weight, layer.bias)
        self.stride = [*layer.stride]
        assert not isinstance(layer.padding, str), "such a convolution cannot be rounded"
        self.padding = [*layer.padding]
        self.dilation = [*layer.dilation]
        self.groups = layer.groups

    def _plain(self, x: Tensor) -> Tensor:
        places = (self.stride, self.padding, self.dilation)
        bias = None if self.bias is None else self.bias.to(x.dtype)
        return F.conv2d(x, self.float_weight().to(x.dtype), bias, *places, self.groups)

    def _pack(self) -> Tensor:
        places = (self.stride, self.padding, self.dilation)
        return torch.ops.onednn.qconv_prepack(
            self.weight.contiguous(), self.scale, float(self.step), int(self.zero), *places, self.groups, None
        )

    def _compute(self, x: Tensor, step: float, zero: int, packed: Tensor, dtype: torch.dtype) -> Tensor:
        zeros = torch.zeros_like(self.scale, dtype=torch.int32)
        places = (self.stride, self.padding, self.dilation, self.groups)
        return torch.ops.onednn.qconv2d_pointwise(
            x, step, zero, packed, self.scale, zeros, self.bias, *places, 1.0, 0, dtype, "none", [], ""
        )


class Int8Linear(Int8Layer):
    """A linear layer in 8 bits.

    Args:
        layer: The layer that it replaces.
    """

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__(layer.weight, layer.bias)

    def _plain(self, x: Tensor) -> Tensor:
        return F.linear(x, self.float_weight().to(x.dtype), None if self.bias is None else self.bias.to(x.dtype))

    def _pack(self) -> Tensor:
        return torch.ops.onednn.qlinear_prepack(self.weight.contiguous(), None)

    def _compute(self, x: Tensor, step: float, zero: int, packed: Tensor, dtype: torch.dtype) -> Tensor:
        zeros = torch.zeros_like(self.scale, dtype=torch.int32)
        return torch.ops.onednn.qlinear_pointwise(
            x, step, zero, packed, self.scale, zeros, self.bias, 1.0, 0, dtype, "none", [], ""
        )


def can_be_rounded(layer: nn.Module) -> bool:
    """Whether there is a layer of 8 bits that does the work of another one.

    Subclasses of convolutions compute something else, and are left alone.
    """
    if type(layer) is nn.Conv2d:
        return layer.padding_mode == "zeros" and not isinstance(layer.padding, str)
    return type(layer) is nn.Linear


def int8_layer(layer: nn.Module) -> Int8Layer:
    """A layer in 8 bits in the place of one that can be rounded, with its weights."""
    if isinstance(layer, nn.Conv2d):
        return Int8Conv2d(layer)
    assert isinstance(layer, nn.Linear)
    return Int8Linear(layer)


def _forget(layer: nn.Module, keys: object) -> None:
    """Pack the weights anew, since others were loaded."""
    assert isinstance(layer, Int8Layer)
    layer._packed = None
