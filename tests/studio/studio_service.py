"""A real studio service in a process of its own, and a client that speaks plain HTTP to it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PATIENCE = 200.0


class Service:
    """A service on a folder; it can be killed and opened again."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.options = options
        self.port = 0
        self.open()

    def open(self) -> None:
        words = ["studio", "--folder", str(self.folder / "studio"), "--port", "0", "--no-browser", *self.options]
        path = os.pathsep.join(entry for entry in sys.path if entry)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "impasto", *words],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.port = int(line.split("//")[1].split("/")[0].rpartition(":")[2])

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def close(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=60)

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer; values other than bytes are sent as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        sent = {"content-type": "application/json", **(headers or {})}
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        connection.request(method, path, data, sent)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The value of an answer that must be a success."""
        status, _, content = self.request(method, path, body)
        assert status < 300, content
        return json.loads(content) if content else None

    def refusal(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        """Status and sentence of an answer that must be a refusal."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        status, _, content = self.request(method, path, body, named)
        assert status >= 400, content
        return status, json.loads(content)["error"]

    def raw(self, line: bytes, headers: bytes, body: bytes = b"") -> tuple[int, str]:
        """Status and sentence of the answer to a request of these very bytes."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as connection:
            connection.sendall(
                line + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + headers + b"\r\n" + body
            )
            answer = http.client.HTTPResponse(connection)
            answer.begin()
            return answer.status, json.loads(answer.read())["error"]

    def wait(self, name: str, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The job, once it is as it should be."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            job: dict[str, Any] = self.call("GET", f"/api/jobs/{name}")
            if until(job):
                return job
            time.sleep(0.1)
        raise AssertionError(f"still not so: {job}")

    def pictures(self, query: str = "") -> list[dict[str, Any]]:
        """The pictures of the gallery that a search finds, once there are some."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            listed: list[dict[str, Any]] = self.call("GET", f"/api/pictures?{query}")["pictures"]
            if listed:
                return listed
            time.sleep(0.1)
        raise AssertionError(f"no picture for {query!r}")

    def events(self, name: str, after: str = "") -> list[dict[str, Any]]:
        """All server-sent events of a job until the stream ends, after the one of that id."""
        headers = {"Last-Event-ID": after} if after else {}
        status, _, content = self.request("GET", f"/api/jobs/{name}/events", headers=headers)
        return list(_messages(content.decode())) if status == 200 else []


def _messages(text: str) -> Iterator[dict[str, Any]]:
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            yield {"id": fields.get("id"), "event": fields["event"], "data": json.loads(fields["data"])}
