"""Copying a run to its mirror while it trains, and bringing it back."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock

from impasto.errors import CheckpointError, ImpastoError, RunLocked, Unavailable, UsageError
from impasto.events import Event, Watch
from impasto.files import file_hash, link_or_copy, whole_folder
from impasto.spelling import option
from impasto.training.checkpoint import newest
from impasto.training.encoding import FILES as ENCODINGS
from impasto.training.lock import locked
from impasto.training.mirror import Incomplete, Mirror, State, Stored, first_bytes
from impasto.training.record import DESCRIPTION, RESTORING, check_folder, forget_folder

__all__ = ["Mirroring", "newest_step", "restore"]

CHECKPOINTS = "checkpoints"
PINNED = ".mirror"
"""Folder of a run with other names of the checkpoint that is copied, which stay when the run removes it."""
ATTEMPTS = 3
"""How often a run is brought back, while another process writes newer states of it."""


class Mirroring:
    """Copies a run to its mirror in a thread of its own, checkpoint by checkpoint.

    Where the place is slower than the training, checkpoints between two copies are passed over.
    """

    def __init__(self, run: Path, address: str) -> None:
        """Begin with what is at the place.

        Args:
            run: The run folder.
            address: See `Mirror`.

        Raises:
            UsageError: When a package is missing.
            Unavailable: When the place cannot be read and written.
        """
        self._run = run
        self._mirror = Mirror(address)
        self._mirror.newest()
        self._mirror.check_writable()
        self._hashes: dict[tuple[str, int, int, int], str] = {}
        self._waiting: Path | None = None
        self._busy = False
        self._ended = False
        self._error: ImpastoError | None = None
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="impasto-mirror", daemon=True)
        self._pins = 0
        shutil.rmtree(run / PINNED, ignore_errors=True)

    def __enter__(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until what was sent is copied, also after an error: the machine may be about to go away.

        Only an interruption from outside, by Ctrl-C or a signal, is not kept waiting.
        """
        try:
            self._end(hurried=kind is not None and issubclass(kind, KeyboardInterrupt | SystemExit))
        finally:
            shutil.rmtree(self._run / PINNED, ignore_errors=True)

    def send(self, checkpoint: Path) -> str:
        """Have a checkpoint copied, with all else in the run folder, and go on at once.

        Args:
            checkpoint: A whole one, which may be removed afterwards.

        Returns:
            What went wrong with an earlier copy, as a sentence, '' if nothing did; the next one makes up for it.

        Raises:
            RunLocked: When another process writes to the same mirror.
            DiskError: When the disk is full or failing.
        """
        with self._changed:
            error = self._error
            self._error = None
            if isinstance(error, RunLocked):
                raise error
            self._pins += 1
            pinned = self._run / PINNED / f"{self._pins:06d}" / checkpoint.name
            pinned.mkdir(parents=True)
            for file in checkpoint.iterdir():
                link_or_copy(file, pinned / file.name)
            if self._waiting is not None:
                shutil.rmtree(self._waiting.parent, ignore_errors=True)
            self._waiting = pinned
            self._changed.notify_all()
        return "" if error is None else f"A copy to the mirror failed: {error} It is tried again with each checkpoint."

    def finish(self, checkpoint: Path) -> None:
        """Copy the run as it is now, and wait until that is done.

        Raises:
            Unavailable: When it could not be done.
            RunLocked: When another process writes to the same mirror.
        """
        self.send(checkpoint)
        self._wait()
        if self._error is not None:
            error = self._error
            raise type(error)(f"{error} The run is whole in {self._run}; the same command copies it again.")

    def _wait(self) -> None:
        with self._changed:
            # In pieces, as a wait without an end cannot be interrupted everywhere.
            while self._busy or self._waiting is not None:
                self._changed.wait(1)

    def _end(self, *, hurried: bool) -> None:
        """Let the thread end, once it has copied what waits; hurried, what waits is left, and no end is waited for."""
        with self._changed:
            self._ended = True
            if hurried:
                self._waiting = None
            self._changed.notify_all()
        # In pieces, as in `_wait`.
        while not hurried and self._thread.is_alive():
            self._thread.join(1)

    def _work(self) -> None:
        while True:
            with self._changed:
                while self._waiting is None:
                    if self._ended:
                        return
                    self._changed.wait()
                pinned = self._waiting
                self._waiting = None
                self._busy = True
            error: ImpastoError | None = None
            try:
                self._mirror.write(int(pinned.name.removeprefix("step-")), self._files(pinned))
            except ImpastoError as failure:
                error = failure
            except Exception as failure:
                error = Unavailable(f"{type(failure).__name__}: {failure}.")
            shutil.rmtree(pinned.parent, ignore_errors=True)
            with self._changed:
                self._error = error
                self._busy = False
                self._changed.notify_all()

    def _files(self, pinned: Path) -> Mapping[str, tuple[Path, Stored]]:
        """The files of the run, of its checkpoints the pinned one; what was removed meanwhile is left out."""
        files = {}
        for file in pinned.iterdir():
            files[f"{CHECKPOINTS}/{pinned.name}/{file.name}"] = (file, self._stored(file))
        for file in sorted(self._run.rglob("*")):
            path = file.relative_to(self._run)
            hidden = any(part.startswith(".") for part in path.parts)
            # What can be encoded again is not worth its bytes.
            encoded = any(path.match(pattern) for pattern in ENCODINGS)
            if hidden or encoded or path.parts[0] == CHECKPOINTS or not file.is_file():
                continue
            with suppress(FileNotFoundError):
                files[path.as_posix()] = (file, self._stored(file))
        return files

    def _stored(self, file: Path) -> Stored:
        """The content of a file; of one that grows, as far as it is there now."""
        with file.open("rb") as content:
            # Of the open file: another one may bear its name by now.
            status = os.fstat(content.fileno())
            length = status.st_size
            key = (str(file), status.st_ino, length, status.st_mtime_ns)
            if key not in self._hashes:
                digest = hashlib.sha256()
                for chunk in first_bytes(content, length):
                    digest.update(chunk)
                self._hashes[key] = digest.hexdigest()
            return Stored(self._hashes[key], length)


def restore(run: Path, address: str, watch: Watch) -> State | None:
    """Bring a run back from its mirror, where that is further than the run folder.

    Processes that train together may all call this: one does it, on each machine that has a folder of its own.

    Args:
        run: The run folder.
        address: See `Mirror`.
        watch: Called with what happens.

    Returns:
        The state at the place; None where there is none.

    Raises:
        UsageError: When the folder holds another run, or a package is missing.
        Unavailable: When the place cannot be read.
        CheckpointError: When what is there was changed.
        RunLocked: When another process trains in the folder.
    """
    mirror = Mirror(address)
    check_folder(run)
    try:
        with FileLock(run / RESTORING):
            return _restore(run, mirror, watch)
    except BaseException:
        forget_folder(run)
        raise


def _restore(run: Path, mirror: Mirror, watch: Watch, attempts: int = ATTEMPTS) -> State | None:
    state = mirror.newest()
    if state is None or not _is_behind(run, state, mirror.address):
        return state
    try:
        with locked(run):
            _fetch(run, mirror, state, watch)
    except Incomplete:
        # Another process may have written a newer state, and removed what this one needs.
        if attempts == 1:
            raise
        return _restore(run, mirror, watch, attempts - 1)
    watch(Event("train", "restored", f"The run was brought from {mirror.address} into {run}, at step {state.step:,}."))
    return state


def _is_behind(run: Path, state: State, address: str) -> bool:
    """Whether a run folder has no whole checkpoint as late as the state of its mirror.

    Raises:
        UsageError: When it holds another run.
    """
    if next((run / CHECKPOINTS).glob("step-*"), None) is None:
        return True
    description = state.files.get(DESCRIPTION)
    if description is None or file_hash(run / DESCRIPTION) != description.sha256:
        raise UsageError(
            f"{address} holds another run than {run}; choose another {option('mirror', None)}, or another "
            f"{option('out', None)}."
        )
    return newest_step(run) < state.step


def newest_step(run: Path) -> int:
    """The step of a run's newest whole checkpoint; -1 where there is none, also because all are damaged."""
    with suppress(CheckpointError):
        checkpoint = newest(run / CHECKPOINTS)
        if checkpoint is not None:
            return int(checkpoint.name.removeprefix("step-"))
    return -1


def _fetch(run: Path, mirror: Mirror, state: State, watch: Watch) -> None:
    """Bring the files of a state: the description first, by which the folder is a run, and the checkpoint last."""
    parts: dict[str, dict[str, Stored]] = {}
    for path, stored in state.files.items():
        folder, _, name = path.rpartition("/")
        key = folder if folder.startswith(f"{CHECKPOINTS}/") else ""
        parts.setdefault(key, {})[name if key else path] = stored
    done = 0
    for folder, files in sorted(parts.items()):
        if not folder:
            for path, stored in sorted(files.items(), key=lambda item: item[0] != DESCRIPTION):
                done += _fetch_file(run / path, mirror, stored)
                watch(Event("train", "progress", "Bytes from the mirror", done, state.bytes))
            continue
        with whole_folder(run / folder, replace=True) as work:
            for name, stored in files.items():
                mirror.fetch(stored, work / name)
                done += stored.bytes
                watch(Event("train", "progress", "Bytes from the mirror", done, state.bytes))


def _fetch_file(path: Path, mirror: Mirror, stored: Stored) -> int:
    """Bring a file, whole or not at all, unless it is there; returns its length."""
    if not (path.is_file() and path.stat().st_size == stored.bytes and file_hash(path) == stored.sha256):
        partial = path.with_name(f".{path.name}.part")
        try:
            mirror.fetch(stored, partial)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    return stored.bytes
