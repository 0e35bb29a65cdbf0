"""The painters that are there to paint with: those that come with impasto, those by rules, and those trained here.

So are pretrained models in the folder `models`, each in a folder with a model_index.json.

Their descriptions are kept in the cache folder, for as long as neither the program nor the painter has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import impasto
from impasto import catalogue
from impasto.errors import ImpastoError, Unavailable, UnknownName, UsageError
from impasto.files import cache_folder, read_json, write_json
from impasto.sources import PACKAGED, PARTS, RUNS, SHIPPED, SHIPPED_PAINTER
from impasto.spelling import command
from impasto.studio.painters.description import BY_RULES, Description, EditDescription

__all__ = ["PAINTS_BY_RULES", "Entry", "Shelf", "fingerprint", "title_of"]

PAINTS_BY_RULES = "Paints by rules"
MODELS = "models"
"""Folder of models that others trained, in the working folder."""
PATIENCE = 300.0
"""Seconds that a description may take."""


@dataclass(frozen=True)
class Entry:
    """A painter that is there.

    Attributes:
        source: The word that commands name it by.
        group: Where it comes from, for people.
        description: What is known of it; None while that is being read.
        error: Why it cannot be used; '' where it can.
    """

    source: str
    group: str
    description: Description | None = None
    error: str = ""

    @property
    def title(self) -> str:
        """How it is called where painters are chosen."""
        return title_of(self.source)


def title_of(source: str) -> str:
    """How a painter is called, by the word that commands name it by: without the place that it comes from."""
    return source.removeprefix(f"{RUNS.as_posix()}/").removeprefix(f"{SHIPPED}/").removeprefix(f"{MODELS}/")


class Shelf:
    """Painters by the word that commands name them by."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._file = cache_folder() / "studio" / f"painters-{fingerprint()}.json"
        self._by_rules: list[str] = []
        self._edits: dict[str, EditDescription] = {}
        self._descriptions: dict[str, Description] = {}
        self._errors: dict[str, str] = {}
        self._changed = threading.Condition()
        self._reading: set[str] = set()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._load()

    def begin(self) -> None:
        """Have what is not known yet described, in the background; it is called as often as one likes."""
        with self._changed:
            missing = [s for s in self._sources() if not self._known(s) and s not in self._reading]
            if missing or (not self._by_rules and BY_RULES not in self._reading):
                self._read_later(missing, by_rules=not self._by_rules)

    def close(self) -> None:
        """End what still describes painters."""
        with self._changed:
            for process in self._processes:
                process.kill()

    @property
    def complete(self) -> bool:
        """Whether all painters are listed; at first those by rules are still being looked for."""
        return bool(self._by_rules) and not self._reading

    def entries(self) -> list[Entry]:
        """All painters to paint with; those that cannot be used come with the reason."""
        entries = [self._entry(source, group) for source, group in self._groups().items()]
        return [entry for entry in entries if not self._hidden(entry)]

    def look(self, source: str) -> Entry | None:
        """A painter as far as it is known now; None where there is none of that name."""
        groups = self._groups()
        if not self.complete and source in catalogue.painters():
            groups.setdefault(source, PAINTS_BY_RULES)
        return self._entry(source, groups[source]) if source in groups else None

    def find(self, source: str) -> Entry:
        """A painter by its word; it is described first, if need be.

        Raises:
            UnknownName: When it is none of those that are there.
            UsageError: When it has to be trained first.
            ImpastoError: When it cannot be used.
            Unavailable: When that is not known in time.
        """
        groups = self._groups()
        if source not in groups and source not in catalogue.painters():
            names = [entry.source for entry in self.entries()]
            raise UnknownName("painter", source, names if self.complete else [*names, *catalogue.painters()])
        group = groups.get(source, PAINTS_BY_RULES)
        end = time.monotonic() + PATIENCE
        with self._changed:
            while not self._known(source):
                if source not in self._reading:
                    self._read_later([source])
                if not self._changed.wait(max(0.0, end - time.monotonic())):
                    raise Unavailable(f"{source} was not described within {PATIENCE:.0f} seconds; try again.")
        entry = self._entry(source, group)
        if entry.description is None:
            raise ImpastoError(entry.error)
        if entry.description.learns and group == PAINTS_BY_RULES:
            raise UsageError(f"{source} learns from pictures; train it first: {command('train', source, 'STORE')}")
        return entry

    def edits(self) -> dict[str, EditDescription]:
        """All edits by name, once they are described.

        Raises:
            Unavailable: When that takes too long.
        """
        self.begin()
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._edits), PATIENCE):
                raise Unavailable(f"The edits were not described within {PATIENCE:.0f} seconds; try again.")
            return self._edits

    def edit(self, name: str) -> EditDescription:
        """An edit by its name.

        Raises:
            UnknownName: When there is none.
        """
        if name not in catalogue.edits():
            raise UnknownName("edit", name, catalogue.edits())
        edits = self.edits()
        if name not in edits:
            raise ImpastoError(f"The edit {name} cannot be used; `impasto explain {name}` says why.")
        return edits[name]

    def able(self, edit: str) -> list[Entry]:
        """The painters that can do an edit, as far as they are known now."""
        return [entry for entry in self.entries() if entry.description and edit in entry.description.edits]

    def _groups(self) -> dict[str, str]:
        """All painters that may be there, and where each comes from."""
        groups = dict.fromkeys([SHIPPED_PAINTER, *self._shipped()], "Comes with impasto")
        groups |= dict.fromkeys(self._runs(), "Trained here")
        groups |= dict.fromkeys(self._bases(), "Trained by others")
        return groups | dict.fromkeys(self._by_rules, PAINTS_BY_RULES)

    def _known(self, source: str) -> bool:
        key = self._key(source)
        return key in self._descriptions or key in self._errors

    def _entry(self, source: str, group: str) -> Entry:
        key = self._key(source)
        return Entry(source, group, self._descriptions.get(key), self._errors.get(key, ""))

    @staticmethod
    def _hidden(entry: Entry) -> bool:
        """Whether it is none to paint with: a judge, or an autoencoder that others paint over."""
        described = entry.description
        if entry.source.startswith(f"{SHIPPED}/") and entry.source != SHIPPED_PAINTER and described is None:
            return True
        shipped = entry.source.startswith(f"{SHIPPED}/")
        return described is not None and (not described.paints or (shipped and described.compresses))

    def _sources(self) -> list[str]:
        others = [source for source in self._shipped() if source != SHIPPED_PAINTER]
        return [SHIPPED_PAINTER, *self._runs(), *others, *self._bases()]

    def _runs(self) -> list[str]:
        """Runs that have a painter, the newest first."""
        files = list((self.home / RUNS).glob("*/painter/config.json"))
        with suppress(OSError):  # One may go while they are sorted.
            files.sort(key=lambda file: file.stat().st_mtime, reverse=True)
        return [(RUNS / file.parent.parent.name).as_posix() for file in files]

    def _bases(self) -> list[str]:
        """Pretrained models, each a folder with the list of its parts, or one of such folders of an owner."""
        folder = self.home / MODELS
        files = [*folder.glob(f"*/{PARTS}"), *folder.glob(f"*/*/{PARTS}")]
        return sorted(file.parent.relative_to(self.home).as_posix() for file in files)

    @staticmethod
    def _shipped() -> list[str]:
        return [f"{SHIPPED}/{file.parent.name}" for file in sorted(PACKAGED.glob("*/config.json"))]

    def _key(self, source: str) -> str:
        """A name of a painter in its present state."""
        for name in (Path("painter", "config.json"), PARTS):
            file = self.home / source / name
            with suppress(OSError):
                return f"{file.resolve()}:{file.stat().st_mtime_ns}"
        return source

    def _load(self) -> None:
        with suppress(ImpastoError, ValueError, TypeError, LookupError):
            kept: dict[str, Any] = read_json(self._file)
            self._edits = {edit["name"]: EditDescription(**edit) for edit in kept["edits"]}
            self._by_rules = [str(name) for name in kept["by_rules"]]
            self._descriptions = {key: Description(**value) for key, value in kept["descriptions"].items()}

    def _save(self) -> None:
        descriptions = {key: value.model_dump() for key, value in self._descriptions.items()}
        with suppress(ImpastoError):  # The cache folder may be read-only.
            edits = [edit.model_dump() for edit in self._edits.values()]
            write_json(self._file, {"by_rules": self._by_rules, "edits": edits, "descriptions": descriptions})

    def _read_later(self, sources: list[str], *, by_rules: bool = False) -> None:
        names = {*sources, BY_RULES} if by_rules else set(sources)
        self._reading |= names
        threading.Thread(target=self._read, args=(sources, names), name="describing", daemon=True).start()

    def _read(self, sources: list[str], names: set[str]) -> None:
        """Have painters described by another process, and take in each description as it comes."""
        keys = {source: self._key(source) for source in sources}
        words = [*sources, *(names & {BY_RULES})]
        path = os.pathsep.join(entry for entry in sys.path if entry)
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "impasto.studio.painters.describing", *words],
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        with self._changed:
            self._processes.add(process)
        with process:
            assert process.stdout is not None
            for line in process.stdout:
                with self._changed, suppress(ValueError, LookupError):
                    self._take(json.loads(line), keys)
                    self._changed.notify_all()
        with self._changed:
            self._processes.discard(process)
            for source in sources:
                if not self._known(source):
                    self._errors[keys[source]] = (
                        f"{source} could not be described; `impasto explain {source}` says why."
                    )
            self._reading -= names
            self._save()
            self._changed.notify_all()

    def _take(self, line: dict[str, Any], keys: dict[str, str]) -> None:
        if "edits" in line and "source" not in line:
            self._edits = {edit["name"]: EditDescription(**edit) for edit in line["edits"]}
            return
        if "by_rules" in line:
            self._by_rules = line["by_rules"]
            return
        key = keys.get(line["source"], line["source"])
        if "error" in line:
            self._errors[key] = line["error"]
        else:
            self._descriptions[key] = Description(**line)


def fingerprint() -> str:
    """A name of the program in its present state."""
    package = Path(impasto.__file__).parent
    state = [(str(file), file.stat().st_mtime_ns) for file in sorted(package.rglob("*.py"))]
    return hashlib.sha256(repr((impasto.__version__, state)).encode()).hexdigest()[:16]
