"""How much memory there is, and errors that say there is not enough of it."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from impasto.errors import OutOfMemory

__all__ = [
    "is_out_of_memory",
    "keep_freed_memory",
    "memory_available",
    "memory_errors_named",
    "memory_of_machine",
    "peak_memory",
]

LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Files in which Linux keeps the limit of a container, in bytes."""
PHRASES = ("allocate memory", "not enough memory", "out of memory", "insufficient memory", "alloc_cpu")
"""What errors of torch, CUDA and OpenCV say, which are of no class of their own."""

MMAP_THRESHOLD = -3
"""Number of the parameter of mallopt, in malloc.h of the GNU C library, and so is the next."""
TRIM_THRESHOLD = -1
LARGE = 2**28
"""Bytes from which on a block of memory goes back to the system when it is freed."""
KEPT = 2**29
"""Most bytes of freed memory that a process keeps."""


@cache
def keep_freed_memory() -> bool:
    """Let this process use freed memory again instead of giving it back; returns whether that is possible here.

    By default the GNU C library takes every large block from the system anew, which clears it page by page. On a
    processor that took a third of the time of a network's forward pass.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # another C library
        return False
    return bool(mallopt(MMAP_THRESHOLD, LARGE)) and bool(mallopt(TRIM_THRESHOLD, KEPT))


def memory_of_machine() -> int | None:
    """Bytes of memory of this machine, or of the container that this process runs in; None where that is unknown."""
    known = []
    with suppress(AttributeError, OSError, ValueError):  # Windows has no sysconf.
        known.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for file in LIMITS:
        with suppress(OSError, ValueError):  # The word 'max' stands for no limit.
            known.append(int(Path(file).read_text(encoding="ascii")))
    return min(known, default=None)


def memory_available() -> int | None:
    """Bytes of memory that programs can take now without swapping; None where the system does not say it."""
    return _bytes_in("/proc/meminfo", "MemAvailable")


def peak_memory(pid: int | None = None) -> int | None:
    """The most bytes of memory that a process has held so far; None where the system does not say it.

    The number from `wait4` can be that of its parent.

    Args:
        pid: The process; the present one without it.
    """
    return _bytes_in(f"/proc/{'self' if pid is None else pid}/status", "VmHWM")


def _bytes_in(file: str, name: str) -> int | None:
    """A number of kilobytes in one of Linux's files about memory, in bytes."""
    with suppress(OSError, ValueError):
        for line in Path(file).read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith(f"{name}:"):
                return 1024 * int(line.split()[1])
    return None


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error, of whatever library, says that there is not enough memory."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    may_say = isinstance(error, RuntimeError) or type(error).__name__ == "error"
    return isinstance(error, MemoryError) or (may_say and any(phrase in str(error).lower() for phrase in PHRASES))


@contextmanager
def memory_errors_named() -> Iterator[None]:
    """Turn errors of the block that say there is not enough memory, of whatever library, into one sentence.

    Raises:
        OutOfMemory: In their place.
    """
    try:
        yield
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        raise OutOfMemory(
            "There is not enough memory for this. Ask for less at a time (smaller or fewer pictures, a smaller preset "
            "or batch), or close other programs."
        ) from error
