"""The pages of the vote."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from impasto.studio.gallery.finding import facets
from impasto.studio.pages import page
from impasto.studio.studio import CurrentStudio
from impasto.studio.voting.routes import get_ballot, list_ballots

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/vote")
def votes(studio: CurrentStudio) -> HTMLResponse:
    """All votes, and a new one."""
    with studio.database.session() as session:
        choices = facets(session)
    enough = max(len(choices.painters), len(choices.galleries)) > 1
    return page("vote.html", active="/vote", ballots=list_ballots(studio), facets=choices, enough=enough)


@router.get("/vote/{key}")
def ballot(studio: CurrentStudio, key: str) -> HTMLResponse:
    """Two pictures, one of which is chosen."""
    return page("ballot.html", active="/vote", ballot=get_ballot(studio, key))
