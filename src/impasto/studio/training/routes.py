"""REST calls of training, and of runs."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from impasto.files import disk_errors_named
from impasto.studio.jobs.commands import as_typed
from impasto.studio.jobs.table import ENDED
from impasto.studio.jobs.view import view
from impasto.studio.language import text
from impasto.studio.problems import Problem
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio
from impasto.studio.training import learners, runs
from impasto.studio.training.planning import Plan, plan_of
from impasto.studio.training.queueing import Training, job_of_run, queue_training, run_name
from impasto.studio.training.request import Minutes, TrainRequest, arguments_of, check, subject_of, with_minutes
from impasto.studio.training.runs import RunLine, RunView
from impasto.training.on_demand import SAMPLE, SAVE

__all__ = ["router", "run_view"]

router = APIRouter(prefix="/api", tags=["training"])
Name = Annotated[str, InPath(max_length=100, description="Name of a run.")]


class LearnerLine(BaseModel):
    """A painter or judge in the list of those that learn."""

    name: str
    kind: str
    summary: str
    year: int


class Longer(BaseModel):
    """How much longer a run trains."""

    model_config = ConfigDict(extra="forbid")

    minutes: Minutes = Field(description="Minutes more.")


@router.get("/training/painters")
def list_learners() -> list[LearnerLine]:
    """All painters and judges that learn from pictures; the first call may take some seconds."""
    return [
        LearnerLine(name=one.name, kind=one.kind, summary=one.summary, year=one.year)
        for one in learners.learners().values()
    ]


@router.get("/training/painters/{name}")
def get_learner(name: str) -> learners.LearnerView:
    """What can be trained, its presets and its settings."""
    return learners.find(name)


@router.post("/training/plan", dependencies=[requires(Role.MANAGE)])
def plan_training(studio: CurrentStudio, request: TrainRequest) -> Plan:
    """What a training will take, from a trial that makes no step of it: `impasto train … --dry-run`.

    It takes a quarter of a minute or more, on a machine that does nothing else.
    """
    check(request, studio.settings.home)
    plan = plan_of(arguments_of(request, None), studio.settings.home)
    name = run_name(studio, request.run, subject_of(request))
    return plan.model_copy(update={"command": as_typed(arguments_of(request, name))})


@router.post("/training", status_code=201, dependencies=[requires(Role.MANAGE)])
def begin_training(studio: CurrentStudio, request: TrainRequest) -> Training:
    """Queue a training."""
    check(request, studio.settings.home)
    return queue_training(
        studio,
        text("Training of {painter} on {store}", painter=subject_of(request), store=request.store),
        run_name(studio, request.run, subject_of(request)),
        lambda run: arguments_of(request, run),
        request.model_dump(exclude_none=True),
    )


@router.get("/runs")
def list_runs(studio: CurrentStudio) -> list[RunLine]:
    """All runs of the working folder, the newest first."""
    return runs.runs(studio.settings.home)


@router.get("/runs/{name}")
def run_view(studio: CurrentStudio, name: Name) -> RunView:
    """A run: progress, curves, samples, and what went wrong."""
    job = job_of_run(studio, name)
    return runs.view_of(studio.settings.home, name, None if job is None else view(studio.jobs, job))


@router.post("/runs/{name}/continue", status_code=201, dependencies=[requires(Role.MANAGE)])
def continue_run(studio: CurrentStudio, name: Name, longer: Longer) -> Training:
    """Let a run that this studio began train longer: the same command with more minutes.

    One that was stopped before its end goes on with its job's `/resume`.
    """
    folder = runs.run_folder(studio.settings.home, name)
    seconds = runs.line_of(folder, runs.events_of(folder)).seconds
    job = job_of_run(studio, name)
    if job is None:
        raise Problem(409, f"{name} was not begun in this studio; go on with the command that began it.")
    if job.state not in ENDED:
        raise Problem(409, f"{name} is {job.state}; it can go on longer when it has ended.")
    before = {key: value for key, value in job.request["training"].items() if key != "steps"}
    minutes = round(max(before.get("minutes", 0.0), seconds / 60) + longer.minutes, 2)
    arguments = with_minutes(job.arguments, minutes)
    return queue_training(studio, job.title, name, lambda _: arguments, before | {"minutes": minutes})


@router.post("/runs/{name}/{what}-now", status_code=202, dependencies=[requires(Role.MANAGE)])
def request_now(studio: CurrentStudio, name: Name, what: Literal["sample", "save"]) -> None:
    """Let a run that trains paint its samples, or save a checkpoint, after the step that it is in."""
    job = job_of_run(studio, name)
    folder = runs.run_folder(studio.settings.home, name)
    if job is None or job.state != "running":
        raise Problem(409, f"{name} is not training in this studio now, so that there is nothing to {what}.")
    with disk_errors_named(folder):
        (folder / (SAMPLE if what == "sample" else SAVE)).touch()


@router.get("/runs/{name}/samples/{file}", response_class=FileResponse)
def get_sample(studio: CurrentStudio, name: Name, file: str) -> FileResponse:
    """The pictures that a run painted after a step, on one sheet."""
    return FileResponse(runs.sample_file(studio.settings.home, name, file), media_type="image/png")


@router.get("/runs/{name}/report", response_class=FileResponse)
def get_report(studio: CurrentStudio, name: Name) -> FileResponse:
    """The page of a run, as a file to save."""
    file = runs.run_folder(studio.settings.home, name) / "report.html"
    if not file.is_file():
        raise Problem(404, "The page of a run is written when it ends.")
    return FileResponse(file, media_type="text/html", filename=f"{name}.html")
