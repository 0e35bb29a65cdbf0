"""Choosing the precision of a training by timing a few of its steps."""

from __future__ import annotations

import copy
import statistics
import time
from collections.abc import Callable

import torch

from impasto.contract import Batch, Learner
from impasto.training.moves import Moves
from impasto.training.processes import Processes

__all__ = ["choose_precision", "dtype_of"]

TRIAL_STEPS = 5
"""Most steps timed in each precision."""

TRIAL_SECONDS = 5.0
"""Seconds of trying a precision after which no further step is timed."""


def choose_precision(
    painter: Learner,
    batches: list[Batch],
    processes: Processes,
    precision: str,
    *,
    now: Callable[[], float] = time.perf_counter,
) -> tuple[str, float]:
    """Time a few steps of a copy of the painter, and choose the faster precision.

    Args:
        painter: Left as it is.
        batches: Micro-batches of one step.
        processes: Those that train together; all of them get the same answer.
        precision: 'fp32' or 'bf16' to time that one alone, 'auto' to choose.
        now: The clock by which the seconds of a step are counted; what is faster is decided by the time that passes.

    Returns:
        The precision, and the median seconds of a step in it on the slowest process.
    """
    candidates = ("fp32", "bf16") if precision == "auto" else (precision,)
    # Each trial trains a copy of its own, so that the run itself starts from untouched weights.
    trials = [_step_seconds(copy.deepcopy(painter), batches, processes, candidate, now) for candidate in candidates]
    slowest = dict(zip(candidates, processes.largest(*(passed for passed, _ in trials)), strict=True))
    counted = dict(zip(candidates, processes.largest(*(seconds for _, seconds in trials)), strict=True))
    fastest = min(slowest, key=lambda candidate: slowest[candidate])
    return fastest, counted[fastest]


def _step_seconds(
    painter: Learner, batches: list[Batch], processes: Processes, precision: str, now: Callable[[], float]
) -> tuple[float, float]:
    """Median seconds of a step: as they pass, and by a clock."""
    moves = Moves(painter, processes, dtype_of(precision))
    passed: list[float] = []
    counted: list[float] = []
    while len(passed) < TRIAL_STEPS and processes.largest(sum(passed))[0] < TRIAL_SECONDS:
        start = time.perf_counter()
        began = now()
        moves.step(batches, len(passed), 1000)
        passed.append(time.perf_counter() - start)
        counted.append(now() - began)
    # The first two steps are slower, since memory is allocated and kernels are chosen in them.
    last = slice(min(2, len(passed) - 1), None)
    return statistics.median(passed[last]), statistics.median(counted[last])


def dtype_of(precision: str) -> torch.dtype | None:
    """The type that autocast computes in, for 'fp32' (none) or 'bf16'."""
    return {"fp32": None, "bf16": torch.bfloat16}[precision]
