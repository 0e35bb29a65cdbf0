"""Events of jobs as server-sent events.

The id of an event is the position behind it in the job's file of events. So a client that was away, whatever happened
to it or to the service meanwhile, goes on exactly where it was: it sends the id as `Last-Event-ID`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi.concurrency import run_in_threadpool

from impasto.jobs.runner import read_events
from impasto.studio.jobs.progress import read_event
from impasto.studio.jobs.queue import Queue
from impasto.studio.jobs.table import ENDED
from impasto.studio.jobs.view import JobView, view

__all__ = ["HEADERS", "all_jobs", "of_job"]

HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
BETWEEN = 0.25
"""Seconds between two looks at the file."""
BEAT = 15.0
"""Seconds without anything to send after which a comment is sent, by which a connection that is gone is noticed."""


async def of_job(queue: Queue, name: str, after: int) -> AsyncIterator[str]:
    """All events of a job after a position, as they come, until it ends.

    Events are of three types: `event` (one that the command reports), `log` (another line that it wrote) and `state`
    (the job as `/api/jobs/{id}` gives it, whenever that changed; it has no id).

    Args:
        queue: Holds the job.
        name: Of the job.
        after: Position behind the last event that the client has, 0 for all.
    """
    shown = ""
    quiet = 0.0
    while not queue.closed:
        job = await run_in_threadpool(queue.get, name)
        lines = read_events(queue.folder(job), after)
        for after, line in lines:  # noqa: PLR1704 - the position is where the next look begins
            event = read_event(line)
            yield _message("log" if event is None else "event", line if event is None else event, after)
        state = (await run_in_threadpool(view, queue, job)).model_dump_json()
        if state != shown:
            shown = state
            yield _message("state", json.loads(state))
        elif lines:
            quiet = 0.0
        if job.state in ENDED and not lines:
            return
        quiet += BETWEEN
        if quiet >= BEAT:
            quiet = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(BETWEEN)


async def all_jobs(queue: Queue) -> AsyncIterator[str]:
    """The list of all jobs, and again whenever it changed."""
    shown = ""
    quiet = 0.0
    ended: dict[tuple[str, int], JobView] = {}
    while not queue.closed:
        state = await run_in_threadpool(_listed, queue, ended)
        quiet += 2 * BETWEEN
        if state != shown:
            shown = state
            yield _message("jobs", json.loads(state))
        elif quiet >= BEAT:
            quiet = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(2 * BETWEEN)


def _listed(queue: Queue, ended: dict[tuple[str, int], JobView]) -> str:
    """All jobs as JSON; what has ended stays as it is, and is kept in `ended`."""
    views = []
    for job in queue.all():
        key = (job.id, job.attempt)
        shown = ended.get(key) if job.state in ENDED else None
        shown = shown or view(queue, job)
        if job.state in ENDED:
            ended[key] = shown
        views.append(shown.model_dump())
    return json.dumps(views)


def _message(kind: str, value: object, position: int | None = None) -> str:
    """One message of the protocol."""
    number = "" if position is None else f"id: {position}\n"
    return f"event: {kind}\n{number}data: {json.dumps(value)}\n\n"
