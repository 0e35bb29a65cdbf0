"""Which two pictures are shown next."""

from __future__ import annotations

import itertools
import random
import time
from collections import Counter

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from impasto.errors import UsageError
from impasto.studio.gallery.finding import outside_bin
from impasto.studio.gallery.tables import Picture
from impasto.studio.voting.tables import Ballot, ShownPair, Vote

__all__ = ["next_pair", "painted_by"]

FORGOTTEN = 24 * 3600.0
"""Seconds after which a pair that nobody voted on is removed."""


def next_pair(session: Session, ballot: Ballot) -> ShownPair:
    """A new pair of pictures of two contestants.

    The two contestants are those with the fewest votes on them, so that all pairs get as many; chance decides among
    several, which one stands on the left, and which of their pictures are shown. Where both have pictures of the same
    prompt and category, two such are shown.

    Raises:
        UsageError: When a contestant has no pictures.
    """
    session.execute(
        delete(ShownPair).where(ShownPair.created < time.time() - FORGOTTEN, ShownPair.id.not_in(select(Vote.id)))
    )
    counts = _votes_on_pairs(session, ballot)
    pairs = list(itertools.combinations(range(len(ballot.contestants)), 2))
    fewest = min(counts[pair] for pair in pairs)
    one, other = random.choice([pair for pair in pairs if counts[pair] == fewest])
    left, right = (one, other) if random.random() < 0.5 else (other, one)
    first = _picture_of(session, ballot.contestants[left])
    alike = (Picture.prompt == first.prompt, Picture.category == first.category)
    second = _picture_of(session, ballot.contestants[right], alike, beside=first)
    shared = first.prompt if first.prompt == second.prompt else ""
    shown = ShownPair(
        ballot_id=ballot.id,
        created=time.time(),
        left_contestant=left,
        right_contestant=right,
        left_picture=first.content_hash,
        right_picture=second.content_hash,
        shared=shared or (first.category if first.category == second.category else ""),
    )
    session.add(shown)
    session.flush()
    return shown


def painted_by(contestant: dict[str, str]) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions that pictures are a contestant's, and not in the bin."""
    column = Picture.painter if contestant["kind"] == "painter" else Picture.gallery
    return column == contestant["name"], outside_bin()


def _votes_on_pairs(session: Session, ballot: Ballot) -> Counter[tuple[int, int]]:
    """Positions of two contestants, the smaller first → votes on them."""
    query = select(Vote.left_contestant, Vote.right_contestant).where(Vote.ballot_id == ballot.id)
    return Counter((min(left, right), max(left, right)) for left, right in session.execute(query))


def _picture_of(
    session: Session,
    contestant: dict[str, str],
    alike: tuple[ColumnElement[bool], ...] = (),
    beside: Picture | None = None,
) -> Picture:
    """A random picture of a contestant, one that is alike where there is any, and not the one that it stands beside."""
    query = select(Picture).where(*painted_by(contestant)).order_by(func.random()).limit(1)
    if beside is not None:
        query = query.where(Picture.content_hash != beside.content_hash)
    picture = session.scalar(query.where(*alike)) or session.scalar(query)
    if picture is None:
        raise UsageError(
            f"The gallery holds no pictures of {contestant['name']} any more, so that there is nothing to vote on. "
            "Paint some, or begin another vote."
        )
    return picture
