"""A painter learns from the votes of the studio."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select

from impasto.errors import UsageError
from impasto.sources import RUNS
from impasto.studio.language import text
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio, Studio
from impasto.studio.training.queueing import Training, queue_training, run_name
from impasto.studio.training.request import Minutes
from impasto.studio.voting.tables import Vote
from impasto.texts import check_text
from impasto.votes.pairs import LEAST_PAIRS

__all__ = ["PreferRequest", "deciding_votes", "router"]

router = APIRouter(prefix="/api/votes", tags=["vote"])
BY_VOTES = "-by-votes"
"""Ending of the names of runs that learned from votes."""


class PreferRequest(BaseModel):
    """A training by votes."""

    model_config = ConfigDict(extra="forbid")

    painter: str = Field(
        max_length=4096, description="The word that commands name the painter by.", examples=["shipped"]
    )
    minutes: Minutes = Field(description="Minutes of training, in all.")
    run: Annotated[str, Field(max_length=100)] | None = Field(
        default=None, description="Name of the run; a new one without it."
    )


@router.post("/learn", status_code=201, dependencies=[requires(Role.MANAGE)])
def learn_from_votes(studio: CurrentStudio, request: PreferRequest) -> Training:
    """Queue a training by all votes of this studio: `impasto prefer`. The painter itself stays as it is."""
    check_text("The request", request.model_dump())
    entry = studio.painters.find(request.painter)
    if entry.description is None or not entry.description.learns_preferences:
        raise UsageError(f"{entry.title} does not learn from votes; only trained painters that remove noise do.")
    if (votes := deciding_votes(studio)) < LEAST_PAIRS:
        raise UsageError(f"There are {votes} votes that prefer a picture; {LEAST_PAIRS} are needed. Vote on more.")
    return queue_training(
        studio,
        text("{painter} learns from votes", painter=entry.title),
        run_name(studio, request.run, f"{Path(entry.title).name.removesuffix(BY_VOTES)}{BY_VOTES}"),
        lambda run: _arguments(request, run, studio.as_typed(studio.settings.folder)),
        request.model_dump(exclude_none=True),
    )


def deciding_votes(studio: Studio) -> int:
    """Votes that prefer one of the two pictures, of all ballots."""
    with studio.database.session() as session:
        return session.scalar(select(func.count()).where(Vote.preferred != "neither")) or 0


def _arguments(request: PreferRequest, run: str, votes: str) -> list[str]:
    """The request as the words of a command, as a person would type them in the working folder.

    Args:
        request: The request.
        run: Name of the run.
        votes: Folder of the studio.
    """
    place = (RUNS / run).as_posix()
    return ["prefer", request.painter, votes, "--out", place, "--minutes", f"{request.minutes:g}"]
