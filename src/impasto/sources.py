"""What a word of the user names: a run, an exported painter, a store, a painter of the catalogue, or a hub id.

A word is resolved once, where it enters; afterwards its type says what it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from impasto import catalogue

__all__ = [
    "PACKAGED",
    "CatalogueName",
    "Export",
    "Hub",
    "Run",
    "Shipped",
    "Source",
    "StoreFolder",
    "Unknown",
    "resolve",
]

SHIPPED = "shipped"
PACKAGED = Path(__file__).parent / SHIPPED
"""Folder of the painters that come with the package; their names are 'shipped/painter' and 'shipped/autoencoder'."""
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class Run:
    """A run's folder, as `impasto train` makes it."""

    folder: Path
    kind: ClassVar[str] = "a run"

    @property
    def export(self) -> Path | None:
        """The exported painter inside it, if training got that far."""
        painter = self.folder / "painter"
        return painter if (painter / "config.json").is_file() else None


@dataclass(frozen=True)
class Export:
    """A folder with an exported painter."""

    folder: Path
    kind: ClassVar[str] = "an exported painter"


@dataclass(frozen=True)
class StoreFolder:
    """A folder with a store of pictures."""

    folder: Path
    kind: ClassVar[str] = "a store of pictures"


@dataclass(frozen=True)
class CatalogueName:
    """A painter's name in the catalogue."""

    name: str
    kind: ClassVar[str] = "a painter of the catalogue"


@dataclass(frozen=True)
class Shipped:
    """A painter that comes with the package; the folder may not be there."""

    name: str
    folder: Path
    kind: ClassVar[str] = "a painter that comes with impasto"


@dataclass(frozen=True)
class Hub:
    """An id of the form 'owner/name' on the hub."""

    name: str
    kind: ClassVar[str] = ""


@dataclass(frozen=True)
class Unknown:
    """A word that names none of these; there may be another folder or file of that name."""

    word: str
    kind: ClassVar[str] = ""


Source = Run | Export | StoreFolder | CatalogueName | Shipped | Hub | Unknown


def resolve(word: str | Path, *, names_first: bool = False) -> Source:
    """What a word names; nothing is downloaded, and files are only looked for.

    Args:
        word: As the user wrote it.
        names_first: Whether a name of the catalogue counts as such though a run of that name lies in the working
            folder; otherwise the run does. A folder of pictures may always bear its painter's name.
    """
    name = str(word)
    folder = Path(word)
    named = name in catalogue.painters()
    if name and not (named and names_first):
        if (folder / "run.json").is_file():
            return Run(folder)
        if (folder / "config.json").is_file():
            return Export(folder)
        if (folder / "manifest.json").is_file() and (folder / "pictures.npy").is_file():
            return StoreFolder(folder)
    if named:
        return CatalogueName(name)
    return Unknown(name) if folder.exists() else _absent(name)


def _absent(name: str) -> Shipped | Hub | Unknown:
    """What a word names that is no file here and no name of the catalogue."""
    if Path(name).parts[:1] == (SHIPPED,):
        return Shipped(name, PACKAGED.parent / name)
    return Hub(name) if HUB_ID.fullmatch(name) else Unknown(name)
