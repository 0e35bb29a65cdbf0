"""The languages of the pages: English, which stands in templates and scripts, and one catalogue for each other one.

`static/languages/zh.json` holds two tables. `texts` has a translation of every text of the templates, of the scripts
and of this package; tests/studio/test_languages.py checks that none is missing or left over. `terms` translates words
that come from elsewhere, such as names of settings, as far as they are there; any other word is shown as it is.

The language of a request is the one that was chosen on the page and is kept in a cookie, or else the first one of the
header `Accept-Language` that there is a catalogue for. Programs, which send neither, are answered in English.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from markupsafe import Markup
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from impasto.files import read_json

__all__ = [
    "LANGUAGES",
    "LanguageChoice",
    "counted",
    "marked",
    "preferred",
    "router",
    "sentence",
    "term",
    "text",
    "visit",
]

LANGUAGES = {"en": "English", "zh": "中文"}
"""Code of a language, as HTML has it → its name in that language; the first one stands in the program itself."""
ORIGINAL = next(iter(LANGUAGES))
COOKIE = "impasto-language"
YEAR = 365 * 24 * 3600
FOLDER = Path(__file__).parent / "static" / "languages"


@dataclass(frozen=True)
class Visit:
    """What answers must know of a request.

    Attributes:
        language: Code of the language to answer in.
        address: Path and query of the page.
    """

    language: str = ORIGINAL
    address: str = "/"


_visit: ContextVar[Visit] = ContextVar("visit")


def visit() -> Visit:
    """The request that is being answered; outside of requests, one in English."""
    return _visit.get(Visit())


def text(message: str, **values: object) -> str:
    """A text in the language of the request.

    Args:
        message: The English text, with {names} in the places of values.
        **values: What stands there; whole numbers are written with separators of thousands.
    """
    translated = _translations(visit().language).get(message, message)
    return translated.format(**_written(values)) if values else translated


def term(word: str) -> str:
    """A word that comes from elsewhere, such as the name of a setting: translated where its translation is known."""
    return _translations(visit().language).get(word, word)


def counted(count: int, one: str, many: str) -> str:
    """A text for a number of things.

    Args:
        count: How many there are.
        one: The English text for one.
        many: The English text for any other number, with {count} in its place.
    """
    return text(one) if count == 1 else text(many, count=count)


def sentence(words: str) -> str:
    """A summary of the catalogue as a sentence of a page."""
    known = term(words)
    return text("{words}.", words=known[:1].upper() + known[1:])


def marked(message: str, **values: object) -> Markup:
    """The same as `text` for templates: the text itself may hold HTML, while values are escaped.

    Args:
        message: The English text, as it is written in the template; never a text that users can choose.
        **values: See `text`.
    """
    translated = Markup(_translations(visit().language).get(message, message))
    return translated.format(**_written(values)) if values else translated


def preferred(accepted: str) -> str:
    """The language of a header `Accept-Language`, such as 'zh-CN,zh;q=0.9,en;q=0.8'."""
    ranked = []
    for part in accepted.split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), name.partition("-")[0].lower()))
        except ValueError:
            continue
    return next((name for weight, name in sorted(ranked, key=lambda each: each[0]) if name in LANGUAGES), ORIGINAL)


class LanguageChoice:
    """Middleware: the language of each request is known while it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request in its language."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        chosen = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        language = chosen if chosen in LANGUAGES else preferred(headers.get("accept-language", ""))
        query = scope["query_string"].decode("latin1")
        token = _visit.set(Visit(language, scope["path"] + (f"?{query}" if query else "")))
        try:
            await self.app(scope, receive, send)
        finally:
            _visit.reset(token)


router = APIRouter(include_in_schema=False)


@router.post("/language")
def choose(language: Annotated[Literal["en", "zh"], Form()], page: Annotated[str, Form(max_length=4000)]) -> Response:
    """Keep a language for this browser, and go back to the page."""
    within = page.startswith("/") and not page.startswith(("//", "/\\"))
    answer = RedirectResponse(page if within else "/", 303)
    answer.set_cookie(COOKIE, language, max_age=YEAR, httponly=True, samesite="strict")
    return answer


@cache
def _translations(language: str) -> Mapping[str, str]:
    """English text → the same in a language; empty for English."""
    if language == ORIGINAL:
        return {}
    tables = read_json(FOLDER / f"{language}.json")
    return {**tables["terms"], **tables["texts"]}


def _written(values: Mapping[str, object]) -> dict[str, object]:
    return {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
