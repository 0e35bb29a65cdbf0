"""REST calls about kept prompts."""

from __future__ import annotations

import time

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select

from impasto.errors import UsageError
from impasto.studio.gallery.state import changing
from impasto.studio.problems import Problem
from impasto.studio.prompts.table import KeptPrompt
from impasto.studio.security import requires
from impasto.studio.settings import Role
from impasto.studio.studio import CurrentStudio
from impasto.texts import check_text

__all__ = ["router"]

router = APIRouter(prefix="/api/prompts", tags=["prompts"])
MOST = 500
"""Most prompts on the shelf."""


class NewPrompt(BaseModel):
    """A prompt to keep."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=10_000, description="The prompt.")


class PromptView(BaseModel):
    """A kept prompt."""

    id: str
    text: str


@router.get("")
def list_prompts(studio: CurrentStudio) -> list[PromptView]:
    """All kept prompts, the one that was kept or used last first."""
    with studio.database.session() as session:
        rows = session.scalars(select(KeptPrompt).order_by(KeptPrompt.used.desc()))
        return [PromptView(id=row.id, text=row.text) for row in rows]


@router.post("", status_code=201, dependencies=[requires(Role.PAINT)])
def keep_prompt(studio: CurrentStudio, new: NewPrompt) -> PromptView:
    """Keep a prompt; one that is kept already comes to the front."""
    text = new.text.strip()
    check_text("The prompt", text)
    if not text:
        raise UsageError("The prompt is empty; write what to paint, such as 'a boat at dusk', and keep that.")
    with changing(studio) as session:
        row = session.scalar(select(KeptPrompt).where(KeptPrompt.text == text))
        if row is None:
            if (session.scalar(select(func.count()).select_from(KeptPrompt)) or 0) >= MOST:
                raise UsageError(f"There are {MOST} prompts on the shelf already; remove one first.")
            row = KeptPrompt(text=text, used=0.0)
            session.add(row)
        row.used = time.time()
        session.flush()
        return PromptView(id=row.id, text=row.text)


@router.delete("/{key}", status_code=204, dependencies=[requires(Role.PAINT)])
def remove_prompt(studio: CurrentStudio, key: str) -> None:
    """Take a prompt off the shelf."""
    with changing(studio) as session:
        row = session.get(KeptPrompt, key)
        if row is None:
            raise Problem(404, "That prompt is not on the shelf any more; load the page again.")
        session.delete(row)
