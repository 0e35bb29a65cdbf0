"""The page of jobs."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from impasto.studio.jobs.view import view
from impasto.studio.pages import page
from impasto.studio.studio import CurrentStudio

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/jobs")
def jobs(studio: CurrentStudio) -> HTMLResponse:
    """The queue, what runs, and what has ended."""
    views = [view(studio.jobs, job).model_dump() for job in studio.jobs.all()]
    return page("jobs.html", active="/jobs", jobs=views, trouble=studio.jobs.trouble, remarks=studio.remarks)
