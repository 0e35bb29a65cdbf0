"""The hidden folder where the parts of a store wait until all are there."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from impasto.data.finding import Found
from impasto.data.parts import Framing
from impasto.data.workers import Job
from impasto.errors import ImpastoError

__all__ = ["plan_parts", "workshop"]

PART_VERSION = 2
PART_BYTES = 4_000_000


@contextmanager
def workshop(out: Path, folder: Path, found: Found, framing: Framing) -> Iterator[Path]:
    """A folder beside `out` for the parts of this very preparation.

    It goes when the block ends well or with an `ImpastoError`; an interruption leaves it, and the
    same preparation finds it again. Others, of the same `out`, go with it.

    Args:
        out: The store to be made.
        folder: The folder of pictures.
        found: What lies in it: another file, size or time is another preparation.
        framing: How pictures are read and framed; other options are another preparation too.

    Raises:
        ImpastoError: When it cannot be written, or another process works in it.
    """
    told = [PART_VERSION, str(folder.resolve()), asdict(framing), [asdict(source) for source in found.pictures]]
    key = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
    new = [parent for parent in out.parents if not parent.exists()]
    work = out.parent / f".{out.name}.parts-{key}"
    try:
        work.mkdir(parents=True, exist_ok=True)
        with (work / "lock").open("w") as lock:
            _take(lock.fileno(), out)
            yield work
    except ImpastoError:
        _clear(out, new)
        raise
    except OSError as error:
        _clear(out, new)
        raise ImpastoError(
            f"Could not write {work}: {error.strerror or error}. Check that the disk has room and that "
            f"{out.parent} may be written."
        ) from error
    _clear(out, [])


def plan_parts(found: Found, resolution: int, work: Path) -> list[Job]:
    """Cut the pictures, in order of name, into parts of a few megabytes; see `make_parts`."""
    names = [source.name for source in found.pictures]
    each = max(8, min(128, PART_BYTES // (resolution * resolution * 3)))
    starts = range(0, len(names), each)
    return [(names[start : start + each], work / f"{number:06d}.part") for number, start in enumerate(starts)]


def _take(lock: int, out: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ImpastoError(
            f"Another process is preparing {out} at this moment; wait for it or choose another name."
        ) from None


def _clear(out: Path, new: list[Path]) -> None:
    for work in out.parent.glob(f".{out.name}.parts-*"):
        shutil.rmtree(work, ignore_errors=True)
    for parent in new:
        with suppress(OSError):
            parent.rmdir()
