from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from impasto.training.reporter import Reporter


def test_what_is_logged_in_some_steps_only_has_the_mean_of_these() -> None:
    lines: list[dict[str, Any]] = []
    journal = SimpleNamespace(write=lambda kind, step, values, **more: lines.append(values["logs"]))
    reporter = Reporter(journal, None, None, 8, 0)  # type: ignore[arg-type]
    clock = SimpleNamespace(eta=lambda *_: 0.0, elapsed=lambda: 1.0)
    reporter.start_lap(0)
    for step in range(1, 11):
        logs = {"loss": float(step), **({"penalty": 6.0} if step % 5 == 0 else {})}
        reporter.add(step, SimpleNamespace(logs=logs, skipped=[]))  # type: ignore[arg-type]
    reporter.end_lap(SimpleNamespace(step=10, horizon=10), clock)  # type: ignore[arg-type]
    assert lines == [{"loss": pytest.approx(5.5), "penalty": pytest.approx(6.0)}]
