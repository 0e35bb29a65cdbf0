"""What the gallery of an open studio keeps in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated
from weakref import WeakKeyDictionary

from fastapi import Depends
from sqlalchemy.orm import Session

from impasto.errors import ImpastoError
from impasto.studio.database import Database
from impasto.studio.gallery.kept import complete, kept_session, restore
from impasto.studio.gallery.scanning import Scanner, picture_folders
from impasto.studio.studio import CurrentStudio, Studio

__all__ = ["CurrentScanner", "begin", "changing", "scanner_of"]

_scanners: WeakKeyDictionary[Database, Scanner] = WeakKeyDictionary()


def begin(studio: Studio) -> None:
    """Bring back what people said where the database is new, keep what only the database has, and look for pictures."""
    if restored := restore(studio.database, studio.settings.folder):
        studio.remarks.append(
            f"{restored:,} ratings, tags, albums, votes, drawings and strokes were read back into the new database."
        )
    else:
        with suppress(ImpastoError):  # A full disk keeps no studio from being opened; the next start tries again.
            complete(studio.database, studio.settings.folder)
    scanner_of(studio).begin()


def scanner_of(studio: Studio) -> Scanner:
    """The scanner of a studio."""
    if studio.database not in _scanners:
        _scanners[studio.database] = Scanner(studio.database, picture_folders(studio), studio.settings.home)
    return _scanners[studio.database]


def _current(studio: CurrentStudio) -> Scanner:
    return scanner_of(studio)


CurrentScanner = Annotated[Scanner, Depends(_current)]
"""Parameter of a page or REST call that is given the scanner."""


@contextmanager
def changing(studio: Studio) -> Iterator[Session]:
    """A session in which what people say and draw may change."""
    with kept_session(studio.database, studio.settings.folder) as session:
        yield session
