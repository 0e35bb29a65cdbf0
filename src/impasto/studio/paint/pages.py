"""The page to paint in."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from impasto.errors import ImpastoError
from impasto.studio.language import text
from impasto.studio.pages import page, rendered
from impasto.studio.paint.controls import axes_offered, controls_of
from impasto.studio.painters.shelf import Entry
from impasto.studio.studio import CurrentStudio

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/")
def paint(studio: CurrentStudio, painter: str = "") -> HTMLResponse:
    """The page; what is not known of the painter yet is fetched by the page when it is."""
    studio.painters.begin()
    entries = studio.painters.entries()
    chosen = studio.painters.look(painter)
    missing = text("There is no painter “{painter}” here.", painter=painter) if painter and chosen is None else ""
    chosen = chosen or entries[0]
    if chosen.source not in {entry.source for entry in entries}:
        entries.append(chosen)
    return page(
        "paint.html",
        active="/",
        groups=[(group, list(many)) for group, many in groupby(entries, key=lambda entry: entry.group)],
        remarks=[*studio.remarks, *filter(None, [missing, studio.jobs.trouble])],
        complete=studio.painters.complete,
        **_values(chosen),
    )


@router.get("/paint/controls")
def controls(studio: CurrentStudio, painter: str) -> HTMLResponse:
    """The card and the controls of a painter, as soon as they are known."""
    try:
        entry = studio.painters.find(painter)
    except ImpastoError as error:
        return HTMLResponse(rendered("paint_failed.html", sentence=str(error)))
    return HTMLResponse(rendered("paint_controls.html", **_values(entry)))


def _values(entry: Entry) -> dict[str, Any]:
    """What the templates show of a painter."""
    described = entry.description
    first, others = controls_of(described.settings, described.reads) if described else ([], [])
    axes = axes_offered(described, [*first, *others]) if described else []
    return {"chosen": entry, "card": described, "first": first, "others": others, "axes": axes}
