"""Ballots, and the votes on them."""

from __future__ import annotations

import time
from typing import Annotated, Literal

from pydantic import Field
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from impasto.config import config
from impasto.errors import UsageError
from impasto.studio.gallery.annotating import AlbumName
from impasto.studio.gallery.tables import Picture
from impasto.studio.problems import Problem
from impasto.studio.voting.pairing import painted_by
from impasto.studio.voting.tables import Ballot, ShownPair, Vote
from impasto.votes.standings import Scores, scores_of_votes

__all__ = ["Contestant", "NewBallot", "ballot_of", "begin_ballot", "decide", "remove_ballot", "scores", "take_back"]

MOST = 12
"""Most contestants; each needs votes on pairs with all others."""


@config
class Contestant:
    """Whose pictures take part.

    Attributes:
        kind: Whether they are those of a painter or those of a gallery.
        name: The painter as recipes name it, or the folder of the gallery as seen from the working folder.
    """

    kind: Literal["painter", "gallery"]
    name: Annotated[str, Field(min_length=1, max_length=4096, examples=["landscape", "runs/mine"])]


@config
class NewBallot:
    """A vote to begin.

    Attributes:
        name: What it is called.
        contestants: Two or more, each of them different.
    """

    name: AlbumName
    contestants: Annotated[list[Contestant], Field(min_length=2, max_length=MOST)]


def begin_ballot(session: Session, new: NewBallot) -> Ballot:
    """Begin a vote.

    Raises:
        UsageError: When a contestant is there twice, or has no pictures.
    """
    contestants = [{"kind": each.kind, "name": each.name} for each in new.contestants]
    for contestant in contestants:
        if contestants.count(contestant) > 1:
            raise UsageError(f"{contestant['name']} is chosen twice; choose each once.")
        if session.scalar(select(Picture.id).where(*painted_by(contestant)).limit(1)) is None:
            raise UsageError(f"The gallery holds no pictures of the {contestant['kind']} {contestant['name']!r}.")
    ballot = Ballot(name=new.name, created=time.time(), contestants=contestants)
    session.add(ballot)
    session.flush()
    return ballot


def ballot_of(session: Session, key: str) -> Ballot:
    """The ballot with a key.

    Raises:
        Problem: When there is none.
    """
    ballot = session.get(Ballot, key)
    if ballot is None:
        raise Problem(404, f"There is no vote with the key {key!r}; it may have been removed.")
    return ballot


def remove_ballot(session: Session, key: str) -> None:
    """Remove a ballot with all votes on it."""
    ballot = ballot_of(session, key)
    session.execute(delete(ShownPair).where(ShownPair.ballot_id == key))
    for vote in session.scalars(select(Vote).where(Vote.ballot_id == key)):
        session.delete(vote)
    session.flush()  # before the ballot that the votes refer to
    session.delete(ballot)


def decide(session: Session, pair: ShownPair, preferred: str) -> None:
    """Keep what was preferred; a pair that was decided before is decided anew."""
    session.merge(pair.vote(preferred))


def take_back(session: Session, pair: ShownPair) -> None:
    """Take back what was preferred, so that the pair is open again."""
    if (vote := session.get(Vote, pair.id)) is not None:
        session.delete(vote)


def scores(session: Session, ballot: Ballot) -> Scores:
    """What the votes on a ballot say."""
    columns = (Vote.left_contestant, Vote.right_contestant, Vote.preferred)
    query = select(*columns, func.count()).where(Vote.ballot_id == ballot.id).group_by(*columns)
    votes = {(left, right, preferred): number for left, right, preferred, number in session.execute(query)}
    return scores_of_votes(ballot.contestants, votes)
