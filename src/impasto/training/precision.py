"""Choosing the precision of a training by timing a few of its steps."""

from __future__ import annotations

import copy
import statistics
import time

import torch

from impasto.contract import Batch, Learner
from impasto.training.moves import Moves
from impasto.training.processes import Processes

__all__ = ["choose_precision", "dtype_of"]

TRIAL_STEPS = 5
"""Most steps timed in each precision."""

TRIAL_SECONDS = 5.0
"""Seconds of trying a precision after which no further step is timed."""


def choose_precision(painter: Learner, batches: list[Batch], processes: Processes, precision: str) -> tuple[str, float]:
    """Time a few steps of a copy of the painter, and choose the faster precision.

    Args:
        painter: Left as it is.
        batches: Micro-batches of one step.
        processes: Those that train together; all of them get the same answer.
        precision: 'fp32' or 'bf16' to time that one alone, 'auto' to choose.

    Returns:
        The precision, and the median seconds of a step in it on the slowest process.
    """
    candidates = ("fp32", "bf16") if precision == "auto" else (precision,)
    # Each trial trains a copy of its own, so that the run itself starts from untouched weights.
    seconds = [_step_seconds(copy.deepcopy(painter), batches, processes, candidate) for candidate in candidates]
    slowest = dict(zip(candidates, processes.largest(*seconds), strict=True))
    fastest = min(slowest, key=lambda candidate: slowest[candidate])
    return fastest, slowest[fastest]


def _step_seconds(painter: Learner, batches: list[Batch], processes: Processes, precision: str) -> float:
    moves = Moves(painter, processes, dtype_of(precision))
    seconds: list[float] = []
    while len(seconds) < TRIAL_STEPS and processes.largest(sum(seconds))[0] < TRIAL_SECONDS:
        start = time.perf_counter()
        moves.step(batches, len(seconds), 1000)
        seconds.append(time.perf_counter() - start)
    # The first two steps are slower, since memory is allocated and kernels are chosen in them.
    return statistics.median(seconds[min(2, len(seconds) - 1) :])


def dtype_of(precision: str) -> torch.dtype | None:
    """The type that autocast computes in, for 'fp32' (none) or 'bf16'."""
    return {"fp32": None, "bf16": torch.bfloat16}[precision]
