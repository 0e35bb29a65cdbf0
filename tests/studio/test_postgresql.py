"""A studio on a real PostgreSQL server that is restarted under it, and restarted itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from gallery_pictures import painted
from studio_service import Service

pytest.importorskip("psycopg", reason="the package psycopg is not installed")
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").is_dir() else []
AS_OTHER = ["runuser", "-u", "nobody", "--"] if os.name == "posix" and os.getuid() == 0 else []
"""PostgreSQL does not run as root."""
pytestmark = pytest.mark.skipif(
    not PROGRAMS or (bool(AS_OTHER) and shutil.which("runuser") is None),
    reason="there is no PostgreSQL server in /usr/lib/postgresql",
)


class Server:
    """A server of its own, which is reached by a socket in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.chmod(0o777)
        self.run("initdb", "-D", f"{folder}/data", "--auth=trust", "-U", "studio", "-N")
        self.control("start")

    def run(self, program: str, *words: str) -> None:
        subprocess.run(
            [*AS_OTHER, str(PROGRAMS[-1] / program), *words],
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=120,
        )

    def control(self, verb: str) -> None:
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off"
        start = ["-o", options, "-l", f"{self.folder}/log"] if verb != "stop" else []
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", "fast", *start, verb)


@pytest.fixture
def server() -> Iterator[Server]:
    # Paths of sockets are short, and other users enter no folder of pytest's.
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        opened = Server(Path(name))
        try:
            yield opened
        finally:
            opened.control("stop")


def test_what_was_rated_stays_when_the_server_or_the_studio_is_restarted(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMPASTO_DATABASE_URL", f"postgresql+psycopg://studio@/postgres?host={server.folder}")
    painted(folder / "gallery" / "dots" / "0000.png", seed=1)
    service = Service(folder)
    try:
        check(service, server, folder)
    finally:
        service.close()


def check(service: Service, server: Server, folder: Path) -> None:
    listed = service.pictures()
    service.call("PATCH", "/api/pictures", {"pictures": [listed[0]["id"]], "rating": 4})
    server.control("restart")
    # Connections of before are gone; the next call gets a fresh one.
    assert service.call("GET", "/api/pictures?rating=4")["pictures"][0]["id"] == listed[0]["id"]
    # Where it is away, that is said.
    server.control("stop")
    try:
        status, sentence = service.refusal("GET", "/api/pictures")
    finally:
        server.control("start")
    assert (status, "cannot be reached" in sentence) == (503, True)
    assert service.call("GET", "/api/pictures?rating=4")["pictures"]
    service.kill()
    service.open()
    assert service.call("GET", "/api/pictures?rating=4")["pictures"][0]["rating"] == 4
    assert not (folder / "studio" / "studio.sqlite").exists()
