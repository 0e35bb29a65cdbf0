"""Errors as answers: the sentences of the command line, as JSON for programs and as a page for people."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Match

from impasto.errors import (
    DataError,
    DiskError,
    ImpastoError,
    Interrupted,
    OutOfMemory,
    RunLocked,
    Unavailable,
    UnknownName,
)
from impasto.studio.language import term, text
from impasto.studio.sentences import translated

__all__ = ["RESPONSES", "Problem", "add_to", "answer", "damage_named"]

STATUS: tuple[tuple[type[BaseException], int], ...] = (
    (UnknownName, 404),
    (RunLocked, 409),
    (DiskError, 507),
    (OutOfMemory, 503),
    (Unavailable, 503),
    (Interrupted, 503),
    (ImpastoError, 422),
)
"""Kind of error → status of the answer; the first that fits counts. What can be said in a sentence was expected, so
that it is no error of the server: the request cannot be met with the files and painters that are there."""


class ErrorAnswer(BaseModel):
    """Why there is no other answer."""

    error: str = Field(description="What happened, with which value, and what to do, in a sentence.")


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": ErrorAnswer, "description": "The request is refused."},
    "5XX": {"model": ErrorAnswer, "description": "The studio cannot answer now, as on a full disk."},
}
"""What the schema says of all REST calls."""


class Problem(HTTPException):
    """A request that is refused, with a sentence."""

    def __init__(self, status: int, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, sentence, headers)


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""Numbers of errors that say that nothing more can be written."""


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
    """Turn what happens in the block where a file holds something else than expected into a `DataError`.

    Args:
        path: The file or folder that is read.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise DataError(f"{path} cannot be read: it is damaged or of another version ({error!r}).") from error


def answer(status: int, sentence: str, *, page: bool, headers: Mapping[str, str] | None = None) -> Response:
    """An error as an answer.

    Args:
        status: Of HTTP.
        sentence: What happened, with which value, and what to do.
        page: Whether people read it.
        headers: Of HTTP, such as the methods that are allowed.
    """
    sentence = translated(sentence)
    if not page:
        return JSONResponse(ErrorAnswer(error=sentence).model_dump(), status, headers)
    from impasto.studio.pages import rendered

    content = rendered("problem.html", sentence=sentence, title=term(HTTPStatus(status).phrase))
    return HTMLResponse(content, status, headers)


def add_to(app: FastAPI) -> None:
    """Let an app answer errors in sentences."""
    app.add_exception_handler(ImpastoError, _failed)
    app.add_exception_handler(OSError, _unreadable)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


def _failed(request: Request, error: Exception) -> Response:
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    return answer(status, str(error), page=_for_people(request))


def _unreadable(request: Request, error: Exception) -> Response:
    """A file that is gone, or that the disk has no room for."""
    assert isinstance(error, OSError)
    status = 507 if error.errno in FULL else 422
    sentence = f"{error.filename or 'A file'} cannot be used: {error.strerror or error}."
    return answer(status, sentence, page=_for_people(request))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    sentence = str(error.detail)
    if not isinstance(error, Problem):
        sentence = {
            404: text("There is nothing at {path}.", path=request.url.path),
            405: f"{request.url.path} does not take {request.method}.",
        }.get(error.status_code, sentence)
    headers = {"allow": _methods(request)} if error.status_code == 405 else error.headers
    return answer(error.status_code, sentence, page=_for_people(request), headers=headers)


def _methods(request: Request) -> str:
    """The methods that the path of a request takes; each may have a route of its own."""
    routes = request.app.routes
    methods = ("DELETE", "GET", "PATCH", "POST", "PUT")
    scopes = {method: {**request.scope, "method": method} for method in methods}
    return ", ".join(name for name, scope in scopes.items() if any(r.matches(scope)[0] is Match.FULL for r in routes))


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
