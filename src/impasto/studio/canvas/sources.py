"""Where the picture of a new drawing comes from."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from impasto.errors import UsageError
from impasto.studio.gallery.routes import Key, located
from impasto.studio.gallery.scanning import Scanner
from impasto.studio.paint.routes import picture_file
from impasto.studio.studio import Studio
from impasto.studio.uploads import FileName, KeptFile, kept_files

__all__ = ["NewDrawing", "picture_for"]

LONGEST = 200
"""Most letters of a title."""


class Painted(BaseModel):
    """A picture that a job painted."""

    model_config = ConfigDict(extra="forbid")

    job: str = Field(max_length=100)
    name: str = Field(max_length=100, description="Such as 0000.png.")


class NewDrawing(BaseModel):
    """A drawing to begin; its picture is given in one of three ways."""

    model_config = ConfigDict(extra="forbid")

    file: FileName | None = Field(default=None, description="A picture that was uploaded.")
    picture: Key | None = Field(default=None, description="A picture of the gallery.")
    painted: Painted | None = Field(default=None, description="A picture that a job painted.")
    title: Annotated[str, Field(max_length=LONGEST)] = Field(
        default="", description="For people; what painted it without it."
    )
    parent: str = Field(default="", max_length=16, description="The drawing that it goes on with.")


def picture_for(studio: Studio, scanner: Scanner, new: NewDrawing) -> tuple[KeptFile, str]:
    """The picture of a drawing, kept among the canvas's files, and the drawing's title.

    Raises:
        UsageError: When not exactly one picture is given, or it cannot be used.
        Problem: When it is not there.
    """
    given = [name for name in ("file", "picture", "painted") if getattr(new, name) is not None]
    if len(given) != 1:
        raise UsageError(f"Give one of 'file', 'picture' and 'painted', not {len(given)}.")
    pictures = kept_files(studio)
    if new.picture is not None:
        row, path = located(studio, scanner.folders, new.picture)
        title = row.title
    elif new.painted is not None:
        path = picture_file(studio, new.painted.job, new.painted.name)
        title = studio.jobs.get(new.painted.job).title
    else:
        path = pictures.path(str(new.file))
        title = "Picture"
    title = new.title or title[:LONGEST]
    return pictures.keep(path.read_bytes()), title
