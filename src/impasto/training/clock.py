"""The clock of a run: how many steps fit into its time box, planned anew after every step.

With n steps made, R seconds left for steps and a mean speed of v steps a second, a run is planned to have

    h = n + R·v  steps.

v is a mean over time: all steps that were measured over all seconds that were measured. A burst of other work moves v
by its share of the measured time and no more, however slow the steps in it are; a mean of seconds per step would let
one slow lap outweigh all others. What an error of v does shrinks with R, so the run ends with its box even where the
machine becomes slower or faster for good.

The share n / h of the run that is done, which schedules of the learning rate read, never falls: h / n = 1 + R·v / n,
where R falls as time goes by, and v / n falls because its numerator grows no faster than n and its denominator grows.
"""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["CLOCKS", "Clock"]

CLOCKS: dict[str, Callable[[], float]] = {"wall": time.monotonic, "processor": time.process_time}
"""Name → seconds since some moment, which never go back."""

PRIOR_SECONDS = 30.0
"""For how long the trial steps before a run count as measured."""

PRIOR_SHARE = 0.05
"""The most that those seconds may be of a time box."""


class Clock:
    """Measures the steps of a run, and plans how many there will be.

    Attributes:
        step_seconds: Mean seconds from the end of one step to the end of the next; 0 while nothing is measured.
        measured_seconds: Seconds over which that mean was taken.
        reserve: Seconds of the box kept for the last checkpoint, samples and export.
        now: Reads the clock.
    """

    def __init__(
        self,
        box: float | None,
        steps: int | None,
        step_seconds: float = 0.0,
        *,
        started: float | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with the time that a few trial steps took.

        Args:
            box: Seconds of training in all, over all sessions of the run; None when only steps count.
            steps: Largest number of steps; None when only time counts.
            step_seconds: What a trial step took; 0 when none was made.
            started: When this session began, in seconds of `now`; the present when left out.
            now: Reads a clock in seconds that never goes back.
        """
        self.box = box
        self.steps = steps
        self.step_seconds = step_seconds
        self.measured_seconds = self._prior()
        self.reserve = 0.0
        self.now = now
        self._started = self.now() if started is None else started
        self._earlier_sessions = 0.0
        self._last_tick = self.now()
        self._planned_step = 0
        self._planned_horizon = 0

    def _prior(self) -> float:
        if self.step_seconds <= 0:
            return 0.0
        return PRIOR_SECONDS if self.box is None else min(PRIOR_SECONDS, PRIOR_SHARE * self.box)

    def elapsed(self) -> float:
        """Seconds of training in all sessions."""
        return self._earlier_sessions + self.now() - self._started

    def left(self) -> float:
        """Seconds until the steps must end; infinite without a box."""
        return float("inf") if self.box is None else self.box - self.reserve - self.elapsed()

    def skip(self) -> None:
        """Leave the time since the last step out of the mean, since it says nothing about the steps to come."""
        self._last_tick = self.now()

    def tick(self) -> None:
        """Count a step that has just ended, with all that was done since the one before it."""
        now = self.now()
        steps = self.measured_seconds / self.step_seconds if self.step_seconds > 0 else 0.0
        self.measured_seconds += now - self._last_tick
        self.step_seconds = self.measured_seconds / (steps + 1)
        self._last_tick = now

    def plan(self, step: int) -> int:
        """Steps planned in all, seen from a step that is about to begin; at least one.

        From one call to the next, `step` / horizon does not fall, unless `step` does.
        """
        if self.box is None:
            return self.steps or step
        horizon = step + max(int(step == 0), int(self.left() / max(self.step_seconds, 1e-6)))
        if 0 < self._planned_step <= step:
            # Rounding down must not make it fall either.
            horizon = min(horizon, self._planned_horizon * step // self._planned_step)
        if self.steps is not None:
            horizon = min(horizon, self.steps)
        self._planned_step = step
        self._planned_horizon = horizon
        return horizon

    def eta(self, step: int, horizon: int) -> float:
        """Seconds until the end of the run."""
        return max(0.0, (horizon - step) * self.step_seconds) + self.reserve

    def state(self) -> dict[str, float]:
        """What a checkpoint holds."""
        return {
            "elapsed": self.elapsed(),
            "step_seconds": self.step_seconds,
            "measured_seconds": self.measured_seconds,
            "reserve": self.reserve,
        }

    def load_state(self, state: dict[str, float]) -> None:
        """Go on from a checkpoint's; older ones lack `measured_seconds`, and then count as the trial steps do."""
        self._earlier_sessions = state["elapsed"]
        self.step_seconds = state["step_seconds"]
        self.measured_seconds = state.get("measured_seconds", self._prior())
        self.reserve = state["reserve"]
