"""What the journal of a training run says of the painter that is measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impasto.files import read_json_lines

__all__ = ["Trained", "logged_values", "trained"]


@dataclass(frozen=True)
class Trained:
    """How long a painter was trained.

    Attributes:
        steps: Steps of training.
        seconds: That they took.
        fine_tuned: Whether training began from the weights of another painter.
    """

    steps: int
    seconds: float
    fine_tuned: bool = False


def trained(journal: Path | None) -> Trained | None:
    """How long a painter was trained; None where no journal says it."""
    last = None
    events = _events(journal)
    fine_tuned = any(event.get("kind") == "from" for event in events)
    for event in _of_training(events):
        try:
            last = Trained(int(event["step"]), float(event["elapsed"]), fine_tuned)
        except (KeyError, TypeError, ValueError):
            continue
    return last


def logged_values(journal: Path | None) -> dict[str, list[tuple[float, float]]]:
    """Name → (step, value) of each value that was logged twice or more."""
    logged: dict[str, list[tuple[float, float]]] = {}
    for event in _of_training(_events(journal)):
        try:
            for name, value in event["logs"].items():
                if isinstance(value, int | float) and math.isfinite(value):
                    logged.setdefault(str(name), []).append((float(event["step"]), float(value)))
        except (KeyError, TypeError, AttributeError):
            continue
    return {name: points for name, points in logged.items() if len(points) > 1}


def _events(journal: Path | None) -> list[dict[str, Any]]:
    """All events; lines that cannot be read are left out."""
    try:
        events = read_json_lines(journal) if journal else []
    except OSError:
        return []
    return [event for event in events if isinstance(event, dict)]


def _of_training(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event.get("kind") == "train"]
