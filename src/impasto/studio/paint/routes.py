"""REST calls of painting, and the pictures that come of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field

from impasto.config import to_dict
from impasto.images.recipe import read_recipe
from impasto.studio.jobs.view import PICTURE, JobView, view
from impasto.studio.paint.request import PaintRequest, arguments_of, checked, title_of
from impasto.studio.problems import Problem
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio, Studio

__all__ = ["picture_file", "router"]

router = APIRouter(tags=["paint"])
FOREVER = "private, max-age=31536000, immutable"
"""A picture never changes: a job that is run again paints the same one."""


class Painting(BaseModel):
    """Pictures that are being painted."""

    job: JobView
    command: str = Field(description="The same as a command.")


@router.post("/api/paint", status_code=201, dependencies=[requires(Role.PAINT)])
def paint(studio: CurrentStudio, request: PaintRequest) -> Painting:
    """Paint pictures; the job reports each of them as it is done."""
    entry = studio.painters.find(request.painter)
    assert entry.description is not None
    complete = checked(request, entry.description)
    name = studio.jobs.new_id()
    folder = (studio.pictures / name).resolve()
    job = studio.jobs.add(
        title_of(complete, entry.title),
        arguments_of(complete),
        options=["--out", str(folder), "--overwrite"],
        pictures=folder,
        request=complete.model_dump(exclude_none=True),
        name=name,
    )
    shown = view(studio.jobs, job)
    return Painting(job=shown, command=shown.command)


@router.get("/pictures/{job}/{name}", response_class=FileResponse)
def picture(studio: CurrentStudio, job: str, name: str) -> FileResponse:
    """A painted picture, with its recipe inside."""
    return FileResponse(picture_file(studio, job, name), media_type="image/png", headers={"cache-control": FOREVER})


@router.get("/api/pictures/{job}/{name}/recipe")
def recipe(studio: CurrentStudio, job: str, name: str) -> dict[str, Any]:
    """The recipe of a painted picture: all it takes to paint it again."""
    return to_dict(read_recipe(picture_file(studio, job, name)))


def picture_file(studio: Studio, job: str, name: str) -> Path:
    """The file of a painted picture; the address only chooses among those that are there.

    Raises:
        Problem: When there is no such picture.
    """
    folder = studio.jobs.get(job).pictures
    file = Path(folder) / name
    if not folder or not PICTURE.fullmatch(name) or file.is_symlink() or not file.is_file():
        raise Problem(404, f"There is no picture {name!r} of that job.")
    return file
