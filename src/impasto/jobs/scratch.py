"""The hidden folder where the parts of a store wait until all are there."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from impasto.errors import ImpastoError
from impasto.jobs.progress import Progress
from impasto.jobs.workers import Job, MakePart, make_parts

__all__ = ["make_missing_parts", "plan_parts", "scratch_folder"]

PART_VERSION = 2
"""Version of the layout of parts; those of another version are not used."""
LOCK = "lock"
"""Name of the file in a scratch folder that the process which works there holds locked."""
PART_BYTES = 4_000_000
"""About how many bytes of pixels a part holds."""


@contextmanager
def scratch_folder(out: Path, inputs: list[Any]) -> Iterator[Path]:
    """A folder beside `out` for the parts of a preparation.

    It is removed when the block ends, normally or with an `ImpastoError`; an interruption leaves it, and the same
    preparation is given it again. When the store is there, what interrupted preparations of the same `out` have left is
    removed too.

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
        with _disk_errors_named(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with _locked(folder, out):
                yield folder
    except _InUse:
        raise
    except ImpastoError:
        _remove([folder], new_parents)
        raise
    except (KeyboardInterrupt, SystemExit) as stop:
        stop.add_note(f"Interrupted. What is ready waits in {folder}; the same command goes on from there.")
        raise
    _remove(_abandoned(out), [])


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
    progress: Progress | None,
    serial_limit: int | None = None,
) -> None:
    """Make the parts that are not there yet, and report how far it is.

    Args:
        make_part: Makes one; see `make_parts`, also for settings, workers and serial_limit.
        settings: What all parts share.
        jobs: All parts.
        workers: How many processes.
        progress: Called with how many items are done.
        serial_limit: Up to so many items no process is started.
    """
    missing = [job for job in jobs if not job[1].exists()]
    total = sum(len(items) for items, _ in jobs)
    done = total - sum(len(items) for items, _ in missing)
    report = progress or (lambda done, total: None)
    report(done, total)

    def on_part(count: int) -> None:
        nonlocal done
        done += count
        report(done, total)

    make_parts(make_part, settings, missing, workers=workers, on_part=on_part, serial_limit=serial_limit)


class _InUse(ImpastoError):
    """Another process works in a scratch folder."""


@contextmanager
def _locked(folder: Path, out: Path) -> Iterator[None]:
    """Hold the lock of a scratch folder, which goes with the process.

    Raises:
        _InUse: When another process has it.
    """
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise _InUse(
            f"Another process is preparing {out} at this moment; wait for it or choose another name."
        ) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _disk_errors_named(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ImpastoError(
            f"Could not write {folder}: {error.strerror or error}. Check that the disk has room and that "
            f"{folder.parent} may be written."
        ) from error


def _abandoned(out: Path) -> list[Path]:
    """The scratch folders of a store in which no process works."""
    # Not `glob`, for which a name such as '[ab]' is a pattern.
    name = re.compile(rf"\.{re.escape(out.name)}\.parts-[0-9a-f]{{16}}")
    return [folder for folder in out.parent.iterdir() if name.fullmatch(folder.name) and not _in_use(folder, out)]


def _in_use(folder: Path, out: Path) -> bool:
    try:
        with _locked(folder, out):
            return False
    except (_InUse, OSError):
        return True


def _remove(folders: Iterable[Path], new_parents: list[Path]) -> None:
    """Remove scratch folders, and folders above them that are empty."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    for parent in new_parents:
        with suppress(OSError):
            parent.rmdir()
