"""REST calls about jobs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from impasto.jobs.runner import EVENTS, OUTPUT, read_events
from impasto.studio.jobs import stream
from impasto.studio.jobs.commands import as_typed
from impasto.studio.jobs.table import ENDED
from impasto.studio.jobs.view import JobView, view
from impasto.studio.problems import Problem
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio

__all__ = ["router"]

router = APIRouter(prefix="/api/jobs", tags=["jobs"])
EVENT_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "Server-sent events."}
}
LOG = 100_000
"""Most bytes of a log that are sent."""


class NewJob(BaseModel):
    """A command to run."""

    model_config = ConfigDict(extra="forbid")

    arguments: list[Annotated[str, Field(max_length=10_000)]] = Field(
        min_length=1, max_length=200, description="Words after `impasto`, such as ['train', 'stores/paintings-64']."
    )
    title: str = Field(default="", max_length=200, description="What it is, for people; the command without it.")


class Move(BaseModel):
    """Where a job that waits shall stand."""

    model_config = ConfigDict(extra="forbid")

    before: str | None = Field(default=None, description="The job that it starts before; the last place without it.")


class Stop(BaseModel):
    """How a job ends."""

    model_config = ConfigDict(extra="forbid")

    firmly: bool = Field(default=False, description="At once, without time to keep what it has.")


@router.get("")
def list_jobs(studio: CurrentStudio) -> list[JobView]:
    """All jobs: those that run, those that wait in their order, those that have ended."""
    return [view(studio.jobs, job) for job in studio.jobs.all()]


@router.post("", status_code=201, dependencies=[requires(Role.MANAGE)])
def add_job(studio: CurrentStudio, new: NewJob) -> JobView:
    """Put a command into the queue."""
    job = studio.jobs.add(new.title or as_typed(new.arguments), new.arguments)
    return view(studio.jobs, job)


@router.get("/events", responses=EVENT_STREAM, response_class=StreamingResponse)
async def follow_jobs(studio: CurrentStudio) -> StreamingResponse:
    """The list of jobs as server-sent events of the type `jobs`: now, and whenever it changed."""
    return StreamingResponse(stream.all_jobs(studio.jobs), media_type="text/event-stream", headers=stream.HEADERS)


@router.get("/{name}")
def get_job(studio: CurrentStudio, name: str) -> JobView:
    """One job."""
    return view(studio.jobs, studio.jobs.get(name))


@router.delete("/{name}", status_code=204, dependencies=[requires(Role.MANAGE)])
def remove_job(studio: CurrentStudio, name: str) -> None:
    """Take a job that has ended off the list; its pictures stay."""
    studio.jobs.remove(name)


@router.post("/{name}/stop", dependencies=[requires(Role.PAINT)])
def stop_job(studio: CurrentStudio, name: str, how: Stop | None = None) -> JobView:
    """Let a job end: by itself, after it has kept what it has; after some seconds, or with `firmly`, at once."""
    return view(studio.jobs, studio.jobs.stop(name, firmly=how is not None and how.firmly))


@router.post("/{name}/resume", dependencies=[requires(Role.PAINT)])
def resume_job(studio: CurrentStudio, name: str) -> JobView:
    """Run the same command again; trainings go on from their last checkpoint."""
    return view(studio.jobs, studio.jobs.resume(name))


@router.post("/{name}/move", dependencies=[requires(Role.MANAGE)])
def move_job(studio: CurrentStudio, name: str, move: Move) -> list[JobView]:
    """Let a job that waits start earlier or later."""
    return [view(studio.jobs, job) for job in studio.jobs.move(name, move.before)]


@router.get("/{name}/events", responses=EVENT_STREAM, response_class=StreamingResponse)
async def follow_job(
    studio: CurrentStudio, name: str, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """The events of a job as server-sent events: `event`, `log` and `state`, as they come, until it ends.

    `Last-Event-ID` goes on behind that event. A job that has ended and has nothing more to send is answered with 204,
    which tells a browser not to ask again.
    """
    after = int(last_event_id) if last_event_id and last_event_id.isdecimal() and len(last_event_id) < 19 else 0
    job = studio.jobs.get(name)
    if after and job.state in ENDED and not read_events(studio.jobs.folder(job), after):
        return Response(status_code=204)
    return StreamingResponse(
        stream.of_job(studio.jobs, name, after), media_type="text/event-stream", headers=stream.HEADERS
    )


@router.get("/{name}/log", response_class=Response)
def job_log(studio: CurrentStudio, name: str) -> Response:
    """The end of what a job wrote, as plain text: the lines for people, then its output."""
    folder = studio.jobs.folder(studio.jobs.get(name))
    lines = studio.jobs.progress(studio.jobs.get(name)).tail
    try:
        output = (folder / OUTPUT).read_bytes()[-LOG:].decode("utf8", "replace")
    except OSError:
        output = ""
    return Response("\n".join([*lines, output]), media_type="text/plain; charset=utf-8")


@router.get("/{name}/events.jsonl", response_class=FileResponse)
def job_events(studio: CurrentStudio, name: str) -> FileResponse:
    """The file of a job's events, whole."""
    file = studio.jobs.folder(studio.jobs.get(name)) / EVENTS
    if not file.is_file():
        raise Problem(404, "The job has not started, so that it has no events.")
    return FileResponse(file, media_type="text/plain; charset=utf-8", filename="events.jsonl")
