"""Shares of a run at which something is done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

__all__ = ["Milestones"]


class Milestones:
    """Shares of a run at which something is done; the plan of a run, and so its steps, may change while it lasts."""

    def __init__(self, shares: Iterable[float]) -> None:
        """Set the milestones.

        Args:
            shares: In (0, 1]; with none, none is ever reached.
        """
        self.shares = sorted(shares)
        self.passed = 0

    @classmethod
    def evenly(cls, count: int) -> Self:
        """So many milestones, spread evenly; the last one is the end of the run."""
        return cls((number + 1) / count for number in range(count))

    def start(self, share: float) -> None:
        """Begin at a share of the run, in [0, 1]; milestones up to there count as passed."""
        self.passed = self._up_to(share)

    def reached(self, share: float) -> bool:
        """Whether a milestone lies between the last call and this one, at a share of the run, in [0, 1]."""
        passed = self._up_to(share)
        if passed <= self.passed:
            return False
        self.passed = passed
        return True

    def _up_to(self, share: float) -> int:
        return sum(milestone <= share for milestone in self.shares)
