"""What runs commands: processes of this machine, or a cluster, through one protocol.

A job is a folder. Its runner starts a command that writes its events, its output and its exit code there; so whoever
has the folder knows the job, also after the service that started it was away. For machines of a cluster the folder lies
on a file system that all of them share.
"""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from impasto.errors import ImpastoError
from impasto.files import disk_errors_named, read_json, write_json

__all__ = [
    "BORN",
    "EVENTS",
    "EXIT",
    "HANDLE",
    "ORDER",
    "OUTPUT",
    "STARTING",
    "STOP",
    "Order",
    "Outcome",
    "Runner",
    "add_line",
    "begin",
    "environment",
    "is_starting",
    "outcome_of",
    "read_events",
    "shell_line",
    "work_command",
]

EVENTS = "events.jsonl"
"""File of a job folder: each event as a line of JSON, and what else the command writes on standard error."""
OUTPUT = "output.txt"
"""File of a job folder: what the command writes on standard output."""
ORDER = "order.json"
"""File of a job folder: the command."""
EXIT = "exit.json"
"""File of a job folder: the exit code, once the command has ended by itself."""
BORN = "process.json"
"""File of a job folder: number of the process, which the process itself writes."""
HANDLE = "handle.json"
"""File of a job folder: by what its runner knows the job again."""
STOP = "stop.json"
"""File of a job folder: once it is there, the command is interrupted."""
STARTING = 30.0
"""Seconds that a process may take to write its number down, where the service that started it died meanwhile."""
SECRET = ("IMPASTO_STUDIO_", "IMPASTO_DATABASE_URL")
"""Beginnings of the names of variables that commands do not inherit."""
MOST = 1_000_000
"""Bytes of events that are read at a time."""


@dataclass(frozen=True)
class Order:
    """A command to run. It may be run again after an interruption, and then continues.

    Attributes:
        folder: The job's own, where its events and its output go.
        home: Working folder of the command.
        arguments: All words after `impasto`.
    """

    folder: Path
    home: Path
    arguments: Sequence[str]


@dataclass(frozen=True)
class Outcome:
    """How a job ended.

    Attributes:
        code: Exit code of the command; None where the process was gone before the command ended.
    """

    code: int | None


class Runner(Protocol):
    """Starts, watches and stops jobs, each known by its folder."""

    def start(self, order: Order) -> None:
        """Start a command in a process that does not end with this one.

        Raises:
            ImpastoError: When it cannot be started.
        """

    def poll(self, folder: Path) -> Outcome | None:
        """How a job ended; None while it waits or runs."""

    def stop(self, folder: Path, *, firmly: bool) -> None:
        """Let a job end: by itself, after it has kept what it has; or firmly, with all that it has started.

        Raises:
            ImpastoError: When what runs it cannot be reached.
        """


def begin(order: Order) -> None:
    """Write the order into the job's folder, and remove what an earlier attempt left there.

    Raises:
        ImpastoError: When the working folder is missing, or the job's folder cannot be written.
    """
    if not order.home.is_dir():
        raise ImpastoError(f"The working folder of the job, {order.home}, is not there any more.")
    with disk_errors_named(order.folder):
        order.folder.mkdir(parents=True, exist_ok=True)
        for name in (EXIT, BORN, HANDLE, STOP):
            (order.folder / name).unlink(missing_ok=True)
    write_json(order.folder / ORDER, {"arguments": list(order.arguments)})


def outcome_of(folder: Path) -> Outcome:
    """How a job ended whose process is gone."""
    try:
        return Outcome(int(read_json(folder / EXIT)["code"]))
    except (ImpastoError, LookupError, TypeError, ValueError):
        return Outcome(None)


def is_starting(folder: Path) -> bool:
    """Whether an order was written so recently that its process may not have written its number down."""
    try:
        return time.time() - (folder / ORDER).stat().st_mtime < STARTING
    except OSError:
        return False


def work_command(folder: Path) -> list[str]:
    """The command of the process of a job."""
    # -P keeps the working folder off the module path, as a file of the user there might be called like a module.
    return [sys.executable, "-P", "-m", "impasto.jobs.work", str(folder.resolve())]


def environment() -> dict[str, str]:
    """The environment of that process: without the studio's own secrets."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(SECRET)}
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return {**inherited, "PYTHONPATH": path, "PYTHONIOENCODING": "utf8"}


def shell_line(order: Order) -> str:
    """The same for a shell of another machine: one line that runs it in its working folder and writes its files.

    Of the environment it passes on what the program itself needs.
    """
    folder = order.folder.resolve()
    passed = {
        name: value
        for name, value in environment().items()
        if name.startswith(("PYTHON", "IMPASTO_", "OMP_NUM_THREADS"))
    }
    words = ["exec", "env", *(f"{name}={value}" for name, value in passed.items()), *work_command(folder)]
    files = f">> {shlex.quote(str(folder / OUTPUT))} 2>> {shlex.quote(str(folder / EVENTS))}"
    return f"cd {shlex.quote(str(order.home.resolve()))} && {shlex.join(words)} {files}"


def add_line(folder: Path, text: str) -> None:
    """Add lines for people to the events of a job, such as what a cluster says about it."""
    with disk_errors_named(folder), (folder / EVENTS).open("a", encoding="utf8") as events:
        events.write(text.rstrip("\n") + "\n")


def read_events(folder: Path, after: int) -> list[tuple[int, str]]:
    """Whole lines of a job's events, each with the position after it.

    Args:
        folder: The job's.
        after: The position after which they begin, 0 for the first.
    """
    try:
        with (folder / EVENTS).open("rb") as file:
            file.seek(after)
            data = file.read(MOST)
    except OSError:
        return []
    lines = []
    *whole, rest = data.split(b"\n")
    for line in whole:
        after += len(line) + 1
        lines.append((after, line.decode("utf8", "replace")))
    if not whole and len(rest) == MOST:  # A line without an end must not hold up the others.
        lines.append((after + MOST, rest.decode("utf8", "replace")))
    return lines
