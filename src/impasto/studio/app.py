"""The web application: the features that are there, behind the guard."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response

from impasto import __version__
from impasto.jobs.runners import runner_at
from impasto.pages.colours import variables
from impasto.studio import language, login, problems
from impasto.studio.database import open_database
from impasto.studio.feature import features
from impasto.studio.jobs.queue import Queue
from impasto.studio.pages import STATIC
from impasto.studio.painters.shelf import Shelf
from impasto.studio.security import Guard
from impasto.studio.settings import StudioSettings
from impasto.studio.studio import Studio

__all__ = ["create_app"]


def create_app(settings: StudioSettings) -> FastAPI:
    """The application of a studio; its database and queue are open while it serves.

    Args:
        settings: How it is run; the caller holds the lock of its folder.

    Raises:
        UsageError: When there is no such runner, or a package that it needs is missing.
    """
    parts = features()
    runner = runner_at(settings.runner)

    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        database, remark = open_database(settings.folder)
        queue = Queue(database, runner, settings)
        app.state.studio = Studio(settings, database, queue, Shelf(settings.home), [remark] if remark else [])
        queue.begin()
        for part in parts:
            if part.started is not None:
                part.started(app.state.studio)
        yield
        app.state.studio.painters.close()
        queue.close()
        database.close()

    # The pages of documentation that FastAPI offers would load scripts from another server.
    app = FastAPI(
        title="impasto studio",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=problems.RESPONSES,
        lifespan=opened,
    )
    problems.add_to(app)
    app.include_router(login.router(settings))
    app.include_router(language.router)
    for part in parts:
        for router in part.routers:
            app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_api_route("/static-colours.css", _colours, include_in_schema=False)
    limits = {start: most for part in parts for start, most in part.body_limits.items()}
    app.add_middleware(Guard, settings=settings, body_limits=limits)
    app.add_middleware(language.LanguageChoice)
    return app


def _colours() -> Response:
    """The colours of pages and reports, light and dark, as variables of the style sheet."""
    return Response(variables(), media_type="text/css")
