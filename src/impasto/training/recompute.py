"""Activation checkpointing: blocks compute their features again in the backward pass instead of keeping them.

Source: Chen et al. 2016, Training deep nets with sublinear memory cost.
"""

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
    """All residual and transformer blocks of a painter's networks, but for networks in `double_backward`."""
    for name, net in painter.named_children():
        if name not in painter.double_backward:
            yield from (module for module in net.modules() if isinstance(module, BLOCKS))


def recompute(painter: Learner) -> None:
    """Let the blocks of a painter's networks store their inputs alone for the backward pass. Gradients stay the same.

    Networks in `double_backward`, whose gradient is itself differentiated, go on storing all features.
    """
    for block in blocks(painter):
        _checkpoint(block)


def _checkpoint(block: nn.Module) -> None:
    # No block draws random numbers, so the generator's state need not be restored for the second forward pass.
    block.forward = partial(checkpoint, block.forward, use_reentrant=False, preserve_rng_state=False)
