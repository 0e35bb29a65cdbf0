"""Where a run stands: the plain values that a checkpoint keeps beside the weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Self

__all__ = ["RunState"]

FORMER_NAMES = {"grid_seconds": "drawing", "processor_seconds": "processor"}
"""Field → its key in checkpoints up to version 0.1.0, which also held the values of the clock beside the others."""

FORMER_CLOCK = ("elapsed", "step_seconds", "measured_seconds", "reserve")


@dataclass
class RunState:
    """Where a run stands.

    Attributes:
        step: Steps made.
        horizon: Steps planned in all; 0 before there is a plan.
        salt: How often the run went back to a checkpoint; with another salt, order and noise are others.
        grid_seconds: Seconds that drawing a sample grid takes; 0 where none was drawn.
        processor_seconds: Seconds of processor time, of all sessions up to a checkpoint; while a session runs, of those
            before it.
        clock: What `Clock.state` gave.
        held_out_step: Steps made when the loss of pictures held out was last computed; 0 where it never was.
        best_step: Steps made when it was lowest.
        best_loss: What it was then.
    """

    step: int = 0
    horizon: int = 0
    salt: int = 0
    grid_seconds: float = 0.0
    processor_seconds: float = 0.0
    clock: dict[str, float] = field(default_factory=dict)
    held_out_step: int = 0
    best_step: int = 0
    best_loss: float | None = None

    @property
    def share(self) -> float:
        """Share of the run that is done, in [0, 1]."""
        return self.step / max(1, self.horizon)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The state in a checkpoint's `state.json`, of this version or an earlier one."""
        current = {attribute.name: values[attribute.name] for attribute in fields(cls) if attribute.name in values}
        former = {name: values[key] for name, key in FORMER_NAMES.items() if key in values}
        if "clock" not in values:
            former["clock"] = {name: values[name] for name in FORMER_CLOCK if name in values}
        return cls(**former, **current)
