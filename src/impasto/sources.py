"""What a word of the user names: a run, an exported painter, a store, a painter of the catalogue, or a hub id.

`resolve` turns the word, as it was typed, into one of the classes below; the code that follows looks at the class.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import ClassVar

from impasto import catalogue
from impasto.errors import UsageError

__all__ = [
    "GALLERIES",
    "HUB",
    "NEWEST",
    "PACKAGED",
    "PARTS",
    "RUNS",
    "SHIPPED",
    "SHIPPED_OF_CLIPS",
    "SHIPPED_OF_INSTRUCTIONS",
    "SHIPPED_OF_WORDS",
    "SHIPPED_PAINTER",
    "STORES",
    "Base",
    "CatalogueName",
    "Export",
    "Graph",
    "Hub",
    "Run",
    "Shipped",
    "Source",
    "StoreFolder",
    "Unknown",
    "path_of",
    "resolve",
]

SHIPPED = "shipped"
SHIPPED_PAINTER = f"{SHIPPED}/paintings"
"""The painter that 'shipped' stands for. A newer one gets another name, since recipes name the one that they need."""
SHIPPED_OF_WORDS = f"{SHIPPED}/words"
"""The painter that comes with the package and reads words."""
SHIPPED_OF_CLIPS = f"{SHIPPED}/motion"
"""The painter that comes with the package and lets given pictures move."""
SHIPPED_OF_INSTRUCTIONS = f"{SHIPPED}/instruct"
"""The painter that comes with the package and changes pictures as instructions say."""
PACKAGED = Path(__file__).parent / SHIPPED
"""Folder of the painters that come with the package: 'shipped/paintings' and, of before, 'shipped/painter', and the
autoencoders that they paint over, 'shipped/taef2' and 'shipped/autoencoder'."""
PAINTER = "painter"
"""The one that is meant by 'shipped' alone."""
NEWEST = "newest"
"""Stands for the newest file or folder where it stands in a path, as in 'gallery/newest'; alone, for the newest run."""
GALLERIES = Path("gallery")
RUNS = Path("runs")
STORES = Path("stores")
"""Folders of the galleries, runs and stores that are made where the user names no place."""
HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
HUB = "hub:"
"""What stands before the name of a base on the hub: 'hub:owner/name', with '@revision' where one is meant."""
PARTS = "model_index.json"
"""The file that lists the parts of a base in a folder."""
SINGLE_FILES = (".safetensors", ".ckpt", ".pt", ".pth", ".bin")
"""Endings of files that hold a whole base; only those of the first are ever opened."""


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
class Graph:
    """An ONNX file with a painter and its sampler."""

    file: Path
    kind: ClassVar[str] = "an exported graph"


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
class Base:
    """A model that others trained and the library diffusers reads; whether there is one is not known yet.

    Attributes:
        word: A folder, a single file, or 'hub:' and an id of the hub or a short name of `impasto list bases`.
    """

    word: str
    kind: ClassVar[str] = "a pretrained model of the library diffusers"

    @property
    def on_hub(self) -> bool:
        """Whether it is named by its id on the hub."""
        return self.word.startswith(HUB)


@dataclass(frozen=True)
class Unknown:
    """A word that names none of these; there may be another folder or file of that name."""

    word: str
    kind: ClassVar[str] = ""


Source = Run | Export | Graph | StoreFolder | CatalogueName | Shipped | Hub | Base | Unknown


def path_of(word: str | PathLike[str]) -> Path:
    """The path that a word names; a part 'newest' stands for what was changed last in the folder above it.

    A file or folder that is itself called 'newest' comes first. Where there is nothing newest, the path stays as it is.

    Raises:
        UsageError: When the word is empty, which would otherwise mean the working folder.
    """
    if not fspath(word).strip():
        raise UsageError("The name of a file or folder is empty; name one, or '.' for the folder you are in.")
    path = RUNS / NEWEST if fspath(word) == NEWEST and not Path(word).exists() else Path(word)
    for position, part in enumerate(path.parts):
        above = Path(*path.parts[:position])
        if part == NEWEST and position and not (above / part).exists():
            entries = [entry for entry in _entries(above) if not entry.name.startswith(".")]
            if entries:
                newest = max(entries, key=lambda entry: (entry.stat().st_mtime_ns, entry.name))
                return path_of(Path(newest, *path.parts[position + 1 :]))
    return path


def _entries(folder: Path) -> list[Path]:
    """Files and folders in a folder; none where it cannot be read."""
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def resolve(word: str | PathLike[str], *, names_first: bool = False) -> Source:
    """What a word names; nothing is downloaded, and files are only looked for.

    Args:
        word: As the user wrote it.
        names_first: Which comes first where a name of the catalogue is also the name of a run, an export or a store in
            the working folder: the catalogue, or the folder. Other folders, such as one of pictures, never count.
    """
    name = fspath(word)
    if name.startswith(HUB):
        return Base(name)
    named = name in catalogue.painters() or name in catalogue.judges()
    # A word that is too long for the name of a file is an OSError, and names none.
    with suppress(OSError):
        if name and not (named and names_first) and (folder := _folder(path_of(word))):
            return folder
        if not named and Path(word).is_file() and Path(word).suffix == ".onnx":
            return Graph(Path(word))
        if not named and Path(word).exists():
            single = Path(word).is_file() and Path(word).suffix.lower() in SINGLE_FILES
            return Base(name) if single else Unknown(name)
    return CatalogueName(name) if named else _absent(name)


def _folder(folder: Path) -> Run | Export | StoreFolder | Base | None:
    """What the files in a folder make it; None where they are none of a run, an export, a base or a store."""
    if (folder / "run.json").is_file():
        return Run(folder)
    if (folder / "config.json").is_file():
        return Export(folder)
    if (folder / PARTS).is_file():
        return Base(folder.as_posix())
    if (folder / "manifest.json").is_file() and (folder / "index.parquet").is_file():
        return StoreFolder(folder)
    return None


def _absent(name: str) -> Shipped | Hub | Unknown:
    """What a word names that is no file here and no name of the catalogue."""
    if name == SHIPPED:
        name = SHIPPED_PAINTER
    first, *others = Path(name).parts or ("",)
    # One name after 'shipped', and not '..': the word may come from a stranger's recipe, and must stay in the package.
    if first == SHIPPED and len(others) == 1 and others != [".."]:
        return Shipped(name, PACKAGED.parent / name)
    return Hub(name) if HUB_ID.fullmatch(name) else Unknown(name)
