"""REST calls of walks: films along directions of a painter's latents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from impasto.errors import NotCapable
from impasto.studio.jobs.view import JobView, view
from impasto.studio.language import text
from impasto.studio.problems import Problem
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio

__all__ = ["router"]

router = APIRouter(prefix="/api/walks", tags=["show"])
FILM = "walk.webp"


class WalkRequest(BaseModel):
    """A walk of one picture along what a painter has learned."""

    model_config = ConfigDict(extra="forbid")

    painter: Annotated[str, Field(min_length=1, max_length=1000, description="One that paints from latents.")]
    axis: Annotated[
        str, Field(pattern=r"^\w[\w -]*$", max_length=100, description="Number of an axis, from 1, or a code's name.")
    ] = "1"
    frames: Annotated[int, Field(ge=2, le=1000, description="Pictures of the film.")] = 48
    seed: Annotated[int, Field(ge=0, lt=2**63, description="Of the picture.")] = 0


class Walking(BaseModel):
    """A walk that was queued."""

    job: JobView
    command: str = Field(description="The same as a command.")


@router.post("", status_code=201, dependencies=[requires(Role.PAINT)])
def begin_walk(studio: CurrentStudio, request: WalkRequest) -> Walking:
    """Paint a walk as a film, as a job: `impasto show walk`."""
    entry = studio.painters.find(request.painter)
    assert entry.description is not None
    if not entry.description.walks:
        raise NotCapable(f"{entry.title} does not paint from latents, so that no picture of it can walk.")
    name = studio.jobs.new_id()
    words = ["show", "walk", request.painter, "--axis", request.axis]
    words += ["--frames", str(request.frames), "--seed", str(request.seed)]
    folder = (studio.pictures / name).resolve()
    job = studio.jobs.add(
        text("A walk of {painter} along axis {axis}", painter=entry.title, axis=request.axis),
        words,
        options=["--out", str(folder / FILM), "--overwrite"],
        pictures=folder,
        request={"walk": request.model_dump()},
        name=name,
    )
    shown = view(studio.jobs, job)
    return Walking(job=shown, command=shown.command)


@router.get("/{name}/film", response_class=FileResponse)
def get_film(studio: CurrentStudio, name: str) -> FileResponse:
    """The film of a walk, an animated WebP."""
    folder = studio.jobs.get(name).pictures
    file = Path(folder) / FILM
    if not folder or file.is_symlink() or not file.is_file():
        raise Problem(404, "There is no film of that job; it is written when the walk is painted.")
    return FileResponse(file, media_type="image/webp", headers={"cache-control": "no-cache"})
