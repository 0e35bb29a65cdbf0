"""Who may send what: hosts, origins, tokens, roles and sizes are checked before anything of a request is read.

Every request has to name this machine as its host, so that a page of another site cannot reach the studio under a
name of its own (DNS rebinding). Every change has to come from a page of the studio, or from a program, which sends no
origin. Where there are tokens, a request carries one in the header `Authorization: Bearer TOKEN` or, once it was
entered on the page, in a cookie that scripts cannot read and other sites cannot send.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from impasto.studio.problems import Problem, answer
from impasto.studio.settings import Role, StudioSettings, is_loopback

__all__ = ["BODY", "COOKIE", "Guard", "cookie_of", "requires"]

BODY = 1_000_000
"""Most bytes that a request may have, where a feature states no other number."""
COOKIE = "impasto-studio"
OPEN = ("/login", "/language", "/static/", "/static-colours.css")
"""Beginnings of the paths that need no token."""
CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
READS = frozenset({"GET", "HEAD", "OPTIONS"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # Without any, browsers call the origin of a form "null".
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
"""Sent with every answer, unless the answer has set them itself."""


def cookie_of(token: str) -> str:
    """What the cookie holds in the place of a token, which it does not reveal."""
    return hashlib.sha256(f"impasto studio {token}".encode()).hexdigest()


def requires(role: Role) -> Any:
    """A dependency of routes: visitors of a lower role are refused."""

    def check(request: Request) -> None:
        if request.scope["role"] < role:
            raise Problem(
                403, f"Your token lets you {request.scope['role'].name.lower()}; this needs {role.name.lower()}."
            )

    return Depends(check)


class Guard:
    """Middleware that lets through what may pass, with the visitor's role under `scope["role"]`."""

    def __init__(self, app: ASGIApp, settings: StudioSettings, body_limits: Mapping[str, int]) -> None:
        self.app = app
        self.settings = settings
        self.body_limits = body_limits
        names = {settings.host, socket.gethostname(), socket.getfqdn()}
        self.names = {"localhost"} | (names if settings.tokens else {settings.host})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, and pass it on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # No page uses web sockets.
            await send({"type": "websocket.close", "code": 1008})
            return
        limit = self._limit(scope["path"])
        try:
            self._check(scope, limit)
        except Problem as problem:
            await self._refusal(scope, problem)(scope, receive, _with_headers(send))
            return
        await self.app(scope, _limited(receive, limit), _with_headers(send))

    def _check(self, scope: Scope, limit: int) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self._is_here(host):
            raise Problem(
                421, f"This studio is not called {host!r}; open it at http://{self.settings.host}:{self.settings.port}."
            )
        if scope["method"] not in CHANGES | READS:
            raise Problem(405, f"The method {scope['method']!r} is not used here.")
        if scope["method"] in CHANGES:
            _check_origin(headers, host)
            size = headers.get("content-length", "0")
            if not size.isdecimal() or int(size) > limit:
                raise Problem(413, f"This request has {size} bytes; at most {limit:,} are read here.")
        scope["role"] = self._role(headers)
        if scope["role"] is None and not scope["path"].startswith(OPEN):
            raise Problem(401, "This studio needs a token. Open its page and enter it there.")
        if scope["method"] in CHANGES and scope["role"] == Role.LOOK and not scope["path"].startswith(OPEN):
            raise Problem(403, "Your token lets you look; this needs another.")

    def _is_here(self, host: str) -> bool:
        """Whether a header `Host` names this machine."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in self.names or is_loopback(name):
            return True
        if not self.settings.tokens:
            return False
        # With tokens an address in numbers is enough: only names can be turned to another machine.
        try:
            return bool(ipaddress.ip_address(name))
        except ValueError:
            return False

    def _role(self, headers: Headers) -> Role | None:
        """The visitor's role; None without a token."""
        tokens = self.settings.tokens
        if not tokens:
            return Role.MANAGE
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        scheme, _, given = headers.get("authorization", "").partition(" ")
        given = given if scheme.lower() == "bearer" else ""
        for token, role in tokens.items():
            by_cookie = hmac.compare_digest(cookie_of(token).encode(), cookie.encode("utf8", "replace"))
            if by_cookie or hmac.compare_digest(token.encode(), given.encode()):
                return role
        return None

    def _limit(self, path: str) -> int:
        return next((limit for start, limit in self.body_limits.items() if path.startswith(start)), BODY)

    def _refusal(self, scope: Scope, problem: Problem) -> Response:
        """The answer to a refused request: the page that asks for the token, or a sentence."""
        wants_page = "text/html" in Headers(scope=scope).get("accept", "")
        if problem.status_code == 401 and wants_page and scope["method"] == "GET":
            return RedirectResponse("/login", 303)
        return answer(problem.status_code, str(problem.detail), page=False)


def _check_origin(headers: Headers, host: str) -> None:
    """Refuse a change that a page of another site sends.

    Raises:
        Problem: When the browser says so.
    """
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site", "same-origin")
    foreign = origin is not None and urlsplit(origin).netloc.lower() != host.lower()
    if foreign or site not in ("same-origin", "none"):
        raise Problem(403, f"Changes are only taken from the studio's own pages, not from {origin or 'another site'}.")


def _limited(receive: Receive, limit: int) -> Receive:
    """The same `receive`, but a body that turns out longer than the limit is refused, whatever it said of its size."""
    length = 0

    async def limited() -> Message:
        nonlocal length
        message = await receive()
        length += len(message.get("body", b""))
        if length > limit:
            raise Problem(413, f"This request has more than {limit:,} bytes, the most that are read here.")
        return message

    return limited


def _with_headers(send: Send) -> Send:
    """The same `send`, with the headers of every answer."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
