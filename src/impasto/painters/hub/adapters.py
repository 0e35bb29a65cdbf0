"""Low-rank adapters of a frozen network, and a base that they are applied to while it computes.

Source: Hu et al. 2022, LoRA: low-rank adaptation of large language models, section 4.1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import torch
from torch import Tensor, nn

from impasto.nn.int8 import Int8Conv2d, Int8Layer

__all__ = ["Adapter", "AdapterSet", "Adapters", "Switchboard"]

ADAPTED = (nn.Linear, nn.Conv2d, Int8Layer)
"""Layers that adapters are for."""


class Adapter(nn.Module):
    """What is added to the output of a linear layer or a convolution: a product of two small matrices with its input.

    Attributes:
        down: Shape (rank, in), or (rank, in, kernel, kernel).
        up: Shape (out, rank), or (out, rank, 1, 1).
        scale: Factor on the product.
    """

    def __init__(self, down: Tensor, up: Tensor, scale: float = 1.0) -> None:
        super().__init__()
        self.down = nn.Parameter(down)
        self.up = nn.Parameter(up)
        self.scale = scale

    @classmethod
    def fresh(cls, layer: nn.Module, rank: int, alpha: float) -> Adapter:
        """An adapter that changes nothing yet.

        Args:
            layer: The linear layer or convolution that it is for.
            rank: Rows of `down`.
            alpha: The scale is alpha / rank.
        """
        weight: Tensor = layer.weight  # type: ignore[assignment]
        tail = [1] * (weight.ndim - 2)
        down = torch.randn(rank, *weight.shape[1:]) / rank
        return cls(down, torch.zeros(weight.shape[0], rank, *tail), alpha / rank)

    def fits(self, layer: nn.Module) -> bool:
        """Whether both matrices have the shape that a layer needs."""
        weight = getattr(layer, "weight", None)
        if not isinstance(layer, ADAPTED) or not isinstance(weight, Tensor):
            return False
        shapes = self.down.shape[1:] == weight.shape[1:] and self.up.shape[0] == weight.shape[0]
        return shapes and self.up.shape[1] == self.down.shape[0] and self.up.ndim == weight.ndim

    def delta(self, layer: nn.Module, x: Tensor) -> Tensor:
        """What is added to a layer's output for its input x."""
        down = self.down.to(x.device)
        up = self.up.to(x.device)
        # The base may compute in fewer bits than the adapters are learned in.
        x = x.to(torch.promote_types(x.dtype, down.dtype)) if not torch.is_autocast_enabled(x.device.type) else x
        if isinstance(layer, nn.Conv2d | Int8Conv2d):
            inner = nn.functional.conv2d(x, down, None, layer.stride, layer.padding, layer.dilation)
            return _times(self.scale, nn.functional.conv2d(inner, up))
        return _times(self.scale, nn.functional.linear(nn.functional.linear(x, down), up))


def _times(factor: float, values: Tensor) -> Tensor:
    """Values times a factor; those of training are 1, for which nothing is computed or kept for the gradient."""
    return values if factor == 1 else factor * values


class Adapters(nn.Module):
    """Adapters by the full name of their layer, such as 'unet.mid_block.….to_q'."""

    def __init__(self, adapters: Mapping[str, Adapter]) -> None:
        super().__init__()
        # Names of submodules have no dots.
        self.each = nn.ModuleDict({name.replace(".", ":"): adapter for name, adapter in adapters.items()})

    def by_layer(self) -> dict[str, Adapter]:
        """Name of each layer → its adapter."""
        return {name.replace(":", "."): adapter for name, adapter in self.each.items()}  # type: ignore[misc]


AdapterSet = tuple[Mapping[str, Adapter], float]
"""Adapters by layer, and the strength of all of them."""


class Switchboard:
    """Applies adapters to the layers of frozen networks as long as they are switched on.

    The networks themselves are never changed. What is on stays on until something else is switched on, because networks
    that compute their features again for the gradients need the same adapters then.
    """

    def __init__(self, parts: Mapping[str, nn.Module]) -> None:
        """Know the layers of the parts of a base, by name."""
        self.layers: dict[str, nn.Module] = {}
        self._active: Sequence[AdapterSet] = ()
        for part, network in parts.items():
            self.know(part, network)

    def know(self, part: str, network: nn.Module) -> None:
        """Take the layers of a part from this network from now on."""
        self.layers |= {
            f"{part}.{name}": layer for name, layer in network.named_modules() if isinstance(layer, ADAPTED)
        }

    def switch(self, sets: Sequence[AdapterSet]) -> None:
        """Apply these adapters from now on, and no others."""
        self._active = [(adapters, strength) for adapters, strength in sets if strength and adapters]
        for name in {name for adapters, _ in self._active for name in adapters}:
            layer = self.layers[name]
            if not any(isinstance(hook, _Addition) for hook in layer._forward_hooks.values()):
                layer.register_forward_hook(_Addition(self, name))

    def output(self, name: str, layer: nn.Module, x: Tensor, output: Tensor) -> Tensor:
        """The output of a layer for x, with what the active adapters of that name add to it."""
        deltas = [
            _times(strength, adapters[name].delta(layer, x)) for adapters, strength in self._active if name in adapters
        ]
        return (output + sum(deltas)).to(output.dtype) if deltas else output


class _Addition:
    """The hook of a layer by its name; a copy of the layer keeps it."""

    def __init__(self, switchboard: Switchboard, name: str) -> None:
        self.switchboard = switchboard
        self.name = name

    def __call__(self, layer: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        return self.switchboard.output(self.name, layer, inputs[0], output)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self
