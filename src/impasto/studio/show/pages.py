"""The page of the show."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from impasto.studio.pages import page
from impasto.studio.studio import CurrentStudio

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/show")
def show(studio: CurrentStudio) -> HTMLResponse:
    """Pictures one after the other. Which ones stands in the address: filters of the gallery, or ?job=ID."""
    studio.painters.begin()
    walkers = [each for each in studio.painters.entries() if each.description and each.description.walks]
    return page("show.html", active="/show", walkers=walkers, complete=studio.painters.complete)
