"""Plans: which precision is faster here, and how many steps fit into the time given."""

from __future__ import annotations

import copy
import os
import statistics
import time
from dataclasses import dataclass

import torch

from impasto.contract import Batch, Painter
from impasto.training.moves import Moves
from impasto.training.processes import Processes

__all__ = ["Clock", "dtype_of", "oversubscription", "probe"]

PROBE_SECONDS = 5.0
"""Seconds of trying a precision after which no further step is tried."""


def probe(painter: Painter, batches: list[Batch], processes: Processes, precision: str) -> tuple[str, float]:
    """Time a few real steps of a copy of the painter and choose the faster precision.

    Args:
        painter: Left as it is.
        batches: Micro-batches of one step.
        processes: Those that train together; all choose alike.
        precision: 'fp32' or 'bf16' to time only that one, 'auto' to choose.

    Returns:
        The precision and the median seconds of a step in it.
    """
    choices = ("fp32", "bf16") if precision == "auto" else (precision,)
    # Moves are made on a copy, so that the run itself starts from untouched weights.
    seconds = {choice: _step_seconds(copy.deepcopy(painter), batches, processes, choice) for choice in choices}
    slowest = dict(zip(seconds, processes.largest(*seconds.values()), strict=True))
    best = min(slowest, key=lambda choice: slowest[choice])
    return best, slowest[best]


def _step_seconds(painter: Painter, batches: list[Batch], processes: Processes, precision: str) -> float:
    moves = Moves(painter, processes, dtype_of(precision))
    taken: list[float] = []
    while len(taken) < 5 and processes.largest(sum(taken))[0] < PROBE_SECONDS:
        start = time.perf_counter()
        moves.step(batches, len(taken), 1000)
        taken.append(time.perf_counter() - start)
    # The first steps are slower, since memory is taken and kernels are chosen.
    return statistics.median(taken[min(2, len(taken) - 1) :])


def dtype_of(precision: str) -> torch.dtype | None:
    """The autocast type of a precision's name; None for fp32."""
    return {"fp32": None, "bf16": torch.bfloat16}[precision]


def oversubscription() -> str | None:
    """A warning when other work already fills the machine's cores, else None."""
    cores, threads = os.cpu_count() or 1, torch.get_num_threads()
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if busy + threads > 1.5 * cores:
        return (
            f"{busy:.1f} threads run here already and this training takes {threads} more on {cores} cores: waiting for "
            "one another makes all of them much slower. Set OMP_NUM_THREADS so that the sum is the number of cores."
        )
    return None


@dataclass
class Clock:
    """The time box of a run and the steps planned in it.

    The horizon is planned again along the way from the step time measured so far, so that the run
    and its learning-rate schedules end with the box though the machine's speed wanders.

    Attributes:
        box: Seconds in all, over all sessions of the run; None when only steps count.
        steps: Largest number of steps; None when only time counts.
        spent: Seconds that earlier sessions of the run took.
        step_seconds: Running estimate of a step's time, with all that is done between steps.
        reserve: Seconds kept for the last checkpoint, samples and export.
    """

    box: float | None
    steps: int | None
    spent: float
    step_seconds: float
    reserve: float
    started: float

    def elapsed(self) -> float:
        """Seconds of training in all sessions."""
        return self.spent + time.monotonic() - self.started

    def left(self) -> float:
        """Seconds until the steps must end; infinite without a box."""
        return float("inf") if self.box is None else self.box - self.reserve - self.elapsed()

    def learn(self, seconds: float) -> None:
        """Take the mean time of the latest steps into the estimate."""
        self.step_seconds = 0.5 * self.step_seconds + 0.5 * seconds

    def horizon(self, step: int) -> int:
        """Steps planned in all, seen from a step that is about to begin; at least one."""
        if self.box is None:
            return self.steps or step
        fits = step + max(int(step == 0), int(self.left() / max(self.step_seconds, 1e-6)))
        return fits if self.steps is None else min(fits, self.steps)

    def eta(self, step: int, horizon: int) -> float:
        """Seconds until the end of the run."""
        return max(0.0, (horizon - step) * self.step_seconds) + self.reserve
