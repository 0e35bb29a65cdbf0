"""The loss of pictures that a training does not learn from, beside that of as many it learns from.

Both are losses of the averaged weights, with the same noise, so that their difference is what was learned by heart. The
weights whose held-out loss is lowest are kept as the best of the run.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace

import numpy as np
import torch

from impasto.contract import Learner
from impasto.data.batches import Batches
from impasto.data.store import Split
from impasto.training.losses import Losses

__all__ = ["HeldOut", "sample_of"]

SHARE = 0.02
"""Most of a training that is spent on losses of pictures that nothing is learned from."""
FORWARD_SHARE = 1 / 3
"""What computing a loss takes of learning from it, which computes gradients too."""
CHUNK = 32
"""Most pictures computed at a time."""


def sample_of(split: Split, count: int) -> Split:
    """Some pictures of a split, always the same ones.

    Args:
        split: The pictures.
        count: How many at most.
    """
    rows = np.sort(np.random.default_rng(0).permutation(len(split))[:count])
    name = f"{split.name} ({len(rows)})"
    return replace(split, name=name, indices=split.indices[rows], labels=split.labels[rows])


class HeldOut:
    """Computes the loss of validation pictures, and of as many training pictures.

    Attributes:
        pictures: How many of each.
    """

    def __init__(self, held_out: Batches, training: Batches) -> None:
        """Take the pictures of both.

        Args:
            held_out: Batches of validation pictures.
            training: Batches of the same size and seed of training pictures.
        """
        assert (held_out.size, held_out.seed) == (training.size, training.seed), "the same noise for both"
        self._sides = (held_out, training)
        self._steps = max(1, min(len(side.split) for side in self._sides) // held_out.size)
        self.pictures = self._steps * held_out.size

    @staticmethod
    def batch_size(*splits: Split) -> int:
        """Pictures that are computed at a time."""
        return min(CHUNK, *(len(split) for split in splits))

    @property
    def cost(self) -> float:
        """Pictures that could be learned from in the time that both losses take."""
        return 2 * self.pictures * FORWARD_SHARE

    def due(self, learned: int) -> bool:
        """Whether it is worth its time by now.

        Args:
            learned: Pictures that were learned from since the last time.
        """
        return self.cost <= SHARE * learned

    def losses(self, learner: Learner, step: int, precision: AbstractContextManager[object]) -> Losses | None:
        """Both losses of a learner, which is in evaluation mode; None where it has no loss that tells how it learns.

        Args:
            learner: With averaged weights.
            step: Steps made.
            precision: Arithmetic of the training.
        """
        means = []
        with torch.inference_mode(), precision:
            for side in self._sides:
                losses = [learner.held_out_loss(side(number)[0]) for number in range(self._steps)]
                numbers = [float(loss) for loss in losses if loss is not None]
                if not numbers:
                    return None
                means.append(float(np.mean(numbers)))
        return Losses(step, *means)
