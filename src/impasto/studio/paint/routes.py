"""REST calls of painting, and the pictures that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, Field

from impasto.config import to_dict
from impasto.errors import UsageError
from impasto.images.maps import read_map
from impasto.images.reading import Unreadable
from impasto.images.recipe import read_recipe
from impasto.studio.jobs.table import ACTIVE
from impasto.studio.jobs.view import PICTURE, JobView, view
from impasto.studio.models import typed_path
from impasto.studio.paint.file_settings import over_paths, with_paths
from impasto.studio.paint.grid_request import GridRequest, checked_grid, grid_arguments
from impasto.studio.paint.request import PaintRequest, PictureRequest, arguments_of, checked, title_of
from impasto.studio.painters.description import Description, SettingView
from impasto.studio.problems import Problem
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio, Studio
from impasto.studio.uploads import kept_files

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
    named = _with_paths(studio, complete, entry.description.settings)
    return _queued(studio, complete, title_of(complete, entry.title), arguments_of(named, _files(studio, complete)))


@router.post("/api/grid", status_code=201, dependencies=[requires(Role.PAINT)])
def grid(studio: CurrentStudio, request: GridRequest) -> Painting:
    """Paint a picture for each combination of some values, and a labelled sheet of all, as one job."""
    entry = studio.painters.find(request.painter)
    complete = checked_grid(request, lambda source: _described(studio, source))
    sources = [complete.painter, *complete.over.get("painter", ())]
    settings = [setting for source in sources for setting in _described(studio, source).settings]
    named = _with_paths(studio, complete, settings)
    named = named.model_copy(
        update={"over": over_paths(settings, complete.over, lambda name: typed_path(studio, name))}
    )
    title = f"{title_of(complete, entry.title)}, over {' and '.join(complete.over).replace('_', ' ')}"
    return _queued(studio, complete, title, grid_arguments(named, _files(studio, complete)))


def _described(studio: Studio, source: str) -> Description:
    description = studio.painters.find(source).description
    assert description is not None
    return description


def _files(studio: Studio, request: PictureRequest) -> dict[str, str]:
    """Part of a condition → path of the file that was given for it, as a person types it.

    Raises:
        Problem: When a file was not uploaded.
        UsageError: When a map cannot be read as one.
    """
    paths = {part: kept_files(studio).path(file) for part, file in request.files.items()}
    for part, path in paths.items():
        if part.startswith("maps:"):
            _check_map(part.partition(":")[2], path)
    return {part: studio.as_typed(path) for part, path in paths.items()}


def _check_map(name: str, path: Path) -> None:
    try:
        read_map(path)
    except Unreadable as why:
        raise UsageError(f"The map {name} cannot be used: {why}. Give a grey picture of 8 bits.") from None


R = TypeVar("R", bound=PictureRequest)


def _with_paths(studio: Studio, request: R, settings: Sequence[SettingView]) -> R:
    """The same request with paths in the places of the files that settings name."""
    values = with_paths(settings, request.settings, lambda name: typed_path(studio, name))
    return request.model_copy(update={"settings": values})


def _queued(studio: Studio, request: PictureRequest, title: str, arguments: Sequence[str]) -> Painting:
    """A job that paints into a folder of the studio."""
    name = studio.jobs.new_id()
    folder = (studio.pictures / name).resolve()
    job = studio.jobs.add(
        title,
        arguments,
        options=["--out", str(folder), "--resume", "--preview", str(studio.jobs.preview_file(name))],
        pictures=folder,
        request=request.model_dump(exclude_none=True),
        name=name,
    )
    shown = view(studio.jobs, job)
    return Painting(job=shown, command=shown.command)


@router.get("/api/jobs/{name}/preview", response_class=Response)
def preview(studio: CurrentStudio, name: str) -> Response:
    """What a job has painted of the present pictures so far, as a small PNG; 204 where there is nothing to show.

    The next one is painted only after this call, so that a job that nobody looks at loses no time.
    """
    job = studio.jobs.get(name)
    fresh = studio.jobs.preview_file(name)
    last = fresh.with_stem("shown-preview")
    with suppress(OSError):
        fresh.replace(last)
    if job.state not in ACTIVE:
        last.unlink(missing_ok=True)
    try:
        content = last.read_bytes()
        # A picture that is done is shown itself.
        since = Path(job.pictures).stat().st_mtime if job.pictures and Path(job.pictures).is_dir() else 0
        current = last.stat().st_mtime >= max(job.started or 0, since)
    except OSError:
        current = False
    if not current:
        return Response(status_code=204)
    return Response(content, media_type="image/png", headers={"cache-control": "no-store"})


@router.get("/pictures/{job}/contact-sheet.png", response_class=FileResponse)
def sheet(studio: CurrentStudio, job: str) -> FileResponse:
    """All pictures of a job on one sheet, with labels where they are a grid."""
    folder = studio.jobs.get(job).pictures
    file = Path(folder) / "contact-sheet.png"
    if not folder or file.is_symlink() or not file.is_file():
        raise Problem(404, "There is no sheet of that job; it is written when all pictures are painted.")
    return FileResponse(file, media_type="image/png", headers={"cache-control": "no-cache"})


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
