"""The table of pictures is brought up to date with the picture files."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from impasto.config import to_dict
from impasto.errors import ImpastoError, RecipeError
from impasto.files import file_hash
from impasto.images.marks import PAINTING, mark_of
from impasto.images.recipe import Recipe, read_recipe
from impasto.sources import GALLERIES
from impasto.studio.database import Database
from impasto.studio.gallery.picture_files import PictureFile, PictureFiles
from impasto.studio.gallery.search_words import indexed_words
from impasto.studio.gallery.tables import Picture, PictureTag, SkippedFile
from impasto.studio.studio import Studio

__all__ = ["ScanProgress", "Scanner", "picture_folders", "words_of"]

Item = TypeVar("Item")

BATCH = 50
"""Files that are read between two changes of the database, so that pictures appear as they are read."""


def picture_folders(studio: Studio) -> list[Path]:
    """Folders in which the gallery looks for pictures: where commands paint by default, and where jobs do."""
    return [(studio.settings.home / GALLERIES).absolute(), studio.pictures.absolute()]


@dataclass(frozen=True)
class ScanProgress:
    """How far a scan is.

    Attributes:
        running: Whether one is going on.
        read: Files that were read, of those that are new or have changed.
        changed: Files that are new or have changed.
        removed: Pictures whose file is gone.
        unreadable: Files whose recipe cannot be read, in all.
        example: What is wrong with one of them; '' where there is none.
        problem: Why the last scan ended early; '' where it did not.
        version: Grows with each change of the table.
    """

    running: bool = False
    read: int = 0
    changed: int = 0
    removed: int = 0
    unreadable: int = 0
    example: str = ""
    problem: str = ""
    version: int = 0


class Scanner:
    """Scans folders in the background, one scan at a time."""

    def __init__(self, database: Database, folders: Sequence[Path], home: Path) -> None:
        """Take what it needs.

        Args:
            database: The studio's database.
            folders: Absolute paths of folders with galleries; they need not be there.
            home: The working folder, from which galleries are named.
        """
        self.folders = folders
        self.progress = ScanProgress()
        self._database = database
        self._home = home.absolute()
        self._files = PictureFiles(folders)
        self._known: dict[str, tuple[int, int]] | None = None
        self._running = threading.Lock()
        self._ended = -math.inf

    def begin(self, *, rebuild: bool = False, after: float = 0) -> bool:
        """Scan in the background.

        Args:
            rebuild: Whether every file is read again, as into an empty table.
            after: Seconds that the last scan must have ended before.

        Returns:
            Whether a scan was begun; False where one is going on already, or ended just before.
        """
        if time.monotonic() - self._ended < after or not self._running.acquire(blocking=False):
            return False
        self.progress = replace(self.progress, running=True, read=0, changed=0, removed=0)
        threading.Thread(target=self._scan, args=(rebuild,), name="gallery scan", daemon=True).start()
        return True

    def wait(self, seconds: float) -> bool:
        """Wait until no scan is going on; whether that came in time."""
        if ended := self._running.acquire(timeout=seconds):
            self._running.release()
        return ended

    def _scan(self, rebuild: bool) -> None:
        problem = ""
        try:
            self._update(rebuild)
        except ImpastoError as error:
            problem = str(error)
            self._known = None
        finally:
            self.progress = replace(self.progress, running=False, problem=problem)
            self._ended = time.monotonic()
            self._running.release()

    def _update(self, rebuild: bool) -> None:
        if rebuild:
            self._files.forget()
            self._known = None
        with self._database.session() as session:
            if rebuild:
                _empty(session)
            known = _known(session) if self._known is None else self._known
        files = {path: (file.size_bytes, file.modified) for path, file in self._files.listed().items()}
        changed = [PictureFile(path, *facts) for path, facts in files.items() if known.get(path) != facts]
        gone = [path for path in known if path not in files]
        with self._database.session() as session:
            _remove(session, gone)
        self._advance(changed=len(changed), removed=len(gone), version=self.progress.version + bool(gone))
        for batch in _batches(changed):
            rows = [row for file in batch if (row := self._read(file)) is not None]
            with self._database.session() as session:
                _remove(session, [file.path for file in batch])
                session.add_all(_tagged(session, rows))
            self._advance(read=self.progress.read + len(batch), version=self.progress.version + 1)
        if changed or gone or self._known is None:
            self._count_unreadable()
        self._known = files

    def _advance(self, **numbers: Any) -> None:
        self.progress = replace(self.progress, **numbers)

    def _read(self, file: PictureFile) -> Picture | SkippedFile | None:
        """The row of a file; None where it has vanished since."""
        path = Path(file.path)
        about: dict[str, Any] = vars(file)
        try:
            if mark_of(path) != PAINTING:
                return SkippedFile(**about, reason="")
            recipe = read_recipe(path)
            return Picture(
                **about,
                content_hash=file_hash(path),
                gallery=self._named(path.parent),
                painter=recipe.painter,
                category=recipe.category or "",
                prompt=recipe.prompt or "",
                seed=recipe.seed,
                verb=recipe.edit or "paint",
                height=recipe.height,
                width=recipe.width,
                words=words_of(recipe, path),
                recipe=to_dict(recipe),
            )
        except RecipeError as error:
            return SkippedFile(**about, reason=str(error))
        except OSError:
            return None

    def _named(self, folder: Path) -> str:
        return (folder.relative_to(self._home) if folder.is_relative_to(self._home) else folder).as_posix()

    def _count_unreadable(self) -> None:
        with self._database.session() as session:
            reasons = session.scalars(select(SkippedFile.reason).where(SkippedFile.reason != "")).all()
        self.progress = replace(self.progress, unreadable=len(reasons), example=reasons[0] if reasons else "")


def words_of(recipe: Recipe, path: Path, tags: Iterable[str] = ()) -> str:
    """What a search for words looks through: the recipe, the names of file and folder, and tags."""
    settings = [f"{name} {value}" for name, value in recipe.settings.items() if isinstance(value, str) and value]
    about = (recipe.prompt, recipe.category, recipe.painter, recipe.edit, str(recipe.seed))
    return indexed_words(*about, *settings, path.parent.name, path.stem, *tags)


def _known(session: Session) -> dict[str, tuple[int, int]]:
    """Path → length and time of all files that were read."""
    tables = (Picture, SkippedFile)
    rows = [session.execute(select(table.path, table.size_bytes, table.modified)) for table in tables]
    return {path: (size, modified) for part in rows for path, size, modified in part}


def _empty(session: Session) -> None:
    for table in (Picture, SkippedFile):
        session.execute(delete(table))


def _remove(session: Session, paths: Sequence[str]) -> None:
    for batch in _batches(paths):
        for table in (Picture, SkippedFile):
            session.execute(delete(table).where(table.path.in_(batch)))


def _tagged(session: Session, rows: Sequence[Picture | SkippedFile]) -> Sequence[Picture | SkippedFile]:
    """The same rows, the words of tagged pictures with their tags."""
    pictures = [row for row in rows if isinstance(row, Picture)]
    hashes = {picture.content_hash for picture in pictures}
    for tag in session.scalars(select(PictureTag).where(PictureTag.content_hash.in_(hashes))):
        for picture in pictures:
            if picture.content_hash == tag.content_hash:
                picture.words += " " + indexed_words(tag.tag)
    return rows


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
