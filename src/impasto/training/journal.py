"""The journal of a run: `events.jsonl`, TensorBoard and the one who watches."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.files import disk_errors_named, write_whole

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

__all__ = ["Journal", "read_events"]

Watcher = Callable[[dict[str, Any]], None]

_REDONE = {"train", "sample", "checkpoint"}


class Journal:
    """Writes what happens, line by line; only the first process keeps one."""

    def __init__(self, run: Path, watch: Watcher | None = None, *, keep: bool = True) -> None:
        """Open the journal of a run folder.

        Args:
            run: The run folder.
            watch: Called with every event as it is written.
            keep: Whether anything is written at all.
        """
        self.run, self.watch, self.keep = run, watch, keep
        self._board: SummaryWriter | None = None
        self._purge: int | None = None

    def write(self, kind: str, step: int, **values: Any) -> None:
        """Add an event. Numbers that are not finite become null.

        Raises:
            ImpastoError: When the disk is full or failing.
        """
        if not self.keep:
            return
        event = _strict({"kind": kind, "step": step, "time": round(time.time(), 3), **values})
        path = self.run / "events.jsonl"
        with disk_errors_named(path), path.open("a", encoding="utf8") as file:
            file.write(json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n")
        if kind == "train":
            with disk_errors_named(self.run / "tensorboard"):
                board = self._tensorboard()
                for name, value in values["logs"].items():
                    board.add_scalar(name, value, step)
        if self.watch:
            self.watch(event)

    def rewind(self, step: int) -> None:
        """Forget what was trained, drawn and saved after a step, when the run goes back to it."""
        if not self.keep:
            return
        kept = [e for e in read_events(self.run) if e["step"] <= step or e["kind"] not in _REDONE]
        write_whole(self.run / "events.jsonl", "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in kept))
        self.close()
        self._purge = step + 1

    def close(self) -> None:
        """Flush and close TensorBoard's file."""
        if self._board:
            board, self._board = self._board, None
            with disk_errors_named(self.run / "tensorboard"):
                board.close()

    def _tensorboard(self) -> SummaryWriter:
        if self._board is None:
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(self.run / "tensorboard"), purge_step=self._purge)
        return self._board


def read_events(run: Path) -> list[dict[str, Any]]:
    """All events of a run, oldest first; a half-written last line is left out."""
    events = []
    path = run / "events.jsonl"
    for line in path.read_text(encoding="utf8").splitlines() if path.exists() else []:
        try:
            events.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return events


def _strict(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _strict(v) for k, v in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
