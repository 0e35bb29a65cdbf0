"""REST calls about painters."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from impasto.studio.painters.description import Description, json_schema
from impasto.studio.studio import CurrentStudio

__all__ = ["router"]

router = APIRouter(prefix="/api/painters", tags=["painters"])


class PainterLine(BaseModel):
    """A painter in the list of all."""

    source: str = Field(description="The word that commands name it by.")
    title: str = Field(description="How it is called where painters are chosen.")
    group: str = Field(description="Where it comes from.")
    name: str = Field(description="Its name in the catalogue; '' while that is being read.")
    summary: str
    reads: list[str] = Field(description="Parts of a request that it reads, such as 'words' and 'category'.")
    size: tuple[int, int] | None = Field(description="Height and width of its pictures; None while that is being read.")
    error: str = Field(description="Why it cannot be used; '' where it can.")


class PainterView(BaseModel):
    """A painter: its card, and its settings as JSON Schema."""

    group: str
    card: Description
    settings_schema: dict[str, Any]


@router.get("")
def list_painters(studio: CurrentStudio) -> list[PainterLine]:
    """All painters that can paint now."""
    studio.painters.begin()
    return [
        PainterLine(
            source=entry.source,
            title=entry.title,
            group=entry.group,
            name=entry.description.name if entry.description else "",
            summary=entry.description.summary if entry.description else "",
            reads=entry.description.reads if entry.description else [],
            size=entry.description.size if entry.description else None,
            error=entry.error,
        )
        for entry in studio.painters.entries()
    ]


@router.get("/{source:path}")
def get_painter(studio: CurrentStudio, source: str) -> PainterView:
    """A painter; the first call for one may take some seconds, while it is being read."""
    entry = studio.painters.find(source)
    assert entry.description is not None
    return PainterView(group=entry.group, card=entry.description, settings_schema=json_schema(entry.description))
