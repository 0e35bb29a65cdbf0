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
from impasto.jobs.progress import Progress, reporting
from impasto.jobs.workers import Job, MakePart, make_parts

__all__ = ["make_missing_parts", "plan_parts", "scratch_folder"]

PART_VERSION = 2
"""Version of the layout of parts; those of another version are not used."""
PART_BYTES = 4_000_000
"""About how many bytes of pixels a part holds."""


@contextmanager
def scratch_folder(out: Path, inputs: list[Any]) -> Iterator[Path]:
    """A folder beside `out` for the parts of a preparation.

    It is removed when the block ends, normally or with an `ImpastoError`; an interruption leaves it, and the same
    preparation is given it again. Folders of other preparations of the same `out` are removed together with it.

    Args:
        out: The store to be made.
        inputs: Everything that the parts depend on, as plain values; preparations with other inputs have other folders.

    Raises:
        ImpastoError: When it cannot be written, or another process works in it.
    """
    key = hashlib.sha256(json.dumps([PART_VERSION, *inputs]).encode()).hexdigest()[:16]
    new_parents = [parent for parent in out.parents if not parent.exists()]
    folder = out.parent / f".{out.name}.parts-{key}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            _lock(lock.fileno(), out)
            yield folder
    except ImpastoError:
        _remove(out, new_parents)
        raise
    except (KeyboardInterrupt, SystemExit) as stop:
        stop.add_note(f"Interrupted. What is ready waits in {folder}; the same command goes on from there.")
        raise
    except OSError as error:
        _remove(out, new_parents)
        raise ImpastoError(
            f"Could not write {folder}: {error.strerror or error}. Check that the disk has room and that "
            f"{out.parent} may be written."
        ) from error
    _remove(out, [])


def plan_parts(items: Sequence[Any], item_bytes: int, folder: Path, least: int = 8, most: int = 128) -> list[Job]:
    """Cut the items, one a picture, into parts of a few megabytes in their order.

    Args:
        items: Of all parts; see `make_parts`.
        item_bytes: Bytes of a picture in a part.
        folder: Of the parts.
        least: Fewest items of a part, but for the last one.
        most: Most items of a part.
    """
    each = max(least, min(most, PART_BYTES // item_bytes))
    starts = range(0, len(items), each)
    return [(list(items[start : start + each]), folder / f"{number:06d}.part") for number, start in enumerate(starts)]


def make_missing_parts(
    make_part: MakePart,
    settings: dict[str, Any],
    jobs: Sequence[Job],
    *,
    workers: int,
    title: str,
    progress: Progress | None,
    serial_limit: int | None = None,
) -> None:
    """Make the parts that are not there yet, and report how far it is.

    Args:
        make_part: Makes one; see `make_parts`, also for settings, workers and serial_limit.
        settings: What all parts share.
        jobs: All parts.
        workers: How many processes.
        title: What is going on.
        progress: Called with how many items are done; without it a bar or lines on the standard error.
        serial_limit: Up to so many items no process is started.
    """
    missing = [job for job in jobs if not job[1].exists()]
    total = sum(len(items) for items, _ in jobs)
    done = total - sum(len(items) for items, _ in missing)
    with reporting(title, progress) as report:
        report(done, total)

        def on_part(count: int) -> None:
            nonlocal done
            done += count
            report(done, total)

        make_parts(make_part, settings, missing, workers=workers, on_part=on_part, serial_limit=serial_limit)


def _lock(lock: int, out: Path) -> None:
    """Take the lock of a scratch folder, which goes with the process.

    Raises:
        ImpastoError: When another process has it.
    """
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ImpastoError(
            f"Another process is preparing {out} at this moment; wait for it or choose another name."
        ) from None


def _remove(out: Path, new_parents: list[Path]) -> None:
    """Remove all scratch folders of a store, and folders above them that are empty."""
    for folder in out.parent.glob(f".{out.name}.parts-*"):
        shutil.rmtree(folder, ignore_errors=True)
    for parent in new_parents:
        with suppress(OSError):
            parent.rmdir()
