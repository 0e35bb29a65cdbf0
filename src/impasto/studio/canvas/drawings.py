"""Drawings: begun, drawn on, undone and removed."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pydantic import TypeAdapter
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from impasto.errors import UnknownName, UsageError
from impasto.studio.canvas.strokes import Change, MaskFile, Stroke
from impasto.studio.canvas.tables import Drawing, DrawnStroke
from impasto.studio.problems import Problem
from impasto.studio.uploads import KeptFile, KeptFiles

__all__ = ["add_stroke", "begin", "count_strokes", "drawing_of", "latest", "remove", "show_strokes", "strokes_of"]

MOST = 10_000
"""Most strokes of a drawing."""
_STROKE: TypeAdapter[Stroke] = TypeAdapter(Stroke)


def begin(session: Session, picture: KeptFile, title: str, parent: Drawing | None = None) -> Drawing:
    """A new drawing on a picture; one that goes on with a result of another keeps what was requested there."""
    drawing = Drawing(title=title, file=picture.file, width=picture.width, height=picture.height)
    if parent is not None:
        drawing.parent = parent.id
        drawing.request = parent.request
    session.add(drawing)
    session.flush()
    return drawing


def drawing_of(session: Session, key: str) -> Drawing:
    """A drawing by its id.

    Raises:
        UnknownName: When there is none.
    """
    drawing = session.get(Drawing, key)
    if drawing is None:
        raise UnknownName("drawing", key, [each.id for each in latest(session, 5)])
    return drawing


def latest(session: Session, count: int) -> Sequence[Drawing]:
    """The drawings that were changed last."""
    return session.scalars(select(Drawing).order_by(Drawing.changed.desc(), Drawing.id).limit(count)).all()


def strokes_of(session: Session, drawing: Drawing, *, undone: bool = False) -> list[Stroke]:
    """The strokes of a drawing that are in effect; with `undone`, all that can be redone too."""
    query = select(DrawnStroke.content).where(DrawnStroke.drawing == drawing.id).order_by(DrawnStroke.number)
    if not undone:
        query = query.where(DrawnStroke.number < drawing.shown)
    return [_STROKE.validate_python(content) for content in session.scalars(query)]


def count_strokes(session: Session, drawing: Drawing) -> int:
    """How many strokes a drawing has, those that were undone among them."""
    return session.scalar(select(func.count()).where(DrawnStroke.drawing == drawing.id)) or 0


def add_stroke(session: Session, drawing: Drawing, change: Change, pictures: KeptFiles) -> None:
    """Draw a stroke; those that were undone before are gone with it.

    Raises:
        Problem: When another window has drawn meanwhile, or a file is missing.
        UsageError: When the drawing has too many strokes, or a mask another size than the picture.
    """
    stroke = change.stroke
    if change.number != drawing.shown:
        raise Problem(409, "This drawing was changed in another window meanwhile; load the page again to go on.")
    if change.number >= MOST:
        raise UsageError(f"The drawing has {MOST:,} strokes, the most that are kept; go on with its result.")
    if isinstance(stroke, MaskFile):
        size = pictures.image(stroke.file).size
        if size != (drawing.width, drawing.height):
            raise UsageError(
                "The mask is {} × {} px and the picture is {} × {} px; give a mask of the picture's size.".format(
                    *size, drawing.width, drawing.height
                )
            )
    _remove_strokes(session, drawing, change.number)
    session.add(DrawnStroke(drawing=drawing.id, number=change.number, content=stroke.model_dump()))
    drawing.shown = change.number + 1
    drawing.changed = time.time()


def show_strokes(session: Session, drawing: Drawing, count: int) -> None:
    """Undo or redo strokes, so that so many of them are in effect.

    Raises:
        UsageError: When there are not so many.
    """
    there = count_strokes(session, drawing)
    if count > there:
        raise UsageError(f"The drawing has {there} strokes; {count} cannot be shown.")
    drawing.shown = count
    drawing.changed = time.time()


def remove(session: Session, drawing: Drawing) -> None:
    """Remove a drawing; its picture stays among the files, and what was painted stays in the gallery."""
    _remove_strokes(session, drawing, 0)
    session.delete(drawing)


def _remove_strokes(session: Session, drawing: Drawing, first: int) -> None:
    """Remove the strokes from one on, row by row, so that the file beside the database hears of each."""
    later = (DrawnStroke.drawing == drawing.id) & (DrawnStroke.number >= first)
    for row in session.scalars(select(DrawnStroke).where(later)):
        session.delete(row)
    # What is drawn next may take the place of one of them.
    session.flush()
