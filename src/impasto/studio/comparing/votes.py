"""What votes say of the runs that are compared."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from impasto.studio.voting.ballots import scores
from impasto.studio.voting.standings import Standing
from impasto.studio.voting.tables import Ballot

__all__ = ["BallotLine", "ballots_on"]


class BallotLine(BaseModel):
    """A vote in which some of the runs take part."""

    id: str
    name: str
    votes: int = Field(description="All votes of it.")
    contestants: int = Field(description="How many take part, the runs among them.")
    standings: list[Standing] = Field(description="Those of the runs, the strongest first.")


def ballots_on(session: Session, sources: Sequence[str]) -> list[BallotLine]:
    """The votes in which some painters take part, and how they stand there, the newest first.

    Args:
        session: Of the studio's database.
        sources: The painters, as recipes name them.
    """
    lines = []
    for ballot in session.scalars(select(Ballot).order_by(Ballot.created.desc(), Ballot.id)):
        if not {one["name"] for one in ballot.contestants if one["kind"] == "painter"} & set(sources):
            continue
        result = scores(session, ballot)
        standings = [one for one in result.standings if one.contestant.removeprefix("painter ") in sources]
        if result.votes:
            count = len(ballot.contestants)
            line = BallotLine(
                id=ballot.id, name=ballot.name, votes=result.votes, contestants=count, standings=standings
            )
            lines.append(line)
    return lines
