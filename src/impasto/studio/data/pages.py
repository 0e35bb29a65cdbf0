"""The pages of data: all stores with the import, and the report of each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import HTMLResponse

from impasto.studio.data.routes import store_report
from impasto.studio.data.stores import stores
from impasto.studio.pages import page
from impasto.studio.studio import CurrentStudio

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/data")
def data(studio: CurrentStudio) -> HTMLResponse:
    """All stores, and what to import."""
    return page("data.html", active="/data", stores=stores(studio.settings.home))


@router.get("/data/{name}")
def store(studio: CurrentStudio, name: Annotated[str, Path(max_length=100)]) -> HTMLResponse:
    """The report of a store."""
    return page("store.html", active="/data", report=store_report(studio, name))
