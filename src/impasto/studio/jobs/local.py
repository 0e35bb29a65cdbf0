"""Jobs as processes of this machine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil

from impasto.errors import ImpastoError
from impasto.files import disk_errors_named, read_json, write_json
from impasto.studio.jobs.runner import EVENTS, OUTPUT, Order, Outcome, Process
from impasto.studio.jobs.work import BORN, EXIT, ORDER

__all__ = ["LocalRunner"]

SAME = 2.0
"""Seconds by which the recorded beginning of a process may differ from the present reading, as the clock is set."""
SECRET = ("IMPASTO_STUDIO_", "IMPASTO_DATABASE_URL")
"""Beginnings of the names of variables that commands do not inherit."""
MOST = 1_000_000
"""Bytes of events that are read at a time."""


class LocalRunner:
    """Runs each job in a session of its own, so that it outlives the service and its terminal."""

    def __init__(self) -> None:
        # Processes that this one started have to be waited for, or they stay as zombies.
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, order: Order) -> Process:
        """Start a command; see `Runner.start`."""
        if not order.home.is_dir():
            raise ImpastoError(f"The working folder of the job, {order.home}, is not there any more.")
        with disk_errors_named(order.folder):
            order.folder.mkdir(parents=True, exist_ok=True)
            for name in (EXIT, BORN):
                (order.folder / name).unlink(missing_ok=True)
        write_json(order.folder / ORDER, {"arguments": list(order.arguments)})
        # -P keeps the working folder off the module path, as a file of the user there might be called like a module.
        command = [sys.executable, "-P", "-m", "impasto.studio.jobs.work", str(order.folder.resolve())]
        path = os.pathsep.join(entry for entry in sys.path if entry)
        with (
            disk_errors_named(order.folder),
            (order.folder / OUTPUT).open("ab") as output,
            (order.folder / EVENTS).open("ab") as events,
        ):
            child = subprocess.Popen(
                command,
                cwd=order.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=events,
                env={**_environment(), "PYTHONPATH": path, "PYTHONIOENCODING": "utf8"},
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        self._children[child.pid] = child
        try:
            return Process(child.pid, psutil.Process(child.pid).create_time())
        except psutil.Error:
            raise ImpastoError("The process of the job ended as it began.") from None

    def find(self, folder: Path) -> Process | None:
        """The process that wrote its number into a job folder; see `Runner.find`."""
        try:
            pid = int(read_json(folder / BORN)["pid"])
            candidate = psutil.Process(pid)
            ours = str(folder.resolve()) in candidate.cmdline()
            return Process(pid, candidate.create_time()) if ours else None
        except (ImpastoError, LookupError, TypeError, ValueError, psutil.Error):
            return None

    def poll(self, process: Process | None, folder: Path) -> Outcome | None:
        """How a process ended; see `Runner.poll`."""
        if process is not None and (child := self._children.get(process.pid)) is not None:
            if child.poll() is None:
                return None
            del self._children[process.pid]
        elif process is not None and _alive(process) is not None:
            return None
        try:
            return Outcome(int(read_json(folder / EXIT)["code"]))
        except (ImpastoError, LookupError, TypeError, ValueError):
            return Outcome(None)

    def stop(self, process: Process, *, firmly: bool) -> None:
        """Let a process end; see `Runner.stop`."""
        alive = _alive(process)
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

    def events(self, folder: Path, after: int) -> list[tuple[int, str]]:
        """Whole lines of the events; see `Runner.events`."""
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


def _environment() -> dict[str, str]:
    """The environment of commands: without the studio's own secrets."""
    return {name: value for name, value in os.environ.items() if not name.startswith(SECRET)}


def _alive(process: Process) -> psutil.Process | None:
    """The process, if it is the same one and still runs."""
    try:
        candidate = psutil.Process(process.pid)
        same = abs(candidate.create_time() - process.born) < SAME
        return candidate if same and candidate.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None
