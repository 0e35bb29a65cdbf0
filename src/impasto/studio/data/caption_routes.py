"""REST calls of captions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi import Path as InPath
from pydantic import BaseModel, ConfigDict, Field

from impasto.errors import UsageError
from impasto.files import disk_errors_named, write_whole
from impasto.sources import STORES
from impasto.studio.data.captions import CaptionPage, captions_of, check_pictures
from impasto.studio.data.routes import Import, new_store
from impasto.studio.data.stores import folder_of
from impasto.studio.jobs.view import view
from impasto.studio.language import text
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio

__all__ = ["router"]

router = APIRouter(prefix="/api/stores/{name}/captions", tags=["data"])
Name = Annotated[str, InPath(max_length=100, description="Name of a store.")]
Caption = Annotated[str, Field(max_length=10_000)]


class CaptionRequest(BaseModel):
    """Captions that shall be others."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100, description="Name of the new store.")
    captions: dict[str, list[Caption]] = Field(
        min_length=1, description="File of the store → its captions; pictures that are not named keep theirs."
    )


class CaptionQuery(BaseModel):
    """Which captions are looked for."""

    words: str = Field(default="", max_length=1000, description="What captions or file names hold.")
    missing: bool = Field(default=False, description="Only pictures without a caption.")
    after: int = Field(default=0, ge=0, description="Where the page begins.")
    limit: int = Field(default=24, ge=1, le=200, description="Most pictures of the page.")


@router.get("")
def list_captions(studio: CurrentStudio, name: Name, query: Annotated[CaptionQuery, Query()]) -> CaptionPage:
    """Pictures of a store with their captions."""
    return captions_of(folder_of(studio.settings.home, name), **query.model_dump())


@router.post("", status_code=201, dependencies=[requires(Role.MANAGE)])
def change_captions(studio: CurrentStudio, name: Name, request: CaptionRequest) -> Import:
    """Write a new store with other captions, as a job: `impasto data caption`. The old store stays as it is."""
    folder = folder_of(studio.settings.home, name)
    check_pictures(folder, request.captions)
    out = new_store(studio, request.name)
    lines = [
        json.dumps({"file": file, "captions": some}, ensure_ascii=False) for file, some in request.captions.items()
    ]
    try:
        content = "\n".join([*lines, ""]).encode()
    except UnicodeEncodeError:
        raise UsageError("A caption holds half a character (a lone surrogate); write it anew.") from None
    file: Path = studio.settings.folder.resolve() / "captions" / f"{studio.jobs.new_id()}.jsonl"
    with disk_errors_named(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, content)
    words = ["data", "caption", (STORES / name).as_posix(), "--from", str(file), "--out", out.as_posix()]
    title = text("Captions of {name}", name=name)
    job = studio.jobs.add(title, words, request={"captions": {"of": name, "name": request.name}})
    shown = view(studio.jobs, job)
    return Import(store=request.name, job=shown, command=shown.command)
