"""A copy of a run at another place, such as a bucket, from which any machine can go on.

The place holds `objects/`, whose files are named by the hashes of their content, and `states/`, each file of which
lists the files of the run at one step and their objects. A state is written after all of its objects and never changed,
under a new name that holds its number and a hash of its text. So the newest whole state stays complete whenever a
process that writes another one is killed. What no state needs any more is removed afterwards.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from impasto.errors import CheckpointError, ImpastoError, RunLocked, Unavailable
from impasto.file_systems import file_system
from impasto.files import disk_errors_named

__all__ = ["Incomplete", "Mirror", "State", "Stored", "first_bytes"]

OBJECTS = "objects"
STATES = "states"
CHUNK = 2**23
"""Bytes that are held in memory at a time."""
UNFINISHED = timedelta(days=1)
"""Age after which objects that no state lists are removed: what a killed process had written of its next state."""

_NAME = re.compile(r"(\d{9})-([0-9a-f]{16})\.json")


class Incomplete(CheckpointError):
    """An object of a state is gone, as it is when another process has written a newer one."""


@dataclass(frozen=True)
class Stored:
    """The content of a file.

    Attributes:
        sha256: In hexadecimal.
        bytes: Its length.
    """

    sha256: str
    bytes: int


@dataclass(frozen=True)
class State:
    """A run at one of its checkpoints.

    Attributes:
        name: Of the file that describes it.
        step: Steps made.
        files: Path in the run folder, with '/' between its parts, → content.
    """

    name: str
    step: int
    files: Mapping[str, Stored]

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(file.bytes for file in self.files.values())


class Mirror:
    """Reads and writes the states of a run at a place.

    Attributes:
        address: The place.
        last: The newest state as this process knows it.
    """

    def __init__(self, address: str) -> None:
        """Nothing is read yet.

        Args:
            address: Such as 's3://bucket/run', as fsspec writes it; a plain path is a folder.

        Raises:
            UsageError: When a package is missing, or the address is of no known kind.
        """
        self.address = address
        self.last: State | None = None
        # Names of the states that were sent from here, also of those of which it is not known whether they arrived.
        self._sent: set[str] = set()
        # Objects of all states that were read or sent here.
        self._listed: set[str] = set()
        self._system, self._root = file_system(address)

    def newest(self) -> State | None:
        """The newest state that is whole; None where there is none.

        Raises:
            Unavailable: When the place cannot be read.
            CheckpointError: When a state names files outside of a run folder.
        """
        state = None
        with self._reading():
            for name in sorted(self._names(STATES), reverse=True):
                # Another process may have removed it, for a newer one, since its name was read.
                with suppress(FileNotFoundError):
                    state = state or _state(name, bytes(self._system.cat_file(self._path(STATES, name))), self.address)
        self.last = state
        return state

    def check_writable(self) -> None:
        """Write a file and remove it, so that what is wrong with the place is said before there is anything to lose.

        Raises:
            Unavailable: When the place cannot be written.
        """
        probe = self._path(f"probe-{hashlib.sha256(str(datetime.now()).encode()).hexdigest()[:16]}")
        with self._writing():
            # Of buckets the first part is the name, and none is made because of a slip of the pen.
            first = PurePosixPath(self._root).parts[: 2 if self._root.startswith("/") else 1]
            if self._system.exists(str(PurePosixPath(*first))):
                for folder in (OBJECTS, STATES):
                    self._system.makedirs(self._path(folder), exist_ok=True)
            self._system.pipe_file(probe, b"impasto")
            self._system.rm_file(probe)

    def write(self, step: int, files: Mapping[str, tuple[Path, Stored]]) -> State:
        """Write a state, and remove what only older ones needed.

        Args:
            step: Steps made.
            files: Path in the run folder → a file that begins with the content, and the content.

        Raises:
            Unavailable: When the place cannot be written, or a file changed meanwhile; older states stay whole.
            RunLocked: When another process has written a state since this one last did.
        """
        before = self.last
        there = set() if before is None else {stored.sha256 for stored in before.files.values()}
        for path, stored in files.values():
            if stored.sha256 not in there:
                self._write_object(path, stored)
                there.add(stored.sha256)
        before = self._checked(before)
        self._listed |= there
        number = 1 if before is None else int(before.name[:9]) + 1
        contents = {name: asdict(stored) for name, (_, stored) in sorted(files.items())}
        text = json.dumps({"version": 1, "step": step, "files": contents}, indent=1).encode()
        name = f"{number:09d}-{hashlib.sha256(text).hexdigest()[:16]}.json"
        self._sent.add(name)
        with self._writing():
            self._system.pipe_file(self._path(STATES, name), text)
        self.last = State(name, step, {name: stored for name, (_, stored) in files.items()})
        # Some places may be written and not cleared; the state stands all the same.
        with suppress(Exception):
            self._remove_outdated(self.last)
        return self.last

    def fetch(self, stored: Stored, target: Path) -> None:
        """Write the content of an object into a file.

        Raises:
            Incomplete: When the object is gone.
            CheckpointError: When its content is not what it was.
            Unavailable: When the place cannot be read.
            DiskError: When the file cannot be written.
        """
        path = self._path(OBJECTS, stored.sha256)
        digest = hashlib.sha256()
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._reading(), self._system.open(path, "rb") as source, target.open("wb") as file:
                while chunk := source.read(CHUNK):
                    digest.update(chunk)
                    with disk_errors_named(target):
                        file.write(chunk)
        except FileNotFoundError:
            raise Incomplete(
                f"{self.address} is incomplete: it lacks {OBJECTS}/{stored.sha256}. Restore that file there from a "
                "copy, or train into another place."
            ) from None
        if digest.hexdigest() != stored.sha256:
            raise CheckpointError(
                f"{self.address} has changed: {OBJECTS}/{stored.sha256} has another content than its name says. "
                "Restore that file there from a copy, or train into another place."
            )

    def _write_object(self, path: Path, stored: Stored) -> None:
        digest = hashlib.sha256()
        target = self._path(OBJECTS, stored.sha256)
        with path.open("rb") as file, self._writing(), self._system.open(target, "wb") as copy:
            for chunk in first_bytes(file, stored.bytes):
                digest.update(chunk)
                copy.write(chunk)
        if digest.hexdigest() != stored.sha256:
            raise Unavailable(f"{path} changed while it was copied to {self.address}; it is copied again later.")

    def _checked(self, before: State | None) -> State | None:
        """The newest state, if it is the one that this process knows or one that it sent itself."""
        newest = self.newest()
        name = newest and newest.name
        if name != (before and before.name) and name not in self._sent:
            self.last = before
            raise RunLocked(
                f"Another process writes a run to {self.address} too, so this one has stopped. "
                "What it trained is in its run folder; let one of both go on."
            )
        return newest

    def _remove_outdated(self, now: State) -> None:
        """Remove older states, the objects that only these listed, and those that no state ever did."""
        for name in self._names(STATES):
            if name < now.name:
                self._system.rm_file(self._path(STATES, name))
        needed = {stored.sha256 for stored in now.files.values()}
        for name in set(self._names(OBJECTS)) - needed:
            path = self._path(OBJECTS, name)
            if name in self._listed or datetime.now(UTC) - _utc(self._system.modified(path)) > UNFINISHED:
                self._system.rm_file(path)

    def _names(self, folder: str) -> list[str]:
        """Names of the files in a folder of the place."""
        self._system.invalidate_cache(self._path(folder))
        try:
            names = [posixpath.basename(path) for path in self._system.ls(self._path(folder), detail=False)]
        except FileNotFoundError:
            return []
        return [name for name in names if name]

    def _path(self, *parts: str) -> str:
        return posixpath.join(self._root, *parts)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (ImpastoError, FileNotFoundError):
            raise
        except Exception as error:  # Each kind of place has errors of its own.
            raise self._unavailable("read", error) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # Each kind of place has errors of its own.
            raise self._unavailable("written", error) from error

    def _unavailable(self, done: str, error: Exception) -> Unavailable:
        text = str(error) or "no reason is given"
        return Unavailable(
            f"{self.address} cannot be {done} ({type(error).__name__}: {text.rstrip('.')}). Check the address, the "
            "network, and whether this machine has credentials for the place."
        )


def first_bytes(file: BinaryIO, count: int) -> Iterator[bytes]:
    """The first bytes of a file, some at a time."""
    while count and (chunk := file.read(min(CHUNK, count))):
        count -= len(chunk)
        yield chunk


def _state(name: str, text: bytes, address: str) -> State | None:
    """The state that a file describes; None where it was cut short."""
    match = _NAME.fullmatch(name)
    if match is None or hashlib.sha256(text).hexdigest()[:16] != match[2]:
        return None
    values: dict[str, Any] = json.loads(text)
    for path in map(PurePosixPath, values["files"]):
        # The place may be another's: nothing is written outside of the run folder.
        if path.is_absolute() or ".." in path.parts or set(str(path)) & set("\\:"):
            raise CheckpointError(f"{address} holds no run of impasto: one of its files is called {str(path)!r}.")
    return State(name, values["step"], {path: Stored(**stored) for path, stored in values["files"].items()})


def _utc(moment: datetime) -> datetime:
    """A time with its zone; places that name none mean this one."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
