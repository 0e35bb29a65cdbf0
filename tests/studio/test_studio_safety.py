"""What a studio refuses, and what it never does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from studio_service import Service

from impasto.errors import UsageError
from impasto.studio.database import open_database
from impasto.studio.settings import Role, StudioSettings, read_tokens

TOKEN = "a-token-of-the-test"


def test_other_sites_reach_nothing(service: Service) -> None:
    here = f"127.0.0.1:{service.port}"
    assert service.refusal("GET", "/api/jobs", host="evil.example")[0] == 421
    assert service.refusal("GET", "/api/jobs", host="127.0.0.1.evil.example")[0] == 421
    paint = ("POST", "/api/paint", {"painter": "aaron"})
    assert service.refusal(*paint, origin="http://evil.example")[0] == 403
    assert service.refusal(*paint, origin="null")[0] == 403
    assert service.refusal(*paint, origin=f"http://{here}0")[0] == 403
    assert service.refusal(*paint, sec_fetch_site="cross-site")[0] == 403
    assert service.refusal("POST", "/api/paint", {"painter": "?"}, origin=f"http://{here}")[0] == 404
    assert service.refusal("TRACE", "/api/jobs")[0] == 405
    assert service.request("OPTIONS", "/api/jobs")[1]["allow"] == "GET, POST"


def test_bodies_are_limited_before_they_are_read(service: Service) -> None:
    assert service.raw(b"POST /api/paint", b"Content-Length: 1000001\r\n") == (
        413,
        "This request has 1000001 bytes; at most 1,000,000 are read here.",
    )
    # One that does not say how long it is: a chunk of a million and one bytes, without an end.
    chunk = b"f4241\r\n" + b"a" * 1_000_001 + b"\r\n"
    assert service.raw(b"POST /api/paint", b"Transfer-Encoding: chunked\r\n", chunk)[0] == 413
    assert service.refusal("POST", "/api/paint", b"[" * 100_000)[0] in (400, 422)
    assert service.refusal("POST", "/api/paint", {"painter": "aaron", "x": 1}) == (
        422,
        "x: extra inputs are not permitted.",
    )


@pytest.mark.parametrize(
    "path",
    [
        "/static/../security.py",
        "/static/%2e%2e/security.py",
        "/static/..%2fsecurity.py",
        "/pictures/..%2f..%2fetc/passwd",
        "/pictures/x/0000.png",
        "/pictures/../studio.sqlite",
        "/api/jobs/..%2f..",
        "/api/painters/../../etc",
        "/api/painters/%2fetc%2fpasswd",
    ],
)
def test_addresses_lead_to_no_other_file(service: Service, path: str) -> None:
    status, headers, content = service.request("GET", path)
    assert status == 404, content
    assert headers["x-content-type-options"] == "nosniff"


def test_answers_forbid_foreign_content(service: Service) -> None:
    for path in ("/jobs", "/static/studio.css", "/nothing"):
        _, headers, content = service.request("GET", path, headers={"accept": "text/html"})
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-" not in policy
        assert headers["referrer-policy"] == "same-origin"
        assert b"http://" not in content.replace(b"http://www.w3.org/2000/svg", b"")
        assert b"https://" not in content
        assert b"style=" not in content


def test_tokens_have_roles(folder: Path) -> None:
    options = [word for role in ("look", "paint", "manage") for word in ("--token", f"{role}={role}-{TOKEN}")]
    service = Service(folder, *options)
    assert service.refusal("GET", "/api/jobs")[0] == 401
    assert service.request("GET", "/jobs", headers={"accept": "text/html"})[1]["location"] == "/login"
    job = ("POST", "/api/jobs", {"arguments": ["x"]})
    statuses = {}
    for role in ("look", "paint", "manage"):
        bearer = f"Bearer {role}-{TOKEN}"
        painted = service.refusal("POST", "/api/paint", {"painter": "?"}, authorization=bearer)[0]
        statuses[role] = (painted, service.refusal(*job, authorization=bearer)[0])
    assert statuses == {"look": (403, 403), "paint": (404, 403), "manage": (404, 422)}
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert service.request("POST", "/login", b"token=wrong", form)[0] == 401
    status, headers, _ = service.request("POST", "/login", f"token=look-{TOKEN}".encode(), form)
    cookie = headers["set-cookie"]
    assert status == 303
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    assert service.request("GET", "/api/jobs", headers={"cookie": cookie.split(";")[0]})[0] == 200
    service.close()


def test_outside_of_this_machine_a_token_is_needed() -> None:
    with pytest.raises(UsageError, match="needs a token there"):
        StudioSettings(host="0.0.0.0")
    assert StudioSettings(host="0.0.0.0", tokens=read_tokens([TOKEN])).tokens
    with pytest.raises(UsageError, match="has 5 letters"):
        read_tokens(["look=short"])
    with pytest.raises(UsageError, match="no role 'paintt'; did you mean 'paint'"):
        read_tokens([f"paintt={TOKEN}"])
    in_base64 = "c2VjcmV0LXRva2VuLTEyMw=="
    assert read_tokens([in_base64, f"look={in_base64}x"]) == {in_base64: Role.MANAGE, f"{in_base64}x": Role.LOOK}
    with pytest.raises(UsageError) as refused:
        read_tokens(["c2VjcmV0LXRva2Vu=LTEyMw"])
    assert "c2Vj" not in str(refused.value)


def test_a_damaged_database_is_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "studio.sqlite"
    file.write_bytes(b"no database at all" * 1000)
    database, remark = open_database(tmp_path)
    with database.session() as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    database.close()
    assert "is damaged" in remark
    (kept,) = tmp_path.glob("studio.sqlite.damaged-*")
    assert kept.read_bytes().startswith(b"no database at all")


def test_the_service_imports_nothing_heavy_and_nothing_that_reaches_outside() -> None:
    code = """
import sys
from pathlib import Path
from impasto.studio.app import create_app
from impasto.studio.settings import StudioSettings
create_app(StudioSettings(folder=Path("x")))
print(*{name.split(".")[0] for name in sys.modules})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "fastapi" in loaded
    heavy = {"torch", "cv2", "matplotlib", "scipy", "transformers", "pandas"}
    outward = {"requests", "httpx", "httpx2", "urllib3", "aiohttp", "huggingface_hub", "sentry_sdk"}
    assert loaded & (heavy | outward) == set()


WATCHING = """
import os
import sys


def watch(event, arguments):
    place = {"socket.connect": 1, "socket.getaddrinfo": 0}.get(event)
    host = None if place is None else arguments[place]
    host = host[0] if isinstance(host, tuple) else host
    if isinstance(host, str) and "/" not in host and host not in ("127.0.0.1", "::1", "localhost"):
        with open(FILE, "a") as file:
            file.write(f"{event} {host}\\n")


sys.addaudithook(watch)
with open(FILE + ".watched", "a") as file:
    file.write(f"{os.getpid()}\\n")
"""
"""Written as `sitecustomize.py`, it notes in every process of Python which machines are looked for or connected to."""


def test_neither_the_service_nor_its_jobs_reach_another_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached = tmp_path / "reached.txt"
    (tmp_path / "watching").mkdir()
    (tmp_path / "watching" / "sitecustomize.py").write_text(f"FILE = {str(reached)!r}\n{WATCHING}")
    monkeypatch.syspath_prepend(tmp_path / "watching")
    (tmp_path / "work").mkdir()
    service = Service(tmp_path / "work")
    try:
        for page in ("/", "/gallery", "/canvas", "/data", "/train", "/compare", "/vote", "/show", "/jobs"):
            assert service.request("GET", page, headers={"accept": "text/html"})[0] == 200, page
        job = service.call("POST", "/api/paint", {"painter": "shipped/paintings", "count": 1, "seed": 1})["job"]
        ended = service.wait(job["id"], lambda job: job["state"] not in ("queued", "running"))
        assert ended["state"] == "done", ended["message"]
    finally:
        service.close()
    watched = {int(line) for line in Path(f"{reached}.watched").read_text().split()}
    assert len(watched) >= 2  # The service and its job; painters are described by a third process.
    assert not reached.exists(), reached.read_text()
