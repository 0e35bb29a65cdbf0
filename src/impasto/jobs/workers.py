"""Processes that make parts side by side.

They are plain child programs, not a multiprocessing pool: they start without torch, need no
`if __name__ == "__main__"` in the caller's script, and when one dies over an item (a decoder on a
hostile file) only that item is lost. A program is a module that has a function of the kind `MakePart`
and calls `serve` with it when it is run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from impasto.errors import ImpastoError
from impasto.spelling import option

__all__ = ["Job", "MakePart", "cores", "make_parts", "serve"]

Job = tuple[list[Any], Path]
"""Items of a part (names of files, numbers of pictures), and the file that the part becomes."""
MakePart = Callable[[dict[str, Any], list[Any], Path, list[Any]], None]
"""Makes a part of settings that all parts share, items, the file, and items over which a process died; all but the
file are plain values."""

SERIAL_LIMIT = 512
"""Up to this many items it is faster not to start a process."""


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make_parts(
    make_part: MakePart,
    settings: dict[str, Any],
    jobs: Sequence[Job],
    *,
    workers: int,
    on_part: Callable[[int], None],
    serial_limit: int | None = None,
) -> None:
    """Make parts, in this process or in several.

    Args:
        make_part: Makes one; its module is the program of the processes.
        settings: What all parts share, as plain values.
        jobs: The parts to make.
        workers: How many processes.
        on_part: Called in this thread with the number of items of each part that is finished.
        serial_limit: Up to so many items no process is started; `SERIAL_LIMIT` without it.

    Raises:
        ImpastoError: When a part cannot be written.
    """
    serial_limit = SERIAL_LIMIT if serial_limit is None else serial_limit
    if workers == 1 or sum(len(items) for items, _ in jobs) <= serial_limit:
        for items, file in jobs:
            make_part(settings, items, file, [])
            on_part(len(items))
        return
    processes = [_Worker(make_part.__module__, settings) for _ in range(min(workers, len(jobs)))]
    idle = list(processes)

    def run(job: Job) -> int:
        worker = idle.pop()
        try:
            worker.make(*job)
        finally:
            idle.append(worker)
        return len(job[0])

    # A thread a process, which waits for its answers.
    pool = ThreadPoolExecutor(len(processes))
    try:
        for finished in as_completed([pool.submit(run, job) for job in jobs]):
            on_part(finished.result())
    finally:
        # Ctrl-C ends up here too: the children are stopped first, so that no thread waits for one.
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in processes:
            worker.stop()
        pool.shutdown()


def serve(make_part: MakePart) -> None:
    """Make parts as ordered on the standard input, an order a line, until it closes."""
    # What a decoder prints must not be taken for an answer.
    answers = sys.stdout
    sys.stdout = sys.stderr
    print("{}", file=answers, flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        answer = {}
        try:
            make_part(order["settings"], order["items"], Path(order["file"]), order["crashed"])
        except Exception as error:  # sent to the parent, which raises it
            answer = {"error": str(error)}
        print(json.dumps(answer), file=answers, flush=True)


class _Worker:
    """A child process, started when first needed and again when it died."""

    def __init__(self, program: str, settings: dict[str, Any]) -> None:
        self._program = program
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def make(self, items: list[Any], file: Path) -> None:
        """Have a part made, if need be without the items over which the process dies."""
        if self._survives(items, file):
            return
        # Some item kills the process: try one by one, then make the part of those that are left.
        trial = file.with_suffix(".trial")
        good = [item for item in items if self._survives([item], trial)]
        trial.unlink(missing_ok=True)
        if not self._survives(good, file, [item for item in items if item not in good]):
            raise ImpastoError(f"A process that works on pictures died again and again, at last on {items[0]!r}.")

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._stopped = True
        if self._process is not None:
            _end(self._process)

    def _survives(self, items: list[Any], file: Path, crashed: Sequence[Any] = ()) -> bool:
        """Have a job done; False when the process died over it."""
        if self._stopped:
            return True
        if self._process is None or self._process.poll() is not None:
            with tempfile.TemporaryFile() as errors:
                self._process = _start(self._program, errors)
                if self._answer("") is None:
                    errors.seek(0)
                    reason = errors.read().decode(errors="replace").strip().rpartition("\n")[2] or "it says nothing"
                    raise ImpastoError(
                        f"A process that works on pictures did not start ({reason}); try with {option('workers', 1)}."
                    )
        order = {"settings": self._settings, "items": items, "file": str(file), "crashed": list(crashed)}
        answer = self._answer(json.dumps(order) + "\n")
        if answer is not None and "error" in answer:
            raise ImpastoError(str(answer["error"]))
        return answer is not None or self._stopped

    def _answer(self, line: str) -> dict[str, Any] | None:
        """Send a line to the process and wait for its answer; None when it died."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(line)
            process.stdin.flush()
            return dict(json.loads(process.stdout.readline()))
        except (OSError, ValueError):
            _end(process)
            return None


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        # Closing sends what is still in the buffer, which fails since the process is gone.
        with suppress(OSError, ValueError):
            if pipe is not None:
                pipe.close()


def _start(program: str, errors: IO[bytes]) -> subprocess.Popen[str]:
    # -P keeps the current folder off the module path: a numpy.py among the pictures is never run.
    path = os.pathsep.join(entry for entry in sys.path if entry)
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.Popen(
        [sys.executable, "-P", "-m", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        encoding="utf8",
        env={**os.environ, **threads, "PYTHONPATH": path},
        # Ctrl-C reaches only the parent, which then stops its workers; the second is how Windows says that.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
