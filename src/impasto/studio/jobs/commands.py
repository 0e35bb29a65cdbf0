"""Which commands are jobs, and in which lane of the queue each waits."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from impasto.errors import UsageError, suggestion

__all__ = ["LANES", "as_typed", "lane_of"]

LANES = {
    "train": "training",
    "compare": "training",
    "guide": "training",
    "lighten": "training",
    "prefer": "training",
    "demo": "training",
    "paint": "painting",
    "grid": "painting",
    "edit": "painting",
    "measure": "painting",
    "average": "painting",
    "export": "painting",
    "fetch": "painting",
    "data": "painting",
    "show": "painting",
}
"""Command → its lane; of each lane as many jobs run at a time as the studio's settings allow."""


def lane_of(arguments: Sequence[str]) -> str:
    """The lane of a command.

    Args:
        arguments: Words after `impasto`.

    Raises:
        UsageError: When the studio does not run that command.
    """
    command = arguments[0] if arguments else ""
    if command not in LANES:
        names = ", ".join(LANES)
        raise UsageError(f"The studio runs no command {command!r}{suggestion(command, LANES)} It runs: {names}.")
    return LANES[command]


def as_typed(arguments: Sequence[str]) -> str:
    """A command as a person types it."""
    return shlex.join(["impasto", *arguments])
