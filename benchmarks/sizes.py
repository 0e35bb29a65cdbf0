"""Parameters and multiply-adds of a network, and the peer's settings that come nearest to ours."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

__all__ = ["Size", "nearest", "size"]

Size = tuple[int, int]
"""Parameters, and floating-point operations of one picture's way through."""


def size(net: nn.Module, work: Callable[[], Any]) -> Size:
    """Size of a network, counted while it does `work` on one picture."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        work()
    return sum(p.numel() for p in net.parameters()), counter.get_total_flops()


def nearest(target: Size, candidates: Iterable[dict[str, Any]], measure: Callable[..., Size]) -> dict[str, Any]:
    """The candidate whose parameters and operations together are nearest to the target's, by ratio.

    Args:
        target: What to come near to.
        candidates: Settings to choose from.
        measure: Size of the network of some settings; may be that of one on the meta device.
    """

    def far(settings: dict[str, Any]) -> float:
        return sum(abs(math.log(a / b)) for a, b in zip(measure(**settings), target, strict=True))

    return min(candidates, key=far)
