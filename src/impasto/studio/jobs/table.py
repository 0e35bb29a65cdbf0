"""The table of jobs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from impasto.studio.database import Base

__all__ = ["ACTIVE", "ENDED", "Job"]

ACTIVE = ("running", "stopping")
"""States in which a process belongs to the job."""
ENDED = ("done", "failed", "stopped", "interrupted")
"""States from which a job can be resumed or removed; 'done' only removed."""


class Job(Base):
    """A command, and how far it got.

    Attributes:
        id: Random letters; also the name of its folder.
        title: What it is, for people.
        lane: Of the queue.
        arguments: Words after `impasto`, as a person would type them.
        options: Words that the studio adds, such as where the pictures go.
        home: Working folder.
        pictures: Folder of the pictures that it paints; '' where it paints none for the studio.
        request: What the page or program requested, as plain values, to request it again.
        state: 'queued', 'running', 'stopping' (it has been told to stop), 'done', 'failed', 'stopped' (by its user) or
            'interrupted' (its process ended without a word).
        place: Jobs of a lane start in this order.
        created: Seconds since 1970.
        started: When its process was started last.
        ended: When it ended.
        stopping_since: When it was told to stop.
        attempt: How often it was started.
        code: Exit code of the command.
        message: How it ended, in a sentence.
    """

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    lane: Mapped[str]
    arguments: Mapped[list[str]] = mapped_column(JSON)
    options: Mapped[list[str]] = mapped_column(JSON)
    home: Mapped[str]
    pictures: Mapped[str] = mapped_column(default="")
    request: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(default="queued", index=True)
    place: Mapped[int]
    created: Mapped[float]
    started: Mapped[float | None]
    ended: Mapped[float | None]
    stopping_since: Mapped[float | None]
    attempt: Mapped[int] = mapped_column(default=0)
    code: Mapped[int | None]
    message: Mapped[str] = mapped_column(default="")
