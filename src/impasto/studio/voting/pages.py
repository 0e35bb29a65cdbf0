"""The pages of the vote."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from impasto.studio.gallery.finding import facets
from impasto.studio.gallery.state import CurrentScanner
from impasto.studio.pages import page
from impasto.studio.studio import CurrentStudio
from impasto.studio.voting.learning import deciding_votes
from impasto.studio.voting.routes import get_ballot, list_ballots
from impasto.votes.pairs import LEAST_PAIRS

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
PATIENCE = 1.0
"""Seconds that the page waits for new pictures to be read."""


@router.get("/vote")
def votes(studio: CurrentStudio, scanner: CurrentScanner) -> HTMLResponse:
    """All votes, and a new one; pictures that were painted just before are there too."""
    scanner.begin()
    studio.painters.begin()
    scanner.wait(PATIENCE)
    with studio.database.session() as session:
        choices = facets(session)
    enough = max(len(choices.painters), len(choices.galleries)) > 1
    entries = studio.painters.entries()
    return page(
        "vote.html",
        active="/vote",
        ballots=list_ballots(studio),
        facets=choices,
        enough=enough,
        learners=[entry for entry in entries if entry.description and entry.description.learns_preferences],
        votes=deciding_votes(studio),
        least=LEAST_PAIRS,
    )


@router.get("/vote/{key}")
def ballot(studio: CurrentStudio, key: str) -> HTMLResponse:
    """Two pictures, one of which is chosen."""
    return page("ballot.html", active="/vote", ballot=get_ballot(studio, key))
