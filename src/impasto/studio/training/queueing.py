"""Trainings in the queue, and the runs that they train into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, Field

from impasto.errors import UsageError
from impasto.studio.jobs.table import Job
from impasto.studio.jobs.view import JobView, view
from impasto.studio.studio import Studio
from impasto.studio.training.request import check_run_name, free_name

__all__ = ["Training", "job_of_run", "queue_training", "run_name"]


class Training(BaseModel):
    """A training that was queued."""

    run: str = Field(description="Name of its run.")
    job: JobView
    command: str = Field(description="The same as a command.")


def queue_training(
    studio: Studio,
    title: str,
    run: str,
    arguments: Callable[[str], list[str]],
    request: Mapping[str, Any],
) -> Training:
    """Queue a training.

    Args:
        studio: In whose queue it waits.
        title: What it is, for people.
        run: Name of its run, as `run_name` gave it.
        arguments: Name of a run → the words of the command.
        request: What was requested, as plain values.
    """
    # In a mapping of its own: `painter` of a request is what the Paint page shows.
    kept = {**request, "run": run}
    job = studio.jobs.add(title, arguments(run), request={"training": kept})
    shown = view(studio.jobs, job)
    return Training(run=run, job=shown, command=shown.command)


def run_name(studio: Studio, chosen: str | None, subject: str) -> str:
    """The name of a new run: the chosen one, or a free one.

    Args:
        studio: Whose runs have names already.
        chosen: The name that was requested, if any.
        subject: What is trained, in a word.

    Raises:
        UsageError: When the chosen name is taken, or no name.
    """
    # The folders of those that wait may not be there yet.
    jobs = studio.jobs.in_lane("training")
    taken = {job.request["training"]["run"] for job in jobs if "training" in job.request}
    if chosen is None:
        return free_name(subject, studio.settings.home, taken)
    if chosen in taken:
        raise UsageError(f"A training into the run {chosen!r} waits already; choose another name.")
    check_run_name(chosen, studio.settings.home)
    return chosen


def job_of_run(studio: Studio, name: str) -> Job | None:
    """The newest job of this studio that trains into a run; None where there is none."""
    jobs = (job for job in studio.jobs.in_lane("training") if job.request.get("training", {}).get("run") == name)
    return next(jobs, None)
