"""Floating-point operations of training, counted over a few steps of the training loop's own moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from impasto.contract import Learner, parts_to_learn
from impasto.data.batches import Batches
from impasto.data.store import Split
from impasto.pretrained import rebuild
from impasto.training.moves import Moves
from impasto.training.processes import Processes

__all__ = ["flops_per_picture"]

BATCH = 16
COUNTED_STEPS = 16
"""Number of steps whose operations are counted, since some turns come only every few steps."""


def flops_per_picture(description: Mapping[str, Any], split: Split) -> float:
    """Floating-point operations of a training step for each picture, including backward passes.

    Args:
        description: Description of the learner, as `Learner.describe` gives it; its weights do not matter.
        split: Pictures to train on; they stand for those of a second store too, where there is one.
    """
    learner = rebuild(description)
    assert isinstance(learner, Learner)
    size = min(BATCH, len(split))
    batches = Batches(split, size, seed=0, parts=parts_to_learn(learner))
    moves = Moves(learner, Processes("cpu"))
    # Torch has no formula for attention that is fused on a processor; as plain products it is counted.
    with _Operations() as operations, sdpa_kernel(SDPBackend.MATH):
        for step in range(COUNTED_STEPS):
            parts = batches(step)
            if learner.reads_second_store:
                parts = [replace(part, second=part) for part in parts]
            moves.step(parts, step, COUNTED_STEPS)
    return operations.total / (COUNTED_STEPS * size)


class _Operations(TorchDispatchMode):
    """Counts by torch's formulas; torch's own counter also watches modules, and fails at a gradient of a gradient."""

    total = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        if formula := flop_registry.get(func.overloadpacket):
            self.total += formula(*args, **kwargs, out_val=result)
        return result
