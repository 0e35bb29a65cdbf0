"""What users ask of a run while it trains, by a file in its folder, which the run takes away once it has done it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["SAMPLE", "SAVE", "is_requested", "mark_done"]

SAMPLE = "sample-now"
"""File by which a sample grid is asked for."""
SAVE = "save-now"
"""File by which a checkpoint is asked for."""


def is_requested(run: Path, name: str) -> bool:
    """Whether a file asks a run for something."""
    return (run / name).exists()


def mark_done(run: Path, name: str) -> None:
    """Take a request away, before it is done: one that comes meanwhile is another one."""
    (run / name).unlink(missing_ok=True)
