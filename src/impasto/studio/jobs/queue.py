"""The queue: jobs wait, start in order, end, and are known again after the service was away."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from impasto.errors import ImpastoError, UnknownName, UsageError
from impasto.files import disk_errors_named
from impasto.jobs.runner import Order, Outcome, Runner
from impasto.studio.database import Database
from impasto.studio.jobs.commands import as_typed, lane_of
from impasto.studio.jobs.ending import ended_as
from impasto.studio.jobs.progress import Progress
from impasto.studio.jobs.table import ACTIVE, ENDED, Job
from impasto.studio.settings import StudioSettings

__all__ = ["Queue"]

BETWEEN = 0.25
"""Seconds between two looks at the processes."""
PRESSING = 30.0
"""Seconds between two firm stops of a job that does not end."""


class Queue:
    """The jobs of a studio. A thread of the service starts those that may run and notes those that have ended."""

    def __init__(self, database: Database, runner: Runner, settings: StudioSettings) -> None:
        self.database = database
        self.runner = runner
        self.settings = settings
        self.trouble = ""
        self._progress: dict[str, Progress] = {}
        self._pressed: dict[str, float] = {}
        """Id of a job that does not end → when it was last stopped firmly."""
        self._changing = threading.RLock()
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="queue", daemon=True)

    def begin(self) -> None:
        """Start watching; jobs of an earlier service that still run are taken up again."""
        self._thread.start()

    def end(self) -> None:
        """Let streams of events end, and stop watching soon; jobs that run go on."""
        self._closed.set()
        self._wake.set()

    def close(self) -> None:
        """Stop watching; jobs that run go on."""
        self.end()
        self._thread.join(10)

    @property
    def closed(self) -> bool:
        """Whether the service is ending."""
        return self._closed.is_set()

    def folder(self, job: Job) -> Path:
        """The folder of a job, with its events."""
        return self.folder_of(job.id)

    def folder_of(self, name: str) -> Path:
        """The folder of a job by its id, as `new_id` gave it."""
        return self.settings.folder / "jobs" / name

    def preview_file(self, name: str) -> Path:
        """Where a job writes what is painted so far, until that is taken away to be shown."""
        return self.folder_of(name).resolve() / "preview.png"

    def progress(self, job: Job) -> Progress:
        """How far a job is."""
        with self._changing:
            progress = self._progress.setdefault(job.id, Progress())
            progress.read(self.folder(job))
            return progress

    def add(
        self,
        title: str,
        arguments: Sequence[str],
        *,
        options: Sequence[str] = (),
        pictures: Path | None = None,
        request: Mapping[str, Any] | None = None,
        name: str = "",
    ) -> Job:
        """Put a command into the queue.

        Args:
            title: What it is, for people.
            arguments: Words after `impasto`.
            options: Words that the studio adds.
            pictures: Folder of the pictures that it paints for the studio.
            request: What was requested, as plain values.
            name: Of the job, as `new_id` gave it; a new one without it.

        Raises:
            UsageError: When the studio does not run that command.
        """
        lane = lane_of(arguments)
        with self._changing, self.database.session() as session:
            last = session.scalar(select(func.max(Job.place))) or 0
            job = Job(
                id=name or self.new_id(),
                title=title,
                lane=lane,
                arguments=list(arguments),
                options=list(options),
                home=str(self.settings.home.resolve()),
                pictures="" if pictures is None else str(pictures),
                request=dict(request or {}),
                place=last + 1,
                state="queued",
                created=time.time(),
                attempt=0,
                message="",
            )
            session.add(job)
        self._wake.set()
        return job

    @staticmethod
    def new_id() -> str:
        """The name of a job to come."""
        return secrets.token_hex(8)

    def all(self, limit: int = 200) -> list[Job]:
        """All jobs that run, those that wait in their order, and the newest of those that have ended."""
        order = {state: number for number, state in enumerate((*ACTIVE, "queued"))}
        open_jobs = Job.state.in_(order)
        newest = select(Job).where(~open_jobs).order_by(Job.created.desc()).limit(limit)
        with self.database.session() as session:
            waiting = list(session.scalars(select(Job).where(open_jobs)))
            ended = list(session.scalars(newest))
        waiting.sort(key=lambda job: (min(order[job.state], 1) if job.state in ACTIVE else 2, job.place))
        return waiting + sorted(ended, key=lambda job: job.ended or job.created, reverse=True)

    def in_lane(self, lane: str) -> list[Job]:
        """All jobs of a lane, however long ago, the newest first."""
        with self.database.session() as session:
            return list(session.scalars(select(Job).where(Job.lane == lane).order_by(Job.created.desc())))

    def get(self, name: str) -> Job:
        """A job by its id.

        Raises:
            UnknownName: When there is none.
        """
        with self.database.session() as session:
            job = session.get(Job, name)
        if job is None:
            raise UnknownName("job", name, [job.id for job in self.all(5)])
        return job

    def stop(self, name: str, *, firmly: bool = False) -> Job:
        """Let a job end; one that waits does not start.

        Args:
            name: Of the job.
            firmly: Whether its processes are ended at once; otherwise that happens after `settings.grace` seconds.

        Raises:
            UsageError: When it has ended.
        """
        with self._changing:
            job = self.get(name)
            if job.state == "queued":
                return self._change(name, state="stopped", ended=time.time(), message="Stopped before it began.")
            if job.state not in ACTIVE:
                raise UsageError(f"The job has ended already; it is {job.state}.")
            self.runner.stop(self.folder(job), firmly=firmly)
            return self._change(name, state="stopping", stopping_since=job.stopping_since or time.time())

    def resume(self, name: str) -> Job:
        """Put a job that has not done its work at the end of the queue again, with the same command.

        Raises:
            UsageError: When there is nothing to resume.
        """
        with self._changing, self.database.session() as session:
            job = session.get(Job, self.get(name).id)
            assert job is not None
            if job.state not in ENDED or job.state == "done":
                raise UsageError(
                    f"The job is {job.state}; only one that was stopped, interrupted or has failed resumes."
                )
            job.state = "queued"
            job.place = (session.scalar(select(func.max(Job.place))) or 0) + 1
            job.message = ""
            job.ended = None
            job.stopping_since = None
        self._wake.set()
        return job

    def move(self, name: str, before: str | None) -> list[Job]:
        """Let a job that waits start before another one that waits, or as the last one.

        Raises:
            UsageError: When one of them does not wait.
        """
        with self._changing, self.database.session() as session:
            waiting = list(session.scalars(select(Job).where(Job.state == "queued").order_by(Job.place)))
            by_id = {job.id: job for job in waiting}
            for each in (name, *([before] if before else [])):
                if each not in by_id:
                    raise UsageError(f"The job {self.get(each).title!r} does not wait; only jobs that wait are moved.")
            order = [job for job in waiting if job.id != name]
            order.insert(order.index(by_id[before]) if before and before != name else len(order), by_id[name])
            places = sorted(job.place for job in waiting)
            for job, place in zip(order, places, strict=True):
                job.place = place
        return self.all()

    def remove(self, name: str) -> None:
        """Take a job that has ended off the list; its pictures stay.

        Raises:
            UsageError: When it waits or runs.
        """
        with self._changing, self.database.session() as session:
            job = session.get(Job, self.get(name).id)
            assert job is not None
            if job.state not in ENDED:
                raise UsageError(f"The job is {job.state}; stop it first.")
            session.delete(job)
            self._progress.pop(name, None)

    def command(self, job: Job) -> str:
        """The same as a command."""
        return as_typed(job.arguments)

    def _watch(self) -> None:
        while not self._closed.is_set():
            try:
                self._look()
                self.trouble = ""
            except Exception as error:  # A full disk, for example: said on the pages, and tried again.
                self.trouble = str(error) if isinstance(error, ImpastoError) else f"{type(error).__name__}: {error}"
            self._wake.wait(BETWEEN)
            self._wake.clear()

    def _look(self) -> None:
        """Note what has ended, and start what may run."""
        in_process = select(Job).where(Job.state.in_(ACTIVE))
        with self.database.session() as session:
            known = list(session.scalars(in_process))
        # A cluster that is slow to answer keeps nobody waiting who looks at jobs.
        outcomes = {job.id: self.runner.poll(self.folder(job)) for job in known}
        with self._changing:
            with self.database.session() as session:
                active = list(session.scalars(in_process))
                waiting = list(session.scalars(select(Job).where(Job.state == "queued").order_by(Job.place)))
            running = [job for job in active if not self._has_ended(job, outcomes.get(job.id))]
            for lane, limit in self.settings.limits.items():
                free = limit - sum(job.lane == lane for job in running)
                for job in [job for job in waiting if job.lane == lane][: max(0, free)]:
                    self._start(job)

    def _has_ended(self, job: Job, outcome: Outcome | None) -> bool:
        if outcome is None:
            late = job.stopping_since is not None and time.time() - job.stopping_since > self.settings.grace
            if late and time.monotonic() - self._pressed.get(job.id, -PRESSING) > PRESSING:
                self._pressed[job.id] = time.monotonic()
                self.runner.stop(self.folder(job), firmly=True)
            return False
        self._pressed.pop(job.id, None)
        state, message = ended_as(outcome, requested=job.state == "stopping", error=self.progress(job).error)
        self._change(job.id, state=state, message=message, code=outcome.code, ended=time.time())
        return True

    def _start(self, job: Job) -> None:
        self.progress(job).begin()
        # Noted first: when the service dies in between, the next one looks for the process in the folder.
        self._change(job.id, state="running", started=time.time(), attempt=job.attempt + 1, code=None)
        order = Order(self.folder(job), Path(job.home), [*job.arguments, *job.options, "--events"])
        try:
            with disk_errors_named(self.folder(job)):
                self.runner.start(order)
        except ImpastoError as error:
            self._change(job.id, state="failed", message=str(error), ended=time.time())

    def _change(self, name: str, **values: Any) -> Job:
        with self.database.session() as session:
            job = session.get(Job, name)
            assert job is not None
            for key, value in values.items():
                setattr(job, key, value)
        return job
