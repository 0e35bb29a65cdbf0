"""Jobs as the REST interface and the pages show them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from impasto.studio.jobs.queue import Queue
from impasto.studio.jobs.table import ENDED, Job
from impasto.studio.sentences import translated

__all__ = ["PICTURE", "JobProgress", "JobView", "picture_address", "view"]

PICTURE = re.compile(r"\d{4,9}\.png")
"""Name of a painted picture."""


class JobProgress(BaseModel):
    """How far a job is."""

    done: int | None = Field(description="How many of the total are done.")
    total: int | None = Field(description="How many there will be.")
    share: float | None = Field(description="Share that is done, 0 to 1.")
    message: str = Field(description="What is being done.")
    step: int | None = Field(description="How many steps of those pictures that are painted together are done.")
    steps: int | None = Field(description="How many steps they take.")
    remaining: float | None = Field(description="Seconds that are left, as far as can be estimated.")


class JobView(BaseModel):
    """A job: a command in a process of its own."""

    id: str
    title: str = Field(description="What it is, for people.")
    command: str = Field(description="The same as a command.")
    lane: str = Field(description="Of the queue: 'training' or 'painting'.")
    state: str = Field(description="queued, running, stopping, done, failed, stopped or interrupted.")
    message: str = Field(description="How it ended, in a sentence.")
    attempt: int = Field(description="How often it was started.")
    created: float = Field(description="Seconds since 1970.")
    started: float | None
    ended: float | None
    progress: JobProgress
    request: dict[str, Any] = Field(description="What was requested, to request it again.")
    pictures: list[str] = Field(description="Addresses of the pictures that are there.")
    resumable: bool = Field(description="Whether it can be resumed.")


def view(queue: Queue, job: Job) -> JobView:
    """A job as it is shown now."""
    progress = queue.progress(job)
    share = (progress.done + progress.begun) / progress.total if progress.total and progress.done is not None else None
    return JobView(
        id=job.id,
        title=job.title,
        command=queue.command(job),
        lane=job.lane,
        state=job.state,
        message=translated(job.message),
        attempt=job.attempt,
        created=job.created,
        started=job.started,
        ended=job.ended,
        progress=JobProgress(
            done=progress.done,
            total=progress.total,
            share=share,
            message=translated(progress.message),
            step=progress.step,
            steps=progress.steps,
            remaining=None if job.state in ENDED else progress.remaining,
        ),
        request=job.request,
        pictures=[picture_address(job.id, name) for name in _pictures(job)],
        resumable=job.state in ENDED and job.state != "done",
    )


def picture_address(job: str, name: str) -> str:
    """Address of a picture that a job painted."""
    return f"/pictures/{job}/{name}"


def _pictures(job: Job) -> list[str]:
    """Names of the pictures that are there; each of them is whole."""
    if not job.pictures:
        return []
    try:
        return sorted(path.name for path in Path(job.pictures).iterdir() if PICTURE.fullmatch(path.name))
    except OSError:
        return []
