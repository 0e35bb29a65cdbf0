"""The loss of pictures that a training does not learn from, beside that of as many it learns from.

Both are losses of the averaged weights, with the same noise, so that their difference is what was learned by heart. The
weights whose held-out loss is lowest are kept as the best of the run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import torch

from impasto.contract import Learner
from impasto.data.batches import Batches
from impasto.data.store import Split
from impasto.pages.numbers import counted

__all__ = ["HELD_OUT", "HeldOut", "Losses", "summary", "validation_sample"]

HELD_OUT = "held_out"
"""Kind of the events of a journal that hold both losses."""
SHARE = 0.02
"""Most of a training that is spent on losses of pictures that nothing is learned from."""
FORWARD_SHARE = 1 / 3
"""What computing a loss takes of learning from it, which computes gradients too."""
CHUNK = 32
"""Most pictures computed at a time."""
RISES = 3
"""After so many losses above the lowest one a training is said to overfit, if that of its training pictures fell."""


@dataclass(frozen=True)
class Losses:
    """Both losses after a step.

    Attributes:
        step: Steps made.
        held_out: Mean loss of validation pictures.
        training: Mean loss of as many training pictures.
    """

    step: int
    held_out: float
    training: float

    @classmethod
    def of_events(cls, events: Sequence[Mapping[str, Any]]) -> list[Self]:
        """Those of a run's journal, oldest first."""
        logs = [(event["step"], event["logs"]) for event in events if event["kind"] == HELD_OUT]
        return [cls(step, values["held-out loss"], values["training loss"]) for step, values in logs]

    @property
    def logs(self) -> dict[str, float]:
        """The losses by name."""
        return {"held-out loss": self.held_out, "training loss": self.training}


def validation_sample(split: Split, count: int) -> Split:
    """Some pictures of a split, always the same ones.

    Args:
        split: The validation split.
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


def summary(losses: Sequence[Losses]) -> str:
    """What the losses of a run say, in a sentence or two; '' where there are none.

    Args:
        losses: Oldest first.
    """
    if not losses:
        return ""
    last = losses[-1]
    best = min(losses, key=lambda each: each.held_out)
    since = [each for each in losses if each.step > best.step]
    if len(since) >= RISES and last.training < best.training:
        return (
            f"It overfits: since step {best.step:,} the loss of pictures held out rose from {best.held_out:.4g} to "
            f"{last.held_out:.4g}, while that of training pictures fell from {best.training:.4g} to "
            f"{last.training:.4g}. The weights of step {best.step:,} are kept as the best."
        )
    where = "now" if best.step == last.step else f"after {counted(best.step, 'step')} ({best.held_out:.4g})"
    return (
        f"The loss of pictures held out is {last.held_out:.4g}, that of training pictures {last.training:.4g}; the "
        f"former was lowest {where}."
    )
