"""REST calls of comparing."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from impasto.errors import UsageError
from impasto.sources import STORES
from impasto.studio.comparing.comparison import Comparison, compare
from impasto.studio.comparing.votes import ballots_on
from impasto.studio.data.stores import folder_of
from impasto.studio.jobs.view import JobView, view
from impasto.studio.language import text
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio
from impasto.studio.training.runs import events_of, line_of, run_folder

__all__ = ["MOST", "compare_runs", "router"]

router = APIRouter(prefix="/api", tags=["comparing"])
MOST = 8
"""Most runs side by side."""


class MeasureRequest(BaseModel):
    """A measurement of a run."""

    model_config = ConfigDict(extra="forbid")

    store: str | None = Field(
        default=None, max_length=100, description="Name of the store to measure against; that of the run without it."
    )
    count: int = Field(default=1000, ge=50, le=100_000, description="Pictures to paint.")
    on: str = Field(default="test", pattern="^(test|val|train|all)$", description="Split to measure against.")


class Measuring(BaseModel):
    """A measurement that was queued."""

    job: JobView
    command: str = Field(description="The same as a command.")


@router.get("/comparison")
def compare_runs(
    studio: CurrentStudio,
    run: Annotated[list[str], Query(min_length=1, max_length=MOST, description="Name of a run; repeated.")],
) -> Comparison:
    """Runs side by side: measured numbers with intervals and floors, newest samples, votes, and what they cost."""
    comparison = compare(studio.settings.home, list(dict.fromkeys(run)))
    with studio.database.session() as session:
        ballots = ballots_on(session, [entry.line.source for entry in comparison.entries])
    return comparison.model_copy(update={"ballots": ballots})


@router.post("/runs/{name}/measure", status_code=201, dependencies=[requires(Role.MANAGE)])
def measure_run(
    studio: CurrentStudio,
    name: Annotated[str, InPath(max_length=100, description="Name of a run.")],
    request: MeasureRequest,
) -> Measuring:
    """Measure the painter of a run against real pictures, as a job: `impasto measure`."""
    folder = run_folder(studio.settings.home, name)
    line = line_of(folder, events_of(folder))
    if not line.exported:
        raise UsageError(f"{name} has no painter yet; train it to its end, or pause it, which leaves one.")
    store = request.store or line.store
    folder_of(studio.settings.home, store)
    words = [
        "measure",
        line.source,
        "--against",
        (STORES / store).as_posix(),
        "--count",
        str(request.count),
        "--on",
        request.on,
    ]
    job = studio.jobs.add(
        text("Measurement of {name}", name=name), words, request={"measure": {"run": name, **request.model_dump()}}
    )
    shown = view(studio.jobs, job)
    return Measuring(job=shown, command=shown.command)
