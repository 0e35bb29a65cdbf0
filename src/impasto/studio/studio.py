"""What the pages and the REST calls of a studio share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from impasto.errors import Unavailable
from impasto.studio.database import Database
from impasto.studio.jobs.queue import Queue
from impasto.studio.painters.shelf import Shelf
from impasto.studio.settings import StudioSettings

__all__ = ["CurrentStudio", "Studio"]


@dataclass
class Studio:
    """A studio that is open.

    Attributes:
        settings: How it is run.
        database: Its tables.
        jobs: Its queue.
        painters: Those that can paint now.
        remarks: What its users should know, such as that the database was damaged.
    """

    settings: StudioSettings
    database: Database
    jobs: Queue
    painters: Shelf
    remarks: list[str] = field(default_factory=list)

    @property
    def pictures(self) -> Path:
        """Folder of the pictures that jobs paint: a folder for each job, named by its id."""
        return self.settings.folder / "pictures"

    def as_typed(self, path: Path) -> str:
        """A path as a person in the working folder types it."""
        home = self.settings.home.resolve()
        path = path.resolve()
        return (path.relative_to(home) if path.is_relative_to(home) else path).as_posix()


def _current(request: Request) -> Studio:
    studio = getattr(request.app.state, "studio", None)
    if not isinstance(studio, Studio):
        raise Unavailable("The studio is not open yet; try again in a moment.")
    return studio


CurrentStudio = Annotated[Studio, Depends(_current)]
"""Parameter of a page or REST call that is given the studio."""
