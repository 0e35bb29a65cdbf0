"""Watches that the numbers stay finite: skip a move, then roll back, then stop with the reason."""

from __future__ import annotations

from enum import Enum

from impasto.errors import Diverged

__all__ = ["Verdict", "Watchdog"]


class Verdict(Enum):
    """What the loop is to do after a step."""

    GO_ON = "go on"
    ROLL_BACK = "roll back"


class Watchdog:
    """Counts steps whose gradients or running statistics were not finite."""

    def __init__(self, patience: int = 5, rollbacks: int = 3) -> None:
        """Set how much is borne.

        Args:
            patience: Steps in a row that may skip a move before the run is rolled back.
            rollbacks: How often the run may be rolled back before it is stopped.
        """
        self.patience, self.rollbacks = patience, rollbacks
        self.skips = self.rolled = 0

    def judge(self, step: int, skipped: list[str], finite: bool) -> Verdict:
        """Judge a step.

        Args:
            step: Its number.
            skipped: Players whose gradient was not finite.
            finite: Whether all running statistics are finite.

        Raises:
            Diverged: When rolling back has not helped.
        """
        self.skips = self.skips + 1 if skipped else 0
        if finite and self.skips < self.patience:
            return Verdict.GO_ON
        who = f"the gradient of {' and '.join(sorted(set(skipped)))}" if skipped else "a running statistic"
        if self.rolled >= self.rollbacks:
            raise Diverged(
                f"Training stopped at step {step}: {who} was not finite {self.skips or 1} steps in a row, "
                f"and {self.rolled} returns to an earlier checkpoint did not help. "
                "Lower the learning rate, or train with --set precision=fp32. The last checkpoint is whole."
            )
        self.skips = 0
        self.rolled += 1
        return Verdict.ROLL_BACK
