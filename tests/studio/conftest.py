from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the extra [studio] is not installed")

from studio_service import Service


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A studio that tests share; what they change in it they name by the ids of their own jobs."""
    opened = Service(tmp_path_factory.mktemp("studio"))
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for a studio of its own."""
    return tmp_path
