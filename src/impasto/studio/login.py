"""The page that asks for the token."""

from __future__ import annotations

import asyncio
import hmac
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse, RedirectResponse, Response

from impasto.studio.pages import page, rendered
from impasto.studio.security import COOKIE, cookie_of
from impasto.studio.settings import StudioSettings

__all__ = ["router"]

WRONG = 1.0
"""Seconds before the answer to a wrong token, so that guessing takes long."""
YEAR = 365 * 24 * 3600


def router(settings: StudioSettings) -> APIRouter:
    """The routes of the page."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/login")
    def ask() -> HTMLResponse:
        return page("login.html", wrong=False)

    @routes.post("/login")
    async def enter(token: Annotated[str, Form(max_length=1000)]) -> Response:
        if not any(hmac.compare_digest(token.encode(), known.encode()) for known in settings.tokens):
            await asyncio.sleep(WRONG)
            return HTMLResponse(rendered("login.html", wrong=True), 401)
        entered = RedirectResponse("/", 303)
        entered.set_cookie(COOKIE, cookie_of(token), max_age=YEAR, httponly=True, samesite="strict")
        return entered

    return routes
