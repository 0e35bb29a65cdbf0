"""What every verb reports while it runs: events, which feed the terminal, `--events` and the journal of a run."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

__all__ = ["Event", "Watch", "silent"]


@dataclass(frozen=True)
class Event:
    """Something that happened while a verb ran.

    Attributes:
        verb: What runs: 'prepare', 'train', 'paint', 'edit', 'measure', 'compare', …
        kind: What happened: 'plan', 'progress', 'train' (means of some steps), 'sample', 'checkpoint', 'remark',
            'warning', 'end', …
        message: A sentence for people; '' where numbers say it all.
        done: How many of `total` are done; None where there is no progress to report.
        total: How many there will be, as far as is known.
        values: Everything else, as plain values that JSON can hold; its keys differ from the other attributes' names.
        time: Seconds since 1970.
    """

    verb: str
    kind: str
    message: str = ""
    done: int | None = None
    total: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    time: float = field(default_factory=lambda: round(time.time(), 3))

    def __post_init__(self) -> None:
        """Refuse values that would hide an attribute in `as_dict`."""
        hidden = self.values.keys() & {attribute.name for attribute in fields(self)}
        assert not hidden, f"{sorted(hidden)} among the values of an event are names of its attributes"

    def as_dict(self) -> dict[str, Any]:
        """All attributes in one flat dictionary; numbers that are not finite become None, since JSON has no others."""
        progress = {"done": self.done, "total": self.total, "message": self.message or None}
        stated = {name: value for name, value in progress.items() if value is not None}
        flat = {"verb": self.verb, "kind": self.kind, "time": self.time, **stated, **self.values}
        return {name: _finite(value) for name, value in flat.items()}

    def as_json(self, *, ascii_only: bool = False) -> str:
        """`as_dict` as one line of strict JSON, if need be in ASCII alone."""
        return json.dumps(self.as_dict(), ensure_ascii=ascii_only, allow_nan=False)


Watch = Callable[[Event], None]
"""Called with each event as it happens."""


def silent(event: Event) -> None:
    """A `watch` that shows nothing."""


def _finite(value: Any) -> Any:
    """The value with None in the place of each number that is not finite."""
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
