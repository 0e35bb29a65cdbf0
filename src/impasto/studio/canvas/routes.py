"""REST calls of the canvas."""

from __future__ import annotations

import io
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from impasto.studio.canvas import drawings
from impasto.studio.canvas.editing import begin_edit
from impasto.studio.canvas.layers import mask_of
from impasto.studio.canvas.request import EditRequest, checked, settings_for
from impasto.studio.canvas.sources import NewDrawing, picture_for
from impasto.studio.canvas.strokes import Change
from impasto.studio.canvas.views import (
    DrawingLine,
    DrawingView,
    EditLine,
    EditStarted,
    StrokeCount,
    counted,
    line,
    view,
)
from impasto.studio.gallery.files import shown
from impasto.studio.gallery.state import CurrentScanner, changing
from impasto.studio.gallery.thumbnails import thumbnail
from impasto.studio.jobs.view import view as job_view
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio
from impasto.studio.uploads import kept_files
from impasto.texts import check_text

__all__ = ["router"]

router = APIRouter(prefix="/api/canvas", tags=["canvas"])
LISTED = 60
"""Most drawings of a list."""

Key = Annotated[str, Path(max_length=16, description="A drawing.")]


class Shown(BaseModel):
    """How far a drawing is undone."""

    model_config = ConfigDict(extra="forbid")

    strokes: int = Field(ge=0, description="How many strokes are in effect from now on.")


@router.get("/edits")
def list_edits(studio: CurrentStudio) -> list[EditLine]:
    """All edits, their settings, and the painters that can do them; the first call may take some seconds."""
    edits = studio.painters.edits()
    return [
        EditLine(edit=edit, painters=[entry.source for entry in studio.painters.able(name)])
        for name, edit in edits.items()
    ]


@router.get("/drawings")
def list_drawings(studio: CurrentStudio, count: Annotated[int, Query(ge=1, le=LISTED)] = LISTED) -> list[DrawingLine]:
    """The drawings that were changed last."""
    with studio.database.session() as session:
        return [line(drawing) for drawing in drawings.latest(session, count)]


@router.post("/drawings", status_code=201, dependencies=[requires(Role.PAINT)])
def begin_drawing(studio: CurrentStudio, scanner: CurrentScanner, new: NewDrawing) -> DrawingView:
    """Begin a drawing on an uploaded picture, on one of the gallery, or on one that a job painted."""
    check_text("The title", new.title)
    picture, title = picture_for(studio, scanner, new)
    with changing(studio) as session:
        parent = drawings.drawing_of(session, new.parent) if new.parent else None
        return view(session, drawings.begin(session, picture, title, parent))


@router.get("/drawings/{key}")
def get_drawing(studio: CurrentStudio, key: Key) -> DrawingView:
    """A drawing with its strokes."""
    with studio.database.session() as session:
        return view(session, drawings.drawing_of(session, key))


@router.delete("/drawings/{key}", status_code=204, dependencies=[requires(Role.PAINT)])
def remove_drawing(studio: CurrentStudio, key: Key) -> None:
    """Remove a drawing; its files, and what was painted from it, stay."""
    with changing(studio) as session:
        drawings.remove(session, drawings.drawing_of(session, key))


@router.get("/drawings/{key}/thumbnail", response_class=FileResponse)
def get_thumbnail(studio: CurrentStudio, key: Key) -> FileResponse:
    """A small version of a drawing's picture, as WebP."""
    with studio.database.session() as session:
        file = drawings.drawing_of(session, key).file
    small = thumbnail(kept_files(studio).path(file), file.partition(".")[0], studio.settings.folder / "thumbnails")
    return shown(small, "image/webp")


@router.get("/drawings/{key}/mask", response_class=Response)
def get_mask(studio: CurrentStudio, key: Key) -> Response:
    """The mask as edits are given it, a PNG: white where is to be painted anew, grey at the edges of soft strokes."""
    with studio.database.session() as session:
        drawing = drawings.drawing_of(session, key)
        strokes = drawings.strokes_of(session, drawing)
    file = io.BytesIO()
    mask_of(strokes, (drawing.width, drawing.height), kept_files(studio)).save(file, "PNG")
    return Response(file.getvalue(), media_type="image/png", headers={"cache-control": "no-store"})


@router.post("/drawings/{key}/strokes", status_code=201, dependencies=[requires(Role.PAINT)])
def draw(studio: CurrentStudio, key: Key, change: Change) -> StrokeCount:
    """Draw a stroke; strokes that were undone cannot be redone after that."""
    with changing(studio) as session:
        drawing = drawings.drawing_of(session, key)
        drawings.add_stroke(session, drawing, change, kept_files(studio))
        session.flush()
        return counted(session, drawing)


@router.put("/drawings/{key}/shown", dependencies=[requires(Role.PAINT)])
def undo_or_redo(studio: CurrentStudio, key: Key, how: Shown) -> StrokeCount:
    """Undo or redo strokes."""
    with changing(studio) as session:
        drawing = drawings.drawing_of(session, key)
        drawings.show_strokes(session, drawing, how.strokes)
        return counted(session, drawing)


@router.post("/drawings/{key}/edits", status_code=201, dependencies=[requires(Role.PAINT)])
def edit(studio: CurrentStudio, key: Key, request: EditRequest) -> EditStarted:
    """Edit a drawing's picture, with the strokes in effect, as a job; the result comes into the gallery."""
    description = studio.painters.edit(request.edit)
    painter = studio.painters.find(request.painter).description
    assert painter is not None
    complete = checked(request, description, painter)
    with changing(studio) as session:
        drawing = drawings.drawing_of(session, key)
        strokes = drawings.strokes_of(session, drawing)
        drawing.request = request.model_dump(exclude_none=True)
    settings = settings_for(description, painter)
    job = job_view(studio.jobs, begin_edit(studio, drawing, strokes, description, complete, settings=settings))
    return EditStarted(job=job, command=job.command)
