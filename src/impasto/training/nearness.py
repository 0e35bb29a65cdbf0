"""How many painted pictures lie near to a training picture, after each step of a run, and whether that is copying.

It is read from a run's journal without torch; `training.copying` computes it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from impasto.pages.numbers import counted

__all__ = ["COPYING", "Nearness", "copying_summary", "rank"]

COPYING = "copying"
"""Kind of the events of a journal that tell how many painted pictures lie near to a training picture."""
CHANCE = 0.05
"""Share of pictures held out that lie nearer to a training picture than what counts as near."""
SURPRISE = 0.001
"""A painter copies where so many near pictures come by chance no more often than this."""


@dataclass(frozen=True)
class Nearness:
    """How many painted pictures lie near to a training picture, after a step.

    Attributes:
        step: Steps made.
        near: Painted pictures nearer to a training picture than 95 % of those held out.
        painted: All painted pictures.
        held_out: Pictures held out.
    """

    step: int
    near: int
    painted: int
    held_out: int

    @classmethod
    def of_events(cls, events: Sequence[Mapping[str, Any]]) -> list[Self]:
        """Those of a run's journal, oldest first."""
        names = ("step", "near", "painted", "held_out")
        return [cls(*(event[name] for name in names)) for event in events if event["kind"] == COPYING]

    @property
    def values(self) -> dict[str, Any]:
        """What an event of the journal holds, but for the step."""
        numbers = {"near": self.near, "painted": self.painted, "held_out": self.held_out}
        return {"logs": {"share near a training picture": self.share}, **numbers}

    @property
    def share(self) -> float:
        """Share of the painted pictures that are near, in [0, 1]."""
        return self.near / self.painted

    @property
    def expected(self) -> float:
        """Share that would be near by chance, in [0, 1]."""
        return rank(self.held_out) / (self.held_out + 1)

    @property
    def probability(self) -> float:
        """Probability that as many or more are near where painted pictures are to training pictures as held-out ones.

        Then all orders of both are alike likely, and as many are near where among the nearest of all there are fewer
        than `rank` held out.

        Source: the precedence test, Nelson 1963, Tables for a Precedence Life Test.
        """
        first = self.near + rank(self.held_out) - 1
        orders = [
            math.comb(self.held_out, others) * math.comb(self.painted, first - others)
            for others in range(rank(self.held_out))
        ]
        return sum(orders) / math.comb(self.painted + self.held_out, first)

    @property
    def copies(self) -> bool:
        """Whether so many are near that the painter copies."""
        return self.probability < SURPRISE

    @property
    def sentence(self) -> str:
        """The numbers in words."""
        chance = max(1, round(self.expected * self.painted))
        verb = "lies" if self.near == 1 else "lie"
        return (
            f"{self.near} of {counted(self.painted, 'picture')} painted after {counted(self.step, 'step')} {verb} "
            f"nearer to a training picture than 95 % of the pictures held out; by chance {chance} would."
        )

    @property
    def warning(self) -> str:
        """What is said where the painter begins to copy."""
        return f"The painter copies: {self.sentence}"


def rank(held_out: int) -> int:
    """Which picture held out, counted from the nearest to a training picture, a near one must come before."""
    return int(CHANCE * (held_out + 1))


def copying_summary(nearnesses: Sequence[Nearness]) -> str:
    """What the painted pictures of a run say, in a sentence or two; '' where none were compared.

    Args:
        nearnesses: Oldest first.
    """
    if not nearnesses:
        return ""
    last = nearnesses[-1]
    if not last.copies:
        return f"{last.sentence} That is no sign of copying."
    first = next(each for each in nearnesses if each.copies)
    if first.step == last.step:
        return f"It copies: {last.sentence}"
    return f"It copies: {last.sentence} This began by step {first.step:,}, with {first.near} of {first.painted}."
