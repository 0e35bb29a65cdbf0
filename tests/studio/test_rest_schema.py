"""Requests that are made from the schema of the REST calls, valid and not: each answer is as the schema says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gallery_pictures import painted
from studio_service import PATIENCE, Service

from impasto.studio.app import create_app
from impasto.studio.settings import StudioSettings
from rich_store import rich_store

schemathesis = pytest.importorskip("schemathesis", reason="the extra [fuzz] is not installed")
hypothesis = pytest.importorskip("hypothesis")

checks = pytest.importorskip("schemathesis.specs.openapi.checks")
# Not that all requests of the right form are met: most name a painter, a job or a file that is not there.
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
SCHEMA = schemathesis.openapi.from_dict(create_app(StudioSettings(folder=Path("studio"))).openapi())


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A studio with a picture and a store."""
    folder = tmp_path_factory.mktemp("rest")
    painted(folder / "gallery" / "dots" / "0000.png", seed=1, painter="dots", prompt="hill")
    rich_store(folder / "stores" / "worded")
    service = Service(folder)
    yield service
    service.close()


# Streams of events have no end.
@SCHEMA.exclude(path_regex="events$").parametrize()
@hypothesis.settings(
    max_examples=2,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)
def test_answers_are_as_the_schema_says(case: Any, stocked: Service) -> None:
    response = case.call(base_url=f"http://127.0.0.1:{stocked.port}", timeout=PATIENCE)
    too_long = response.status_code == 413  # What the schema says of each part does not bound the whole.
    case.validate_response(response, checks=CHECKS[:-1] if too_long else CHECKS)
