"""Pictures that match a search, a page at a time, newest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from sqlalchemy import ColumnElement, Select, TextClause, false, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session, load_only

from impasto.errors import UsageError
from impasto.studio.gallery.full_text import matching
from impasto.studio.gallery.tables import AlbumPicture, Annotation, Picture, PictureTag

__all__ = [
    "LARGEST_PAGE",
    "Facets",
    "Page",
    "Search",
    "Share",
    "chosen",
    "count",
    "facets",
    "find",
    "outside_bin",
]

LARGEST_PAGE = 200
SHOWN = (
    *(Picture.id, Picture.path, Picture.content_hash, Picture.modified, Picture.gallery, Picture.painter),
    *(Picture.category, Picture.prompt, Picture.seed, Picture.verb, Picture.height, Picture.width),
)
"""Columns that a list of pictures needs; recipes are longer than all of them together."""


def _written_as_date(value: object) -> object:
    """The value of a query; numbers, which would count as seconds since 1970, are none.

    Raises:
        ValueError: When a text has another form than 2026-11-30.
    """
    return date.fromisoformat(value) if isinstance(value, str) else value


Day = Annotated[date, Field(ge=date(1970, 1, 1), le=date(2200, 1, 1)), BeforeValidator(_written_as_date)]


@dataclass(frozen=True)
class Search:
    """Which pictures are wanted; all conditions must hold.

    Attributes:
        words: Words of the recipe, of tags, or of the names of file and folder; the beginning of a word is enough.
            Words in quotation marks must follow one another.
        painter: As recipes name it.
        category: As recipes name it.
        gallery: Folder of the pictures, as seen from the working folder.
        verb: 'paint', or the name of an edit.
        rating: Fewest stars.
        tag: One of their tags.
        album: Key of an album.
        since: First day, in the time zone of this machine.
        until: Last day.
        binned: Whether pictures in the bin are wanted, in the place of all others.
    """

    words: Annotated[str, Field(max_length=1000)] = ""
    painter: str | None = None
    category: str | None = None
    gallery: str | None = None
    verb: str | None = None
    rating: Annotated[int, Field(ge=0, le=5)] = 0
    tag: str | None = None
    album: str | None = None
    since: Day | None = None
    until: Day | None = None
    binned: bool = False


@dataclass(frozen=True)
class Page:
    """Some pictures of a search.

    Attributes:
        pictures: Newest first.
        after: Where the next page begins; None after the last one.
    """

    pictures: Sequence[Picture]
    after: str | None


def find(session: Session, search: Search, *, after: str | None = None, limit: int = 60) -> Page:
    """A page of the pictures that match.

    Each page begins after the last picture of the page before, and not after a number of pictures. So late pages take
    no longer than the first, and pictures that are painted meanwhile move nothing.

    Args:
        session: Of the database.
        search: What is wanted.
        after: Of the page before; None for the first page.
        limit: Most pictures, 1 to `LARGEST_PAGE`.

    Raises:
        UsageError: When `after` is none that a page had.
    """
    query = select(Picture).options(load_only(*SHOWN)).where(*_conditions(session, search))
    if after is not None:
        query = query.where(tuple_(Picture.modified, Picture.id) < tuple_(*_position(after)))
    query = query.order_by(Picture.modified.desc(), Picture.id.desc()).limit(limit + 1)
    pictures = session.scalars(query).all()
    more = len(pictures) > limit
    last = pictures[limit - 1] if more else None
    return Page(pictures[:limit], f"{last.modified}-{last.id}" if last else None)


def chosen(session: Session, query: Select[Any], search: Search) -> Select[Any]:
    """A query of pictures for those alone that match a search, newest first."""
    return query.where(*_conditions(session, search)).order_by(Picture.modified.desc(), Picture.id.desc())


def _position(after: str) -> tuple[int, int]:
    """Time and key of the last picture of a page, as `after` states them.

    Raises:
        UsageError: When it does not.
    """
    match = re.fullmatch(r"(\d{1,19})-(\d{1,10})", after)
    if match is None or int(match[1]) >= 2**63:
        raise UsageError(f"{after!r} is not where a page ends; take what the page before gave, or none.")
    return int(match[1]), int(match[2])


def count(session: Session, search: Search) -> int:
    """How many pictures match."""
    return session.scalar(select(func.count()).select_from(Picture).where(*_conditions(session, search))) or 0


@dataclass(frozen=True)
class Share:
    """A value and how many pictures have it."""

    value: str
    pictures: int


@dataclass(frozen=True)
class Facets:
    """What pictures can be filtered by, most frequent values first.

    Attributes:
        painters: As recipes name them.
        categories: As recipes name them.
        galleries: Folders, newest first.
        verbs: 'paint' and the names of edits.
        tags: Of all pictures.
        binned: Pictures in the bin.
    """

    painters: list[Share]
    categories: list[Share]
    galleries: list[Share]
    verbs: list[Share]
    tags: list[Share]
    binned: int


def facets(session: Session) -> Facets:
    """The values that pictures outside the bin have, with their counts."""
    return Facets(
        painters=_shares(session, Picture.painter),
        categories=_shares(session, Picture.category),
        galleries=_shares(session, Picture.gallery, newest_first=True),
        verbs=_shares(session, Picture.verb),
        tags=_tag_shares(session),
        binned=count(session, Search(binned=True)),
    )


def _shares(session: Session, column: InstrumentedAttribute[str], *, newest_first: bool = False) -> list[Share]:
    """Values of a column with their counts.

    All pictures are counted, which an index answers alone; those in the bin, which are few, are taken off.
    """
    query = select(column, func.count(), func.max(Picture.modified)).where(column != "").group_by(column)
    binned = select(column, func.count()).where(Picture.content_hash.in_(_binned())).group_by(column)
    hidden = {row[0]: row[1] for row in session.execute(binned)}
    rows = [(value, number - hidden.get(value, 0), newest) for value, number, newest in session.execute(query)]
    rows.sort(key=lambda row: (-row[2] if newest_first else -row[1], row[0]))
    return [Share(value, number) for value, number, _ in rows if number]


def _tag_shares(session: Session) -> list[Share]:
    joined = select(PictureTag.tag, func.count()).join(Picture, Picture.content_hash == PictureTag.content_hash)
    query = joined.where(outside_bin()).group_by(PictureTag.tag).order_by(func.count().desc(), PictureTag.tag)
    return [Share(value, number) for value, number in session.execute(query)]


def _binned() -> Select[Any]:
    return select(Annotation.content_hash).where(Annotation.binned)


def outside_bin() -> ColumnElement[bool]:
    """The condition that a picture is not in the bin."""
    return Picture.content_hash.not_in(_binned())


def _conditions(session: Session, search: Search) -> Iterator[ColumnElement[bool] | TextClause]:
    """The conditions of a search, for a query of pictures."""
    yield Picture.content_hash.in_(_binned()) if search.binned else outside_bin()
    if (words := matching(search.words, session.get_bind().dialect)) is not None:
        yield words
    elif search.words.strip():
        yield false()
    for name in ("painter", "category", "gallery", "verb"):
        if (value := getattr(search, name)) is not None:
            yield getattr(Picture, name) == value
    if search.rating:
        rated = select(Annotation.content_hash).where(Annotation.rating >= search.rating)
        yield Picture.content_hash.in_(rated)
    if search.tag is not None:
        yield Picture.content_hash.in_(select(PictureTag.content_hash).where(PictureTag.tag == search.tag))
    if search.album is not None:
        yield Picture.content_hash.in_(select(AlbumPicture.content_hash).where(AlbumPicture.album_id == search.album))
    if search.since is not None:
        yield Picture.modified >= _start_of(search.since)
    if search.until is not None:
        yield Picture.modified < _start_of(search.until + timedelta(days=1))


def _start_of(day: date) -> int:
    """When a day begins here, in nanoseconds since 1970."""
    return int(datetime.combine(day, time()).timestamp()) * 10**9
