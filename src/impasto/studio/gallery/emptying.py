"""The bin is emptied: the files of its pictures are removed, which cannot be undone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from impasto.errors import UsageError
from impasto.files import disk_errors_named
from impasto.studio.gallery.files import companion_endings, picture_file
from impasto.studio.gallery.finding import Search, count
from impasto.studio.gallery.tables import Annotation, Picture
from impasto.studio.gallery.thumbnails import thumbnail_file
from impasto.studio.problems import Problem

__all__ = ["empty_bin"]


def empty_bin(session: Session, folders: Sequence[Path], thumbnails: Path, expected: int) -> int:
    """Remove the files of all pictures in the bin, those that were written with them, and what was said of them.

    Args:
        session: Of `kept_session`.
        folders: Absolute paths of the folders with galleries; nothing elsewhere is removed.
        thumbnails: Folder of the small versions.
        expected: How many pictures whoever empties it believes to be in it.

    Returns:
        How many pictures were removed.

    Raises:
        UsageError: When the bin holds another number of pictures.
        ImpastoError: When a file cannot be removed.
    """
    there = count(session, Search(binned=True))
    if there != expected:
        raise UsageError(f"The bin holds {there:,} pictures by now, not {expected:,}; look at it again first.")
    binned = list(session.scalars(select(Annotation).where(Annotation.binned)))
    hashes = [annotation.content_hash for annotation in binned]
    for picture in list(session.scalars(select(Picture).where(Picture.content_hash.in_(hashes)))):
        _remove(Path(picture.path), folders)
        thumbnail_file(picture.content_hash, thumbnails).unlink(missing_ok=True)
        session.delete(picture)
    # Painted again, such a picture is a new one.
    for annotation in binned:
        session.delete(annotation)
    return there


def _remove(path: Path, folders: Sequence[Path]) -> None:
    """Remove a picture and its companions; one that is gone, or lies elsewhere by now, is left alone."""
    try:
        picture_file(path, folders)
    except Problem:
        return
    with disk_errors_named(path):
        for ending in companion_endings(path):
            path.with_suffix(f".{ending}").unlink(missing_ok=True)
        path.unlink()
