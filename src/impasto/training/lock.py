"""The lock of a run folder, in which one process at a time may train."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from impasto.errors import ImpastoError, RunLocked
from impasto.files import disk_errors_named
from impasto.spelling import option

__all__ = ["locked"]


@contextmanager
def locked(run: Path) -> Iterator[None]:
    """Hold the lock of a run folder for the block.

    The operating system releases the lock when the process that holds it ends, even by a crash, so that no lock is
    left behind.

    Raises:
        RunLocked: When another process trains there.
        ImpastoError: When the folder cannot be written.
    """
    lock = FileLock(run / ".lock")
    holder = run / ".holder"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        pid = holder.read_text(encoding="utf8") if holder.exists() else "unknown"
        raise RunLocked(
            f"Another process (pid {pid}) is training in {run}. "
            f"Wait for it, stop it with Ctrl-C, or choose another {option('out', None)}."
        ) from None
    except OSError as error:
        raise ImpastoError(
            f"{run} cannot be written ({error.strerror}); choose another {option('out', None)}."
        ) from None
    try:
        with disk_errors_named(holder):
            holder.write_text(str(os.getpid()), encoding="utf8")
        yield
        holder.unlink(missing_ok=True)
    finally:
        lock.release()
