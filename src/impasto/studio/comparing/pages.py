"""The page that compares runs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import HTMLResponse

from impasto.pages.numbers import format_number
from impasto.studio.comparing.routes import MOST, compare_runs
from impasto.studio.pages import page
from impasto.studio.studio import CurrentStudio
from impasto.studio.training.runs import runs

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/compare")
def compare(studio: CurrentStudio, run: Annotated[list[str] | None, Query(max_length=MOST)] = None) -> HTMLResponse:
    """Runs to choose from, and those that were chosen side by side; the choice stands in the address."""
    lines = [line for line in runs(studio.settings.home) if not line.error]
    known = {line.name for line in lines}
    chosen = [name for name in dict.fromkeys(run or []) if name in known]
    comparison = compare_runs(studio, chosen) if chosen else None
    return page(
        "compare.html",
        active="/compare",
        runs=lines,
        chosen=chosen,
        comparison=comparison,
        most=MOST,
        number=format_number,
    )
