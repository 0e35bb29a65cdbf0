"""The service: one for each studio folder, until it is interrupted."""

from __future__ import annotations

import socket
import threading
import webbrowser
from pathlib import Path

from filelock import FileLock, Timeout

from impasto.errors import ImpastoError, UsageError
from impasto.files import check_writable
from impasto.spelling import option
from impasto.studio.settings import StudioSettings

__all__ = ["serve"]

CLOSING = 2
"""Seconds that open connections have when the service ends."""


def serve(settings: StudioSettings, *, browser: bool = False) -> None:
    """Serve a studio until it is interrupted; jobs that run then go on.

    Args:
        settings: How it is run; port 0 takes a free one.
        browser: Whether a browser is opened.

    Raises:
        UsageError: When the port is taken.
        ImpastoError: When another service has the folder, or it cannot be written.
    """
    import uvicorn

    from impasto.studio.app import create_app

    check_writable(settings.folder)
    settings.folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.folder / ".lock")
    address = settings.folder / "address.txt"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise ImpastoError(_taken(settings.folder, address)) from None
    with lock, _listening(settings) as listener:
        url = f"http://{_in_address(settings.host)}:{listener.getsockname()[1]}/"
        address.write_text(url, encoding="utf8")
        app = create_app(settings)
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=CLOSING, server_header=False)

        class Server(uvicorn.Server):
            """Says where it is once it answers."""

            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                if self.started:
                    print(f"The studio is open at {url} (Ctrl-C closes it; jobs that run go on).", flush=True)
                    if browser:
                        threading.Thread(target=webbrowser.open, args=[url], daemon=True).start()

            async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
                # Pages that are open follow the jobs, and would keep their connections.
                app.state.studio.jobs.end()
                await super().shutdown(sockets)

        Server(config).run(sockets=[listener])


def _listening(settings: StudioSettings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise UsageError(
            f"The studio cannot listen on {settings.host}, port {settings.port} ({error.strerror}). "
            f"Choose another: {option('port', settings.port + 1)}."
        ) from None
    return listener


def _taken(folder: Path, address: Path) -> str:
    where = f" at {address.read_text(encoding='utf8')}" if address.is_file() else ""
    return f"A studio is open in {folder} already{where}; choose another {option('folder', None)}, or close that one."


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
