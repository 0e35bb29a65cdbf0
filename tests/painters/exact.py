"""Training in float64 with plain gradient descent, where other roundings show as little as they can.

In float32, and with Adam, which divides tiny gradients by their size, batches that are cut in another way move the
weights visibly otherwise, though no formula differs; a wrong formula could hide behind that.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import torch
from torch import Tensor, nn

from impasto.contract import Player
from impasto.data import batches, store
from impasto.images.pictures import Pixels, to_float
from impasto.training import moves
from impasto.training.sharding import group_by_sharding

__all__ = ["exact_arithmetic"]


def gradient_descent(player: Player, parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
    """What replaces the optimizer of a player."""
    return torch.optim.SGD([{"params": group} for group in group_by_sharding(parameters)], lr=player.lr)


def to_double(pixels: Pixels | Tensor) -> Tensor:
    """What replaces `to_float`."""
    return to_float(pixels).double()


@contextmanager
def exact_arithmetic() -> Iterator[None]:
    """For the block, what is built, drawn and read from a store is float64, and players move by gradient descent."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with (
            # Painters call `float` where half precision would not do.
            patch.object(torch.Tensor, "float", torch.Tensor.double),
            patch.object(batches, "to_float", to_double),
            patch.object(store, "to_float", to_double),
            patch.object(moves, "adamw", gradient_descent),
        ):
            yield
    finally:
        torch.set_default_dtype(before)
