"""REST calls about votes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import Response
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from impasto.studio.gallery.files import picture_file
from impasto.studio.gallery.state import CurrentScanner, changing
from impasto.studio.gallery.tables import Picture
from impasto.studio.problems import Problem
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio
from impasto.studio.voting import ballots
from impasto.studio.voting.ballots import NewBallot, ballot_of
from impasto.studio.voting.pairing import next_pair
from impasto.studio.voting.tables import Ballot, ShownPair, Vote
from impasto.votes.standings import Scores

__all__ = ["router"]

router = APIRouter(prefix="/api/ballots", tags=["vote"])

Side = Literal["left", "right"]


class BallotView(BaseModel):
    """A vote."""

    id: str
    name: str
    created: float = Field(description="Seconds since 1970.")
    contestants: list[dict[str, str]] = Field(description="Each with its kind, 'painter' or 'gallery', and its name.")
    votes: int


class PairView(BaseModel):
    """Two pictures of which one is to be chosen. It does not say who painted them."""

    id: str
    left: str = Field(description="Address of the left picture, a PNG file without a recipe.")
    right: str = Field(description="Address of the right picture.")
    shared: str = Field(description="What both were painted from, where that is the same: the prompt or the category.")
    preferred: str | None = Field(description="What was chosen: 'left', 'right', 'neither', or nothing yet.")


class Choice(BaseModel):
    """What is preferred."""

    model_config = ConfigDict(extra="forbid")

    preferred: Literal["left", "right", "neither"]


@router.get("")
def list_ballots(studio: CurrentStudio) -> list[BallotView]:
    """All votes, the newest first."""
    with studio.database.session() as session:
        listed = session.scalars(select(Ballot).order_by(Ballot.created.desc(), Ballot.id)).all()
        return _views(session, listed)


@router.post("", status_code=201, dependencies=[requires(Role.PAINT)])
def begin_ballot(studio: CurrentStudio, new: NewBallot) -> BallotView:
    """Begin a vote between two or more painters or galleries."""
    with changing(studio) as session:
        return _views(session, [ballots.begin_ballot(session, new)])[0]


@router.get("/{key}")
def get_ballot(studio: CurrentStudio, key: str) -> BallotView:
    """One vote."""
    with studio.database.session() as session:
        return _views(session, [ballot_of(session, key)])[0]


@router.delete("/{key}", status_code=204, dependencies=[requires(Role.PAINT)])
def remove_ballot(studio: CurrentStudio, key: str) -> None:
    """Remove a vote and all that was voted; the pictures stay."""
    with changing(studio) as session:
        ballots.remove_ballot(session, key)


@router.get("/{key}/scores")
def get_scores(studio: CurrentStudio, key: str) -> Scores:
    """Bradley–Terry scores with intervals, and how many more votes would settle the order."""
    with studio.database.session() as session:
        return ballots.scores(session, ballot_of(session, key))


@router.post("/{key}/pairs", status_code=201, dependencies=[requires(Role.PAINT)])
def show_pair(studio: CurrentStudio, key: str) -> PairView:
    """The next two pictures."""
    with studio.database.session() as session:
        return _pair_view(session, next_pair(session, ballot_of(session, key)))


@router.put("/{key}/pairs/{name}", dependencies=[requires(Role.PAINT)])
def choose(studio: CurrentStudio, key: str, name: str, choice: Choice) -> PairView:
    """Vote on a pair, or change the vote."""
    with changing(studio) as session:
        pair = _pair(session, key, name)
        ballots.decide(session, pair, choice.preferred)
        session.flush()
        return _pair_view(session, pair)


@router.delete("/{key}/pairs/{name}", dependencies=[requires(Role.PAINT)])
def take_back(studio: CurrentStudio, key: str, name: str) -> PairView:
    """Take a vote back."""
    with changing(studio) as session:
        pair = _pair(session, key, name)
        ballots.take_back(session, pair)
        session.flush()
        return _pair_view(session, pair)


@router.get("/{key}/pairs/{name}/{side}", response_class=Response)
def get_side(studio: CurrentStudio, scanner: CurrentScanner, key: str, name: str, side: Side) -> Response:
    """One picture of a pair, as PNG, without the recipe that would say who painted it."""
    with studio.database.session() as session:
        pair = _pair(session, key, name)
        content_hash = pair.left_picture if side == "left" else pair.right_picture
        path = session.scalar(select(Picture.path).where(Picture.content_hash == content_hash).limit(1))
    if path is None:
        raise Problem(404, "This picture is no longer in the gallery; go on to the next pair.")
    return Response(_without_recipe(picture_file(Path(path), scanner.folders)), media_type="image/png")


def _without_recipe(path: Path) -> bytes:
    """The pixels of a picture as a PNG file; of a clip, its first frame.

    Raises:
        Problem: When it cannot be read.
    """
    file = io.BytesIO()
    try:
        with Image.open(path, formats=("PNG",)) as image:
            image.convert("RGB").save(file, "PNG", compress_level=1)
    except (OSError, ValueError) as error:
        raise Problem(404, f"The picture cannot be read ({error}); go on to the next pair.") from None
    return file.getvalue()


def _views(session: Session, listed: Sequence[Ballot]) -> list[BallotView]:
    query = select(Vote.ballot_id, func.count()).group_by(Vote.ballot_id)
    counts = {row[0]: row[1] for row in session.execute(query)}
    names = ("id", "name", "created", "contestants")
    return [
        BallotView(**{name: getattr(ballot, name) for name in names}, votes=counts.get(ballot.id, 0))
        for ballot in listed
    ]


def _pair(session: Session, key: str, name: str) -> ShownPair:
    pair = session.get(ShownPair, name)
    if pair is None or pair.ballot_id != key:
        raise Problem(404, f"There is no pair {name!r} in this vote; go on to the next pair.")
    return pair


def _pair_view(session: Session, pair: ShownPair) -> PairView:
    vote = session.get(Vote, pair.id)
    address = f"/api/ballots/{pair.ballot_id}/pairs/{pair.id}"
    return PairView(
        id=pair.id,
        left=f"{address}/left",
        right=f"{address}/right",
        shared=pair.shared,
        preferred=vote.preferred if vote else None,
    )
