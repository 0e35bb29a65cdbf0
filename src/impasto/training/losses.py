"""The loss of pictures that a training does not learn from, beside that of as many it learns from, after each step.

It is read from a run's journal without torch; `training.held_out` computes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from impasto.pages.numbers import counted

__all__ = ["HELD_OUT", "Losses", "summary"]

HELD_OUT = "held_out"
"""Kind of the events of a journal that hold both losses."""
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
