"""Ratings, tags, albums and the bin: what people say about pictures."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from impasto.config import config, load
from impasto.errors import UsageError
from impasto.images.recipe import Recipe
from impasto.names import normalized
from impasto.studio.gallery.scanning import words_of
from impasto.studio.gallery.tables import Album, AlbumPicture, Annotation, Picture, PictureTag

__all__ = [
    "MOST_CHANGED",
    "AlbumSummary",
    "Changes",
    "albums",
    "begin_album",
    "change",
    "pictures_of",
    "ratings_of",
    "remove_album",
    "tags_of",
]

MOST_CHANGED = 1000


def _one_line(text: str) -> str:
    """A name without white space around it and without control characters.

    Raises:
        ValueError: When nothing is left, or a character cannot be shown.
    """
    name = normalized(text)
    if not name or not name.isprintable():
        raise ValueError(f"{text!r} is no name; it needs letters that can be shown")
    return name


Tag = Annotated[str, Field(max_length=100, examples=["sea"]), AfterValidator(_one_line)]
AlbumName = Annotated[str, Field(max_length=200, examples=["For the exhibition"]), AfterValidator(_one_line)]
AlbumKey = Annotated[str, Field(max_length=64, examples=["5f0c9a1e2b3d4c5f"])]


@config
class Changes:
    """What shall change about some pictures; what is left out stays. Copies of one file share all of it.

    Attributes:
        pictures: Their keys.
        rating: Stars, 1 to 5; 0 takes the rating away.
        binned: Whether they are in the bin. Files stay where they are.
        add_tags: Tags that they get.
        remove_tags: Tags that they lose.
        add_to_album: Key of an album that they come into.
        remove_from_album: Key of an album that they leave.
    """

    pictures: Annotated[list[Annotated[int, Field(ge=1, lt=2**31)]], Field(min_length=1, max_length=MOST_CHANGED)]
    rating: Annotated[int, Field(ge=0, le=5)] | None = None
    binned: bool | None = None
    add_tags: Annotated[list[Tag], Field(max_length=50)] = Field(default_factory=list)
    remove_tags: Annotated[list[Tag], Field(max_length=50)] = Field(default_factory=list)
    add_to_album: AlbumKey | None = None
    remove_from_album: AlbumKey | None = None


def pictures_of(session: Session, keys: Sequence[int]) -> list[Picture]:
    """The pictures with some keys, in the order of these.

    Raises:
        UsageError: When there is none with a key, as after a file was removed.
    """
    rows = {picture.id: picture for picture in session.scalars(select(Picture).where(Picture.id.in_(keys)))}
    if missing := [key for key in keys if key not in rows]:
        raise UsageError(f"There is no picture {missing[0]} in the gallery; its file may be gone. Load the page again.")
    return [rows[key] for key in keys]


def change(session: Session, changes: Changes) -> list[Picture]:
    """Change what people say about pictures.

    Args:
        session: Of `kept_session`, so that the changes outlast the database.
        changes: Which, and of which pictures.

    Raises:
        UsageError: When a picture or an album is not there.
    """
    pictures = pictures_of(session, changes.pictures)
    hashes = list(dict.fromkeys(picture.content_hash for picture in pictures))
    for content_hash in hashes:
        if changes.rating is not None or changes.binned is not None:
            annotation = session.get(Annotation, content_hash)
            if annotation is None:
                annotation = Annotation(content_hash=content_hash, rating=0, binned=False)
                session.add(annotation)
            annotation.rating = annotation.rating if changes.rating is None else changes.rating
            annotation.binned = annotation.binned if changes.binned is None else changes.binned
        for tag in changes.add_tags:
            session.merge(PictureTag(content_hash=content_hash, tag=tag))
        for tag in changes.remove_tags:
            _remove(session, PictureTag, (content_hash, tag))
        if changes.add_to_album is not None:
            session.merge(AlbumPicture(album_id=_album(session, changes.add_to_album).id, content_hash=content_hash))
        if changes.remove_from_album is not None:
            _remove(session, AlbumPicture, (_album(session, changes.remove_from_album).id, content_hash))
    if changes.add_tags or changes.remove_tags:
        session.flush()
        _renew_words(session, hashes)
    return pictures


def _remove(session: Session, table: type[PictureTag | AlbumPicture], key: tuple[str, str]) -> None:
    if (row := session.get(table, key)) is not None:
        session.delete(row)


def _renew_words(session: Session, hashes: Sequence[str]) -> None:
    """Let a search for words find the tags that pictures have now."""
    tags = tags_of(session, hashes)
    for picture in session.scalars(select(Picture).where(Picture.content_hash.in_(hashes))):
        recipe = load(Recipe, picture.recipe)
        picture.words = words_of(recipe, Path(picture.path), tags.get(picture.content_hash, ()))


def ratings_of(session: Session, hashes: Sequence[str]) -> dict[str, Annotation]:
    """Content hash → rating and bin, where there is something to say."""
    rows = session.scalars(select(Annotation).where(Annotation.content_hash.in_(hashes)))
    return {row.content_hash: row for row in rows}


def tags_of(session: Session, hashes: Sequence[str]) -> dict[str, list[str]]:
    """Content hash → tags, sorted."""
    query = select(PictureTag).where(PictureTag.content_hash.in_(hashes)).order_by(PictureTag.tag)
    tags: dict[str, list[str]] = {}
    for row in session.scalars(query):
        tags.setdefault(row.content_hash, []).append(row.tag)
    return tags


@dataclass(frozen=True)
class AlbumSummary:
    """An album.

    Attributes:
        id: Its key.
        name: Its name.
        pictures: How many are in it.
    """

    id: str
    name: str
    pictures: int


def albums(session: Session) -> list[AlbumSummary]:
    """All albums, by name."""
    joined = select(Album.id, Album.name, func.count(AlbumPicture.content_hash)).outerjoin(AlbumPicture)
    return [AlbumSummary(*row) for row in session.execute(joined.group_by(Album.id, Album.name).order_by(Album.name))]


def begin_album(session: Session, name: str) -> AlbumSummary:
    """A new album, of another name than all others.

    Raises:
        UsageError: When there is one of that name.
    """
    if session.scalar(select(Album).where(Album.name == name)) is not None:
        raise UsageError(f"There is an album {name!r} already; choose another name.")
    album = Album(name=name, created=time.time())
    session.add(album)
    session.flush()
    return AlbumSummary(album.id, album.name, 0)


def remove_album(session: Session, key: str) -> None:
    """Remove an album; its pictures stay.

    Raises:
        UsageError: When there is none with that key.
    """
    album = _album(session, key)
    for row in session.scalars(select(AlbumPicture).where(AlbumPicture.album_id == key)):
        session.delete(row)
    session.flush()  # before the album that the rows refer to
    session.delete(album)


def _album(session: Session, key: str) -> Album:
    album = session.get(Album, key)
    if album is None:
        raise UsageError(f"There is no album with the key {key!r}; load the page again.")
    return album
