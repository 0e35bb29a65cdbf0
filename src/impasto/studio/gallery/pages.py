"""The page of the gallery."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from impasto.studio.pages import page

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/gallery")
def gallery() -> HTMLResponse:
    """Everything that was painted. What is shown stands in the address, such as ?words=boat&picture=12."""
    return page("gallery.html", active="/gallery")
