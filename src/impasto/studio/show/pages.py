"""The page of the show."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from impasto.studio.pages import page

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/show")
def show() -> HTMLResponse:
    """Pictures one after the other. Which ones stands in the address: filters of the gallery, or ?job=ID."""
    return page("show.html", active="/show")
