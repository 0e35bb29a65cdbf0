"""Processes that make parts side by side.

They are plain child programs, not a multiprocessing pool: they start without torch, need no
`if __name__ == "__main__"` in the caller's script, and when a decoder crashes on a hostile file
only that file is lost.
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

from impasto.data.parts import Framing, job_line, make_part
from impasto.errors import ImpastoError

__all__ = ["Job", "cores", "make_parts"]

Job = tuple[list[str], Path]
"""Names of a part's files, and the file the part becomes."""

FEW = 512
"""Up to this many pictures it is faster not to start a process."""


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make_parts(folder: Path, jobs: Sequence[Job], framing: Framing, workers: int, done: Callable[[int], None]) -> None:
    """Make parts.

    Args:
        folder: The folder of pictures.
        jobs: The parts to make.
        framing: How.
        workers: How many processes.
        done: Called in this thread with the number of pictures of each part that is finished.

    Raises:
        ImpastoError: When a part cannot be written.
    """
    if workers == 1 or sum(len(names) for names, _ in jobs) <= FEW:
        for names, file in jobs:
            make_part(folder, names, framing, file)
            done(len(names))
        return
    team = [_Worker() for _ in range(min(workers, len(jobs)))]
    free = list(team)

    def run(job: Job) -> int:
        worker = free.pop()
        try:
            worker.make(folder, *job, framing)
        finally:
            free.append(worker)
        return len(job[0])

    pool = ThreadPoolExecutor(len(team))
    try:
        for finished in as_completed([pool.submit(run, job) for job in jobs]):
            done(finished.result())
    finally:
        # Ctrl-C ends up here too: the children are stopped first, so that no thread waits for one.
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in team:
            worker.stop()
        pool.shutdown()


class _Worker:
    """A child process, started when first needed and again when it died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def make(self, folder: Path, names: list[str], file: Path, framing: Framing) -> None:
        if self._survives(job_line(folder, names, framing, file)):
            return
        # Some file kills its decoder: try one by one, then make the part of those that are left.
        trial = file.with_suffix(".trial")
        alive = [name for name in names if self._survives(job_line(folder, [name], framing, trial))]
        trial.unlink(missing_ok=True)
        crashed = [name for name in names if name not in alive]
        if not self._survives(job_line(folder, alive, framing, file, crashed)):
            raise ImpastoError(f"A process that reads pictures died again and again, at last on {names[0]!r}.")

    def stop(self) -> None:
        self._stopped = True
        if self._process is not None:
            _end(self._process)

    def _survives(self, line: str) -> bool:
        """Have a job done; False when the child died over it."""
        if self._stopped:
            return True
        if self._process is None or self._process.poll() is not None:
            with tempfile.TemporaryFile() as told:
                self._process = _start(told)
                if self._answer("") is None:
                    told.seek(0)
                    why = told.read().decode(errors="replace").strip().rpartition("\n")[2] or "it says nothing"
                    raise ImpastoError(f"A process that reads pictures did not start ({why}); try with workers=1.")
        answer = self._answer(line)
        if answer is not None and "error" in answer:
            raise ImpastoError(str(answer["error"]))
        return answer is not None or self._stopped

    def _answer(self, line: str) -> dict[str, Any] | None:
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
        # What was not sent yet has nowhere to go.
        with suppress(OSError, ValueError):
            if pipe is not None:
                pipe.close()


def _start(errors: IO[bytes]) -> subprocess.Popen[str]:
    # -P keeps the current folder off the module path: a numpy.py among the pictures is never run.
    path = os.pathsep.join(entry for entry in sys.path if entry)
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "impasto.data.parts"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        encoding="utf8",
        env={**os.environ, **threads, "PYTHONPATH": path},
        # Ctrl-C reaches only the parent, which then stops its workers.
        start_new_session=True,
    )
