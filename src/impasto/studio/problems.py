"""Errors as answers: the sentences of the command line, as JSON for programs and as a page for people."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from impasto.errors import ImpastoError, Interrupted, RunLocked, UnknownName, UsageError
from impasto.studio.language import term, text

__all__ = ["Problem", "add_to", "answer"]

STATUS: tuple[tuple[type[BaseException], int], ...] = (
    (UnknownName, 404),
    (UsageError, 422),
    (RunLocked, 409),
    (ImpastoError, 500),
    (Interrupted, 503),
)
"""Kind of error → status of the answer; the first that fits counts."""


class Problem(HTTPException):
    """A request that is refused, with a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(status, sentence)


def answer(status: int, sentence: str, *, page: bool) -> Response:
    """An error as an answer.

    Args:
        status: Of HTTP.
        sentence: What happened, with which value, and what to do.
        page: Whether people read it.
    """
    if not page:
        return JSONResponse({"error": sentence}, status)
    from impasto.studio.pages import rendered

    return HTMLResponse(rendered("problem.html", sentence=sentence, title=term(HTTPStatus(status).phrase)), status)


def add_to(app: FastAPI) -> None:
    """Let an app answer errors in sentences."""
    app.add_exception_handler(ImpastoError, _failed)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


def _failed(request: Request, error: Exception) -> Response:
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    return answer(status, str(error), page=_for_people(request))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = str(error.detail)
    if not isinstance(error, Problem):
        sentence = {
            404: text("There is nothing at {path}.", path=request.url.path),
            405: f"{request.url.path} does not take {request.method}.",
        }.get(error.status_code, sentence)
    return answer(error.status_code, sentence, page=_for_people(request))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    sentences = []
    for problem in error.errors():
        place = ".".join(str(part) for part in problem["loc"] if part not in ("body", "query", "path")) or "The request"
        sentences.append(f"{place}: {problem['msg'][0].lower()}{problem['msg'][1:]}.")
    return answer(422, " ".join(sentences), page=_for_people(request))


def _unexpected(request: Request, error: Exception) -> Response:
    sentence = f"{type(error).__name__}: {error}. This is an error in impasto itself; the studio's terminal says where."
    return answer(500, sentence, page=_for_people(request))


def _for_people(request: Request) -> bool:
    """Whether a page is expected, and no REST call was made."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api")
