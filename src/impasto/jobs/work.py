"""The program of a job's process: it runs the command, and writes down how that ended.

    python -m impasto.jobs.work FOLDER

The folder holds `order.json`. The exit code goes into `exit.json`, because a service that is started later is not the
parent of this process and could not learn it otherwise; when there is no such file, the process was killed. When
`stop.json` appears, the command is interrupted as by Ctrl-C, which reaches it on whatever machine it runs.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path

from impasto.files import write_json
from impasto.jobs.runner import BORN, EXIT, ORDER, STOP

__all__ = ["main"]

INTERRUPTED = 130
"""Exit code of a command that was interrupted, by the custom of shells."""
BETWEEN = 1.0
"""Seconds between two looks for `stop.json`."""


def main(folder: Path) -> None:
    """Run the command of a job folder in this process."""
    # Ray blocks the signal of Ctrl-C for the processes that it starts, and they could not be interrupted.
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    write_json(folder / BORN, {"pid": os.getpid()})
    threading.Thread(target=_interrupt_at_request, args=[folder], daemon=True).start()
    sys.argv = ["impasto", *json.loads((folder / ORDER).read_text(encoding="utf8"))["arguments"]]
    code = 1
    try:
        runpy.run_module("impasto", run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    except KeyboardInterrupt:  # The command had not begun.
        code = INTERRUPTED
    finally:
        _end(folder, code)
    sys.exit(code)


def _end(folder: Path, code: int) -> None:
    """Write down the exit code, into the file that was written at the beginning: on a full disk there is no new one."""
    with (folder / BORN).open("r+b") as file:
        file.write(json.dumps({"code": code}).encode())
        file.truncate()
    (folder / BORN).replace(folder / EXIT)


def _interrupt_at_request(folder: Path) -> None:
    while not (folder / STOP).exists():
        time.sleep(BETWEEN)
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
