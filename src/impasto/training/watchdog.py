"""What happens when numbers are not finite: a move is skipped, then the run is rolled back, then stopped."""

from __future__ import annotations

from enum import Enum

from impasto.errors import Diverged
from impasto.spelling import setting

__all__ = ["Verdict", "Watchdog"]


class Verdict(Enum):
    """What the training loop must do after a step."""

    GO_ON = "go on"
    ROLL_BACK = "roll back"


class Watchdog:
    """Counts steps whose gradients or running statistics were not finite."""

    def __init__(self, patience: int = 5, rollbacks: int = 3) -> None:
        """Set how much is tolerated.

        Args:
            patience: Consecutive steps with a skipped move after which the run is rolled back.
            rollbacks: How often the run may be rolled back before it is stopped.
        """
        self.patience = patience
        self.rollbacks = rollbacks
        self.consecutive_skips = 0
        self.rollback_count = 0

    def judge(self, step: int, skipped: list[str], finite: bool) -> Verdict:
        """Decide what to do after a step.

        Args:
            step: Number of the step.
            skipped: Players whose gradient was not finite.
            finite: Whether all running statistics are finite.

        Raises:
            Diverged: When the run would have to be rolled back once more than allowed.
        """
        self.consecutive_skips = self.consecutive_skips + 1 if skipped else 0
        if finite and self.consecutive_skips < self.patience:
            return Verdict.GO_ON
        cause = f"the gradient of {' and '.join(sorted(set(skipped)))}" if skipped else "a running statistic"
        if self.rollback_count >= self.rollbacks:
            raise Diverged(
                f"Training stopped at step {step}: {cause} was not finite {self.consecutive_skips or 1} steps in a "
                f"row, and {self.rollback_count} returns to an earlier checkpoint did not help. "
                f"Lower the learning rate, or train with {setting('precision', 'fp32')}. The last checkpoint is whole."
            )
        self.consecutive_skips = 0
        self.rollback_count += 1
        return Verdict.ROLL_BACK
