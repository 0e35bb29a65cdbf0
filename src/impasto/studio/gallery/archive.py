"""Many pictures in one zip, each with its recipe, written while it is sent: nothing is kept in memory or on disk."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from impasto.errors import UsageError
from impasto.studio.gallery.finding import Search, chosen, count
from impasto.studio.gallery.tables import Picture

__all__ = ["MOST_ARCHIVED", "RECIPES", "Archived", "archived", "zipped"]

MOST_ARCHIVED = 5000
"""Most pictures of one zip."""
RECIPES = "recipes.jsonl"
"""File of the zip with a line for each picture: its name in the zip, and its recipe, which its PNG holds as well."""
CHUNK = 1 << 20
"""Bytes that are read at a time."""


@dataclass(frozen=True)
class Archived:
    """A picture for a zip.

    Attributes:
        path: Its file.
        name: In the zip.
        recipe: All it takes to paint it again.
    """

    path: Path
    name: str
    recipe: dict[str, Any]


def archived(session: Session, search: Search) -> list[Archived]:
    """The pictures that match a search, newest first, under names that differ.

    Raises:
        UsageError: When there is none, or there are too many.
    """
    number = count(session, search)
    if number == 0:
        raise UsageError("No picture matches, so that there is nothing to save.")
    if number > MOST_ARCHIVED:
        raise UsageError(
            f"{number:,} pictures match, and a zip holds at most {MOST_ARCHIVED:,}. Choose fewer, such as an album."
        )
    query = chosen(session, select(Picture.path, Picture.gallery, Picture.recipe), search)
    names: set[str] = set()
    pictures = []
    for path, gallery, recipe in session.execute(query):
        name = _free(f"{Path(gallery).name}-{Path(path).name}", names)
        names.add(name)
        pictures.append(Archived(Path(path), name, recipe))
    return pictures


def _free(name: str, names: set[str]) -> str:
    """The name, or with a number at its end where it is taken."""
    stem = Path(name).stem
    number = 1
    while name in names:
        number += 1
        name = f"{stem}-{number}.png"
    return name


class _Pipe:
    """A file that is written to, and emptied as often as one likes."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is left open."""

    def emptied(self) -> bytes:
        """What was written since the last call."""
        data = b"".join(self._parts)
        self._parts.clear()
        return data


def zipped(pictures: Sequence[Archived]) -> Iterator[bytes]:
    """A zip of pictures, piece by piece; a file that is gone by then is left out, and its recipe stays.

    Pictures are not compressed, since PNG files are compressed already.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        lines = [json.dumps({"file": each.name, "recipe": each.recipe}, ensure_ascii=False) for each in pictures]
        archive.writestr(RECIPES, "\n".join(lines) + "\n", zipfile.ZIP_DEFLATED)
        for each in pictures:
            if not each.path.is_file():
                continue
            with (
                each.path.open("rb") as source,
                archive.open(zipfile.ZipInfo.from_file(each.path, each.name, strict_timestamps=False), "w") as entry,
            ):
                while data := source.read(CHUNK):
                    entry.write(data)
                    yield pipe.emptied()
            yield pipe.emptied()
    yield pipe.emptied()
