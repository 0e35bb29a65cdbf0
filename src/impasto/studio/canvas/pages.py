"""The pages of the canvas."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from impasto import catalogue
from impasto.errors import ImpastoError
from impasto.sources import SHIPPED_PAINTER
from impasto.studio.canvas import drawings
from impasto.studio.canvas.request import reads_words, settings_for
from impasto.studio.canvas.views import line
from impasto.studio.pages import page, rendered
from impasto.studio.paint.controls import controls_of
from impasto.studio.painters.shelf import Entry
from impasto.studio.studio import CurrentStudio, Studio

__all__ = ["router"]

router = APIRouter(include_in_schema=False)
FIRST = "inpaint"
"""The edit that a new drawing begins with."""
LATEST = 24
"""Drawings on the first page."""


@router.get("/canvas")
def start(studio: CurrentStudio) -> HTMLResponse:
    """The pictures that were edited last, and a place for a new one."""
    studio.painters.begin()
    with studio.database.session() as session:
        latest = [line(drawing) for drawing in drawings.latest(session, LATEST)]
    return page("canvas_start.html", active="/canvas", drawings=latest, remarks=studio.remarks)


@router.get("/canvas/controls")
def controls(studio: CurrentStudio, edit: str, painter: str = "") -> HTMLResponse:
    """The controls of an edit by a painter, as soon as they are known."""
    try:
        description = studio.painters.edit(edit)
        entry = _painter(studio, edit, painter)
        if entry is None:
            return HTMLResponse(
                rendered("canvas_controls.html", edit=description, card=None, complete=studio.painters.complete)
            )
        card = entry.description
        assert card is not None
        words = ["words"] if reads_words(description, card) else []
        first, others = controls_of(description.settings, words)
        counted = settings_for(description, card)[len(description.settings) :]
        # The picture is the drawing's.
        shown, folded = controls_of([setting for setting in counted if setting.name != "picture"], words)
    except ImpastoError as error:
        return HTMLResponse(rendered("paint_failed.html", sentence=str(error)))
    return HTMLResponse(
        rendered(
            "canvas_controls.html",
            edit=description,
            card=card,
            chosen=entry,
            able=studio.painters.able(edit),
            words=bool(words),
            # Of an edit without settings, those of the painter are all there is to choose.
            first=first if description.settings else shown,
            others=others,
            of_painter=[*shown, *folded] if description.settings else folded,
            complete=studio.painters.complete,
        )
    )


@router.get("/canvas/{key}")
def canvas(studio: CurrentStudio, key: str) -> HTMLResponse:
    """A drawing; its strokes are fetched by the page."""
    studio.painters.begin()
    with studio.database.session() as session:
        drawing = drawings.drawing_of(session, key)
    edits = catalogue.edits()
    requested = drawing.request.get("edit", "")
    return page(
        "canvas.html",
        active="/canvas",
        drawing=line(drawing),
        edits=list(edits.values()),
        chosen=requested if requested in edits else FIRST,
        remarks=[*studio.remarks, *filter(None, [studio.jobs.trouble])],
    )


def _painter(studio: Studio, edit: str, requested: str) -> Entry | None:
    """The painter that is requested if it can do the edit, or else the first one that can; None where none can."""
    if not requested:
        studio.painters.find(SHIPPED_PAINTER)
    able = studio.painters.able(edit)
    return next((entry for entry in able if entry.source == requested), able[0] if able else None)
