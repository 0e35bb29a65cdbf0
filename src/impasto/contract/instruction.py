"""What a learner is trained by in the place of its own turns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from impasto.contract.turns import Batch, Turn

if TYPE_CHECKING:
    from impasto.contract.learner import Learner

__all__ = ["Instruction", "parts_to_learn"]


def parts_to_learn(learner: Learner) -> frozenset[str]:
    """Parts of a `Condition` that training takes from the store: the learner's, and those of its instruction."""
    return learner.learns_from | (learner.instruction.reads if learner.instruction else frozenset())


class Instruction(Protocol):
    """Gives the turns of a learner, such as those by which it learns from a teacher.

    It is no part of the learner: copies of the learner share it, and neither checkpoints nor exports hold it.
    """

    @property
    def unread(self) -> frozenset[str]:
        """What the turns do not read of a batch, so that it need not be encoded: 'pictures' or 'words'."""
        ...

    @property
    def reads(self) -> frozenset[str]:
        """Parts of a `Condition` that the turns read beyond those that the learner does, such as 'given:other'."""
        ...

    def turns(self, learner: Learner, batch: Batch, step: int) -> Iterator[Turn]:
        """The optimizer steps of one training step, under the rules of `Learner.turns`.

        Args:
            learner: The one that learns.
            batch: Batch of this process and micro-batch.
            step: Number of the step, from 0.
        """
        ...
