"""Drawings as the REST interface and the pages show them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from impasto.studio.canvas.drawings import count_strokes, strokes_of
from impasto.studio.canvas.strokes import Stroke
from impasto.studio.canvas.tables import Drawing
from impasto.studio.files.view import content_address
from impasto.studio.jobs.view import JobView
from impasto.studio.painters.description import EditDescription

__all__ = [
    "DrawingLine",
    "DrawingView",
    "EditLine",
    "EditStarted",
    "StrokeCount",
    "counted",
    "line",
    "view",
]


class DrawingLine(BaseModel):
    """A drawing in the list of all."""

    id: str
    title: str
    width: int = Field(description="Columns of its picture.")
    height: int = Field(description="Rows.")
    picture: str = Field(description="Address of its picture, which never changes.")
    thumbnail: str
    created: float = Field(description="Seconds since 1970.")
    changed: float
    parent: str = Field(description="The drawing whose result its picture is; '' where it is none.")


class DrawingView(DrawingLine):
    """A drawing with all its strokes."""

    strokes: list[Stroke] = Field(description="In order; those behind the first `shown` were undone.")
    shown: int = Field(description="How many strokes are in effect.")
    request: dict[str, Any] = Field(description="The edit that was requested last.")


class StrokeCount(BaseModel):
    """How many strokes a drawing has."""

    shown: int = Field(description="Those in effect.")
    total: int = Field(description="With those that can be redone.")


class EditLine(BaseModel):
    """An edit, and who can do it."""

    edit: EditDescription
    painters: list[str] = Field(description="Painters that can, as far as all have been looked at.")


class EditStarted(BaseModel):
    """An edit that is being done."""

    job: JobView
    command: str = Field(description="The same as a command.")


def line(drawing: Drawing) -> DrawingLine:
    """A drawing without its strokes."""
    return DrawingLine(
        id=drawing.id,
        title=drawing.title,
        width=drawing.width,
        height=drawing.height,
        picture=content_address(drawing.file),
        thumbnail=f"/api/canvas/drawings/{drawing.id}/thumbnail",
        created=drawing.created,
        changed=drawing.changed,
        parent=drawing.parent,
    )


def view(session: Session, drawing: Drawing) -> DrawingView:
    """A drawing with its strokes."""
    strokes = strokes_of(session, drawing, undone=True)
    return DrawingView(**line(drawing).model_dump(), strokes=strokes, shown=drawing.shown, request=drawing.request)


def counted(session: Session, drawing: Drawing) -> StrokeCount:
    """How many strokes a drawing has."""
    return StrokeCount(shown=drawing.shown, total=count_strokes(session, drawing))
