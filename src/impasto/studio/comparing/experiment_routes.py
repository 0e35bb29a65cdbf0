"""REST calls of comparisons on equal terms."""

from __future__ import annotations

import threading
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from impasto.studio.comparing import experiments
from impasto.studio.comparing.experiment_views import (
    ComparisonLine,
    ComparisonView,
    comparison_view,
    comparisons,
    figure_file,
    job_of,
    report_file,
)
from impasto.studio.comparing.experiments import ExperimentPlan, ExperimentRequest
from impasto.studio.gallery.files import attachment, shown
from impasto.studio.jobs.table import ENDED
from impasto.studio.jobs.view import JobView, view
from impasto.studio.language import text
from impasto.studio.problems import Problem
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio

__all__ = ["router"]

router = APIRouter(prefix="/api/comparisons", tags=["comparing"])
_beginning = threading.Lock()
"""Held from the check of a name until its job is queued, so that no other experiment is written in its place."""
Name = Annotated[str, InPath(max_length=100, description="Name of a comparison.")]


class ComparisonStarted(BaseModel):
    """A comparison that was queued."""

    name: str = Field(description="Of its folder, and of its page.")
    job: JobView
    command: str = Field(description="The same as a command.")


@router.get("")
def list_comparisons(studio: CurrentStudio) -> list[ComparisonLine]:
    """All comparisons of the working folder that have results, the newest first."""
    return comparisons(studio.settings.home)


@router.post("/plan", dependencies=[requires(Role.MANAGE)])
def plan_comparison(studio: CurrentStudio, request: ExperimentRequest) -> ExperimentPlan:
    """What a comparison will take; everything is checked that can be without beginning."""
    return experiments.plan_of(request, studio)


@router.post("", status_code=201, dependencies=[requires(Role.MANAGE)])
def begin_comparison(studio: CurrentStudio, request: ExperimentRequest) -> ComparisonStarted:
    """Train and measure painters on equal terms, each with every seed, as a job: `impasto compare`."""
    store = experiments.checked_store(request, studio.settings.home)
    with _beginning:
        before = job_of(studio, request.name)
        if before is not None and before.state not in ENDED:
            raise Problem(409, f"A comparison {request.name!r} is queued already; choose another name.")
        experiments.write(request, store, studio)
        job = studio.jobs.add(
            text("Comparison {name}", name=request.name),
            experiments.arguments_of(request, studio),
            options=["--votes", str(studio.settings.folder.resolve())],
            request={"comparison": request.model_dump()},
        )
    started = view(studio.jobs, job)
    return ComparisonStarted(name=request.name, job=started, command=started.command)


@router.get("/{name}")
def get_comparison(studio: CurrentStudio, name: Name) -> ComparisonView:
    """A comparison: how far it is, and its results so far with their intervals."""
    return comparison_view(studio, name)


@router.get("/{name}/figures/{file}", response_class=FileResponse)
def get_figure(studio: CurrentStudio, name: Name, file: str) -> FileResponse:
    """A picture of the results: samples of all painters with one seed, or curves."""
    return shown(figure_file(studio.settings.home, name, file), "image/png")


@router.get("/{name}/report", response_class=FileResponse)
def get_report(studio: CurrentStudio, name: Name) -> FileResponse:
    """The report as one file to save."""
    return attachment(report_file(studio.settings.home, name), f"{name}.html")
