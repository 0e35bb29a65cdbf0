"""The hidden folder where the parts of a store wait until all are there."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from impasto.errors import ImpastoError
from impasto.jobs.progress import Progress, shown
from impasto.jobs.workers import Job, Make, make_parts

__all__ = ["make_all", "plan_parts", "workshop"]

PART_VERSION = 2
PART_BYTES = 4_000_000


@contextmanager
def workshop(out: Path, told: list[Any]) -> Iterator[Path]:
    """A folder beside `out` for the parts of this very preparation.

    It goes when the block ends well or with an `ImpastoError`; an interruption leaves it, and the
    same preparation finds it again. Others, of the same `out`, go with it.

    Args:
        out: The store to be made.
        told: All that the parts follow from, as plain values; whatever differs in it is another preparation.

    Raises:
        ImpastoError: When it cannot be written, or another process works in it.
    """
    key = hashlib.sha256(json.dumps([PART_VERSION, *told]).encode()).hexdigest()[:16]
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


def plan_parts(items: Sequence[Any], item_bytes: int, work: Path, least: int = 8, most: int = 128) -> list[Job]:
    """Cut the items, one a picture, into parts of a few megabytes in their order.

    Args:
        items: Of all parts; see `make_parts`.
        item_bytes: Bytes of a picture in a part.
        work: Folder of the parts.
        least: Fewest items of a part, but for the last one.
        most: Most items of a part.
    """
    each = max(least, min(most, PART_BYTES // item_bytes))
    starts = range(0, len(items), each)
    return [(list(items[start : start + each]), work / f"{number:06d}.part") for number, start in enumerate(starts)]


def make_all(
    make: Make,
    settings: dict[str, Any],
    jobs: Sequence[Job],
    *,
    workers: int,
    title: str,
    progress: Progress | None,
    few: int | None = None,
) -> None:
    """Make the parts that are not there yet, and say how far it is.

    Args:
        make: Makes one; see `make_parts`, also for settings, workers and few.
        settings: What all parts share.
        jobs: All parts.
        workers: How many processes.
        title: What is going on.
        progress: Who is told how many are done; without it a bar or lines on the standard error.
        few: Up to so many pictures no process is started.
    """
    todo = [job for job in jobs if not job[1].exists()]
    total = sum(len(items) for items, _ in jobs)
    done = total - sum(len(items) for items, _ in todo)
    with shown(title, progress) as tell:
        tell(done, total)

        def more(count: int) -> None:
            nonlocal done
            done += count
            tell(done, total)

        make_parts(make, settings, todo, workers=workers, done=more, few=few)


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
