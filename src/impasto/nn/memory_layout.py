"""The layout of weights in memory with which convolutions run fastest."""

from __future__ import annotations

import torch
from torch import nn

__all__ = ["channels_last"]

LAYOUTS = {4: torch.channels_last, 5: torch.channels_last_3d}


def channels_last(module: nn.Module) -> None:
    """Lay the weights of convolutions over pictures and over clips out channels last, in place.

    `Module.to(memory_format=…)` takes one layout for all, and fails where a module has both kinds.
    """
    for tensor in (*module.parameters(), *module.buffers()):
        layout = LAYOUTS.get(tensor.dim())
        if layout is not None:
            # `contiguous` would leave kernels of one pixel as they are, whose strides choose another algorithm.
            tensor.data = tensor.data.to(memory_format=layout)
