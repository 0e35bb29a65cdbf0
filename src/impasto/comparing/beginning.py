"""What a comparison was started with, and what prevents one from starting or continuing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import impasto
from impasto.comparing.experiment import Data, Experiment
from impasto.config import load, to_dict
from impasto.data.store import Store
from impasto.errors import ImpastoError
from impasto.files import read_json, write_json
from impasto.metrics.records import from_plain, to_plain
from impasto.spelling import command, option

__all__ = ["Beginning", "folder_problems", "store_changed", "store_problems"]

FILE = "experiment.json"


@dataclass(frozen=True)
class Beginning:
    """What a comparison was started with, as its `experiment.json` holds it.

    Attributes:
        experiment: The experiment, as plain values.
        store: Hash of the pictures' store.
        place: Folder of that store.
        impasto: Version of the package.
    """

    experiment: Mapping[str, Any]
    store: str
    place: str
    impasto: str = ""

    @classmethod
    def of(cls, experiment: Experiment, store: Store) -> Self:
        """A comparison that begins now."""
        return cls(_plain(experiment), store.hash, str(store.root), impasto.__version__)

    @classmethod
    def read(cls, out: Path) -> Self | None:
        """The beginning of a folder's comparison; None where there is none.

        Raises:
            ImpastoError: When its file cannot be read.
        """
        file = out / FILE
        return from_plain(cls, read_json(file), file) if file.is_file() else None

    def write(self, out: Path) -> None:
        """Write `experiment.json` into the folder of a comparison."""
        write_json(out / FILE, to_plain(self))

    @property
    def precision(self) -> str:
        """Arithmetic of the training."""
        return str(self.experiment["terms"]["precision"])


def store_problems(data: Data, place: Path, *, given: bool, split: str = "test") -> Iterator[str]:
    """Problems with the pictures, each as a sentence.

    Args:
        data: What the experiment says about them.
        place: Folder of their store, which need not be there yet.
        given: Whether the command named that store.
        split: Name of the split that is measured against.
    """
    if not place.exists():
        if given:
            yield f"There is no store {place}; make it with: {command('prepare', 'FOLDER', out=place)}"
        elif data.folder is None and data.world is None:
            yield f"data names neither a folder nor a world, and there is no {option('store', None)}; give one of them."
        elif data.folder is not None and not Path(data.folder).is_dir():
            yield (
                f"data.folder = {data.folder!r} is not a folder; name one, or give a store with "
                f"{option('store', 'STORE')}."
            )
        return
    try:
        store = Store.open(place)
        side = store.resolution
    except ImpastoError as error:
        yield str(error)
        return
    if side != data.resolution:
        yield f"{place} holds pictures of {side} px, but data.resolution is {data.resolution}; the two must agree."
    if not len(store.split(split)):
        yield f"{place} has no pictures of the split {split!r}, which measuring.split names; prepare one that has."
    if data.label is not None and data.label not in store.label_columns:
        yield f"{place} has no label column {data.label!r}; it has: {', '.join(store.label_columns) or 'none'}."


def folder_problems(
    out: Path, beginning: Beginning | None, experiment: Experiment | None, place: Path
) -> Iterator[str]:
    """What prevents a comparison from starting or continuing in a folder, each as a sentence.

    Args:
        out: The folder.
        beginning: What the folder's comparison was started with.
        experiment: The requested experiment; None where it could not be read.
        place: Folder of the store.
    """
    if out.is_file():
        yield f"{out} is a file; choose a folder as {option('out', None)}."
        return
    if beginning is None:
        # What was being made when an earlier attempt ended has a temporary name.
        names = {path.name for path in out.iterdir()} if out.is_dir() else set()
        if {n for n in names if not n.startswith((".store.", ".experiment.json."))} - {".lock", ".holder", "store"}:
            yield f"{out} holds other files and is not a comparison; choose another {option('out', None)}."
        return
    if experiment is not None:
        plain = _plain(experiment)
        # What an earlier version did not know of has its default there.
        recorded = _plain(load(Experiment, beginning.experiment))
        changed = [key for key, value in plain.items() if recorded[key] != value]
        if changed:
            yield (
                f"{out} was started with another experiment (changed: {', '.join(changed)}); choose "
                f"another {option('out', None)}."
            )
    try:
        same = not place.exists() or Store.open(place, verify=False).hash == beginning.store
    except ImpastoError:
        return  # `store_problems` says what is wrong with it.
    if not same:
        yield store_changed(place, out)


def store_changed(place: Path, out: Path) -> str:
    """The sentence for a store that is not the one that a comparison was started with."""
    return (
        f"The store {place} is not the one that {out} was started with, so its finished runs would be compared with "
        f"others of other pictures. Bring the old store back, or choose another {option('out', None)}."
    )


def _plain(experiment: Experiment) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(to_dict(experiment)))
    return plain
