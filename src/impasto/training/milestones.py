"""Points spread evenly over a run, at which something is done."""

from __future__ import annotations

__all__ = ["Milestones"]


class Milestones:
    """Points spread evenly over a run; the last one is its end.

    The plan of a run may change while it lasts, so the points are shares of it and not steps.
    """

    def __init__(self, count: int) -> None:
        """Spread some points.

        Args:
            count: How many; with 0 none is ever reached.
        """
        self.count = count
        self.passed = 0

    def start(self, share: float) -> None:
        """Begin at a share of the run, in [0, 1]; points up to there count as passed."""
        self.passed = int(share * self.count)

    def reached(self, share: float) -> bool:
        """Whether a point lies between the last call and this one, at a share of the run, in [0, 1]."""
        passed = int(share * self.count)
        if passed <= self.passed:
            return False
        self.passed = passed
        return True
