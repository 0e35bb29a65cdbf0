"""The stores of the working folder, read from their manifests, without torch."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from impasto.data.manifest import read_manifest
from impasto.errors import ImpastoError, UnknownName
from impasto.sources import STORES

__all__ = ["NAME", "StoreLine", "folder_of", "line_of", "stores"]

NAME = re.compile(r"[\w][\w .()+,-]{0,99}")
"""Names of stores and runs that pages may give; none of them leads out of a folder."""


class StoreLine(BaseModel):
    """A store in the list of all."""

    name: str = Field(description="Of its folder in `stores`.")
    source: str = Field(description="The word that commands name it by.")
    height: int = Field(default=0, description="Rows of its pictures.")
    width: int = Field(default=0, description="Columns of its pictures.")
    frames: int = Field(default=1, description="Frames of each clip; 1 for pictures.")
    pictures: int = 0
    train: int = Field(default=0, description="Pictures to train on.")
    test: int = Field(default=0, description="Pictures to measure with.")
    val: int = Field(default=0, description="Pictures by which painters and settings are chosen.")
    left_out: int = Field(default=0, description="Files that were left out when it was prepared.")
    label: str | None = Field(default=None, description="The label column whose categories are learned.")
    labels: list[str] = Field(default_factory=list, description="All label columns.")
    categories: int = Field(default=0, description="How many categories that column has.")
    hash: str = Field(default="", description="SHA-256 of its content.")
    error: str = Field(default="", description="Why it cannot be used; '' where it can.")


def stores(home: Path) -> list[StoreLine]:
    """All stores of a working folder, the newest first.

    Args:
        home: The working folder.
    """
    files = sorted((home / STORES).glob("*/manifest.json"), key=_time, reverse=True)
    return [_line(file.parent) for file in files if NAME.fullmatch(file.parent.name)]


def folder_of(home: Path, name: str) -> Path:
    """The folder of a store.

    Raises:
        UnknownName: When there is none of that name.
    """
    folder = home / STORES / name
    if not NAME.fullmatch(name) or not (folder / "manifest.json").is_file():
        raise UnknownName("store", name, [line.name for line in stores(home)])
    return folder


def line_of(folder: Path, manifest: dict[str, Any]) -> StoreLine:
    """What the list of all says of a store."""
    counts = manifest["counts"]
    height = int(manifest.get("height") or str(manifest["resolution"]).partition("x")[0])
    return StoreLine(
        name=folder.name,
        source=(STORES / folder.name).as_posix(),
        height=height,
        width=int(manifest.get("width") or height),
        frames=int(manifest.get("frames", 1)),
        pictures=counts["pictures"],
        train=counts["train"],
        test=counts["test"],
        val=counts.get("val", 0),
        left_out=sum(counts["left_out"].values()),
        label=manifest["label"],
        labels=list(manifest["label_columns"]),
        categories=len(manifest["categories"]),
        hash=manifest["hash"],
    )


def _line(folder: Path) -> StoreLine:
    try:
        return line_of(folder, read_manifest(folder))
    except (ImpastoError, AttributeError, LookupError, TypeError, ValueError) as error:
        sentence = str(error) if isinstance(error, ImpastoError) else f"Its manifest cannot be read ({error})."
        return StoreLine(name=folder.name, source=(STORES / folder.name).as_posix(), error=sentence)


def _time(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # It may go while the list is sorted.
        return 0.0
