"""What the end of a process means for its job."""

from __future__ import annotations

from impasto.jobs.runner import Outcome

__all__ = ["ended_as"]

BY_SIGNAL = (130, 143, 129)
"""Exit codes of commands that were interrupted, terminated, or lost their terminal."""


def ended_as(outcome: Outcome, *, requested: bool, error: str) -> tuple[str, str]:
    """The state of a job, and a sentence about it.

    Args:
        outcome: How its process ended.
        requested: Whether its user wanted it to stop.
        error: What the command itself said last; '' for nothing.
    """
    if outcome.code == 0:
        return "done", ""
    if requested:
        return "stopped", error or "Stopped."
    if outcome.code is None:
        return "interrupted", (
            "Its process was ended from outside: the machine was switched off, had too little memory, or someone "
            "killed it. Resume runs the same command again."
        )
    if outcome.code in BY_SIGNAL:
        return "interrupted", error or "Its process was interrupted. Resume runs the same command again."
    return "failed", error or f"The command ended with code {outcome.code}; its log says more."
