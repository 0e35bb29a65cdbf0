"""The pages of training: what to train, and each run."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import HTMLResponse

from impasto.config import describe
from impasto.errors import ImpastoError
from impasto.studio.data.stores import stores
from impasto.studio.pages import page, rendered
from impasto.studio.paint.controls import Control, control_of
from impasto.studio.painters.description import SettingView
from impasto.studio.painters.shelf import PAINTS_BY_RULES
from impasto.studio.studio import CurrentStudio
from impasto.studio.training import learners, runs
from impasto.studio.training.queueing import job_of_run
from impasto.studio.training.request import FIELDS
from impasto.studio.training.routes import run_view
from impasto.training.settings import TrainSettings

__all__ = ["router"]

router = APIRouter(include_in_schema=False)


@router.get("/train")
def train(studio: CurrentStudio, store: str = "") -> HTMLResponse:
    """What to train, and the runs that are there."""
    lines = stores(studio.settings.home)
    usable = [line for line in lines if not line.error]
    entries = [entry for entry in studio.painters.entries() if entry.group != PAINTS_BY_RULES and not entry.error]
    return page(
        "train.html",
        active="/train",
        stores=usable,
        chosen=next((line for line in usable if line.name == store), usable[0] if usable else None),
        beginnings=entries,
        runs=runs.runs(studio.settings.home),
        trouble=studio.jobs.trouble,
        learners=list(learners.learners().values()) if learners.ready() else [],
        others=_general(),
    )


@router.get("/train/controls")
def controls(painter: str = "") -> HTMLResponse:
    """The settings of a painter, as soon as they are known."""
    try:
        card = learners.find(painter)
    except ImpastoError as error:
        return HTMLResponse(rendered("paint_failed.html", sentence=str(error)))
    settings = [control_of(setting) for setting in card.settings if not setting.is_file]
    return HTMLResponse(rendered("train_controls.html", card=card, settings=settings))


@router.get("/train/{name}")
def run(studio: CurrentStudio, name: Annotated[str, Path(max_length=100)]) -> HTMLResponse:
    """A run, which the page follows while it learns; one whose job waits has no folder yet."""
    try:
        view: Any = run_view(studio, name)
    except ImpastoError:
        if job_of_run(studio, name) is None:
            raise
        view = None
    return page("run.html", active="/train", name=name, view=view)


def _general() -> list[Control]:
    """The settings of training that all painters share and that have no field of their own."""
    return [control_of(SettingView.of(setting)) for setting in describe(TrainSettings) if setting.name not in FIELDS]
