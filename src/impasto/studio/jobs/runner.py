"""What runs jobs: this machine now, others later, through one protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

__all__ = ["EVENTS", "OUTPUT", "Order", "Outcome", "Process", "Runner"]

EVENTS = "events.jsonl"
"""File of a job folder: each event as a line of JSON, and what else the command writes on standard error."""
OUTPUT = "output.txt"
"""File of a job folder: what the command writes on standard output."""


@dataclass(frozen=True)
class Order:
    """A command to run.

    Attributes:
        folder: The job's own, where its events and its output go.
        home: Working folder of the command.
        arguments: All words after `impasto`.
    """

    folder: Path
    home: Path
    arguments: Sequence[str]


@dataclass(frozen=True)
class Process:
    """A process, so that it is known again by a service that did not start it.

    Attributes:
        pid: Its number, which the system gives to another process later.
        born: When it began, in seconds since 1970.
    """

    pid: int
    born: float


@dataclass(frozen=True)
class Outcome:
    """How a process ended.

    Attributes:
        code: Exit code of the command; None where the process was gone before the command ended.
    """

    code: int | None


class Runner(Protocol):
    """Starts, watches and stops the processes of jobs."""

    def start(self, order: Order) -> Process:
        """Start a command in a process that does not end with this one.

        Raises:
            ImpastoError: When it cannot be started.
        """

    def find(self, folder: Path) -> Process | None:
        """The process of a job whose number was not kept, since the service died as it was started."""

    def poll(self, process: Process | None, folder: Path) -> Outcome | None:
        """How the process of a job ended; None while it runs."""

    def stop(self, process: Process, *, firmly: bool) -> None:
        """Let a process end: by itself, after it has kept what it has; or firmly, with all that it has started."""

    def events(self, folder: Path, after: int) -> list[tuple[int, str]]:
        """Lines of a job's events, each with the position after it.

        Args:
            folder: The job's.
            after: The position after which they begin, 0 for the first.
        """
