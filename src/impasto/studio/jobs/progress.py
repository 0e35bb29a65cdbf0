"""How far a job is, read from its events."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from impasto.jobs.runner import read_events

__all__ = ["Progress", "read_event"]

TAIL = 40
"""Lines for people that are kept of each job."""
ERROR = "impasto: "
"""Begins the sentence by which a command says why it ends."""
ENOUGH = 0.5
"""Seconds of work before the time that is left is estimated."""


def read_event(line: str) -> dict[str, Any] | None:
    """The event in a line; None where it is something else that a command wrote."""
    try:
        values = json.loads(line)
    except ValueError:
        return None
    return values if isinstance(values, dict) and "verb" in values and "kind" in values else None


@dataclass
class Progress:
    """How far a job is.

    Attributes:
        done: How many of `total` are done; None before the first count.
        total: How many there will be.
        message: What is being done, for people.
        error: The last sentence that the command itself wrote, which says why it failed.
        remaining: Seconds that are left, as far as can be estimated.
        step: How many steps of `steps` the batch that is being painted has done; None where it reports none.
        steps: How many it has.
        begun: What that batch adds to `done` by now.
        tail: The last lines for people.
    """

    done: int | None = None
    total: int | None = None
    message: str = ""
    error: str = ""
    remaining: float | None = None
    step: int | None = None
    steps: int | None = None
    begun: float = 0.0
    tail: list[str] = field(default_factory=list)
    _position: int = 0
    _since: tuple[float, float] | None = None

    def read(self, folder: Path) -> None:
        """Take in the events since the last call."""
        while lines := read_events(folder, self._position):
            for position, line in lines:
                self._position = position
                event = read_event(line)
                if event is not None:
                    self._take(event)
                elif line.strip():
                    self._say(line)
                    self._take_error(line)

    def begin(self) -> None:
        """Count anew: the job is started another time."""
        self.done = None
        self.total = None
        self.remaining = None
        self._take_step({})
        self.message = ""
        self.error = ""
        self._since = None

    def _take(self, event: Mapping[str, Any]) -> None:
        done = event.get("done")
        total = event.get("total")
        message = str(event.get("message") or "")
        if message and event["kind"] != "progress":
            self._say(message)
        self.message = message or self.message
        if not isinstance(done, int) or not isinstance(total, int) or total < 1:
            return
        if event["kind"] != "step":
            self.message = message  # What is counted now has no other name than this.
        self._take_step(event)
        now = float(event.get("time") or time.time())
        place = done + self.begun
        if self._since is None or place < self._since[1] or total != self.total:
            # The first one of all may have waited for a painter to be loaded, so that it says nothing about speed.
            self._since = (now, place)
        seconds = now - self._since[0]
        count = place - self._since[1]
        self.remaining = (total - place) * seconds / count if count > 0 and seconds > ENOUGH else None
        self.done = done
        self.total = total

    def _take_error(self, line: str) -> None:
        """Take in a line for people, which may be an error, or one of the problems that an error lists below."""
        if line.startswith(ERROR):
            self.error = line.removeprefix(ERROR)
        elif self.error and line.startswith("- "):
            self.error = f"{self.error}\n{line}"

    def _take_step(self, event: Mapping[str, Any]) -> None:
        """Take in how far a batch is, of an event of the kind 'step'; all others begin another one."""
        values = [event.get(name) for name in ("step", "steps", "together")]
        known = event.get("kind") == "step" and all(isinstance(value, int) and value > 0 for value in values)
        self.step, self.steps, together = values if known else (None, None, 0)
        self.begun = together * self.step / self.steps if self.step and self.steps else 0.0

    def _say(self, line: str) -> None:
        self.tail = [*self.tail, line][-TAIL:]
