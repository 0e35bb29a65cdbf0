"""One process at a time in a run folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from impasto.errors import ImpastoError, RunLocked
from impasto.files import disk_errors_named

__all__ = ["locked"]


@contextmanager
def locked(run: Path) -> Iterator[None]:
    """Hold the run folder for the block.

    The operating system frees the lock when its holder ends, however it ends, so none is ever stale.

    Raises:
        RunLocked: When another process trains there.
        ImpastoError: When the folder cannot be written.
    """
    lock, holder = FileLock(run / ".lock"), run / ".holder"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        pid = holder.read_text() if holder.exists() else "unknown"
        raise RunLocked(
            f"Another process (pid {pid}) is training in {run}. "
            "Wait for it, stop it with Ctrl-C, or choose another --out."
        ) from None
    except OSError as error:
        raise ImpastoError(f"{run} cannot be written ({error.strerror}); choose another --out.") from None
    try:
        with disk_errors_named(holder):
            holder.write_text(str(os.getpid()))
        yield
        holder.unlink(missing_ok=True)
    finally:
        lock.release()
