"""The pages of comparing: runs side by side, and comparisons on equal terms."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from starlette.responses import HTMLResponse

from impasto.pages.numbers import format_number
from impasto.studio.comparing.experiment_views import comparison_view, comparisons
from impasto.studio.comparing.routes import MOST, compare_runs
from impasto.studio.data.stores import stores
from impasto.studio.pages import page
from impasto.studio.studio import CurrentStudio
from impasto.studio.training import learners
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
        stores=[line for line in stores(studio.settings.home) if not line.error and line.test],
        learners=[one for one in learners.learners().values() if one.kind == "painter" and not one.needed_settings],
        comparisons=comparisons(studio.settings.home),
    )


@router.get("/compare/{name}")
def results(studio: CurrentStudio, name: Annotated[str, InPath(max_length=100)]) -> HTMLResponse:
    """A comparison on equal terms, with its results so far."""
    return page("comparison.html", active="/compare", comparison=comparison_view(studio, name))
