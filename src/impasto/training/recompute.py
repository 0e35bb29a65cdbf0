"""Memory saved by time: blocks that compute their features again on the way back instead of keeping them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from torch import nn
from torch.utils.checkpoint import checkpoint

from impasto.contract import Learner
from impasto.nn.residual import ResidualBlock
from impasto.nn.transformer import Block

__all__ = ["blocks", "recompute"]

BLOCKS = (Block, ResidualBlock)


def blocks(painter: Learner) -> Iterator[nn.Module]:
    """The blocks of a painter's networks, but for networks whose slope is itself differentiated."""
    for name, net in painter.named_children():
        if name not in painter.double_backward:
            yield from (module for module in net.modules() if isinstance(module, BLOCKS))


def recompute(painter: Learner) -> None:
    """Let the blocks of a painter's networks keep only what comes in, as long as gradients are wanted.

    Networks whose slope is itself differentiated keep everything. Gradients stay the same.

    Source: Chen et al. 2016, Training deep nets with sublinear memory cost.
    """
    for block in blocks(painter):
        _wrap(block)


def _wrap(block: nn.Module) -> None:
    # No block draws random numbers, so their state need not be put back.
    block.forward = partial(checkpoint, block.forward, use_reentrant=False, preserve_rng_state=False)
