"""Jobs as processes of this machine."""

from __future__ import annotations

import signal
import subprocess
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from impasto.errors import ImpastoError
from impasto.files import disk_errors_named, read_json, write_json
from impasto.jobs.runner import (
    BORN,
    EVENTS,
    HANDLE,
    OUTPUT,
    Order,
    Outcome,
    begin,
    environment,
    is_starting,
    outcome_of,
    work_command,
)

__all__ = ["LocalRunner"]

SAME = 2.0
"""Seconds by which the recorded beginning of a process may differ from the present reading, as the clock is set."""


@dataclass(frozen=True)
class _Process:
    """A process, so that it is known again by a service that did not start it.

    Attributes:
        pid: Its number, which the system gives to another process later.
        born: When it began, in seconds since 1970.
    """

    pid: int
    born: float


class LocalRunner:
    """Runs each job in a session of its own, so that it outlives the service and its terminal."""

    def __init__(self) -> None:
        # Processes that this one started have to be waited for, or they stay as zombies.
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, order: Order) -> None:
        """Start a command; see `Runner.start`."""
        begin(order)
        with (
            disk_errors_named(order.folder),
            (order.folder / OUTPUT).open("ab") as output,
            (order.folder / EVENTS).open("ab") as events,
        ):
            child = subprocess.Popen(
                work_command(order.folder),
                cwd=order.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=events,
                env=environment(),
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        self._children[child.pid] = child
        try:
            process = _Process(child.pid, psutil.Process(child.pid).create_time())
        except psutil.Error:
            raise ImpastoError("The process of the job ended as it began.") from None
        write_json(order.folder / HANDLE, asdict(process))

    def poll(self, folder: Path) -> Outcome | None:
        """How a job ended; see `Runner.poll`."""
        process = _process_of(folder)
        if process is None:
            outcome = outcome_of(folder)
            return None if outcome.code is None and is_starting(folder) else outcome
        if (child := self._children.get(process.pid)) is not None:
            if child.poll() is None:
                return None
            del self._children[process.pid]
        elif _alive(process) is not None:
            return None
        return outcome_of(folder)

    def stop(self, folder: Path, *, firmly: bool) -> None:
        """Let a process end; see `Runner.stop`."""
        process = _process_of(folder)
        alive = None if process is None else _alive(process)
        if alive is None:
            return
        with suppress(psutil.Error):
            if not firmly:
                alive.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT))
                return
            # Children are listed before their parent is gone, after which nothing leads to them.
            for each in [*alive.children(recursive=True), alive]:
                with suppress(psutil.Error):
                    each.kill()


def _process_of(folder: Path) -> _Process | None:
    """The process of a job; None where neither its service nor it has written down its number."""
    with suppress(ImpastoError, LookupError, TypeError, ValueError):
        handle = read_json(folder / HANDLE)
        return _Process(int(handle["pid"]), float(handle["born"]))
    # The service died as it started the process, which writes its number too.
    with suppress(ImpastoError, LookupError, TypeError, ValueError, psutil.Error):
        candidate = psutil.Process(int(read_json(folder / BORN)["pid"]))
        if str(folder.resolve()) in candidate.cmdline():
            return _Process(candidate.pid, candidate.create_time())
    return None


def _alive(process: _Process) -> psutil.Process | None:
    """The process, if it is the same one and still runs."""
    try:
        candidate = psutil.Process(process.pid)
        same = abs(candidate.create_time() - process.born) < SAME
        return candidate if same and candidate.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None
