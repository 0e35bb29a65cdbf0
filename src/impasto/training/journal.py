"""The journal of a run: every event goes to `events.jsonl`, to TensorBoard and to the caller's `watch`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from impasto.events import Event, Watch
from impasto.files import disk_errors_named, read_json_lines, write_whole

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

__all__ = ["Journal", "read_events"]

REPEATED = {"train", "sample", "checkpoint", "held_out", "copying"}
"""Kinds of events that come again when a run goes back to a checkpoint; the others tell its history."""


class Journal:
    """Writes what happens, line by line; only the first process keeps one."""

    def __init__(self, run: Path, watch: Watch | None = None, *, keep: bool = True) -> None:
        """Open the journal of a run folder.

        Args:
            run: The run folder.
            watch: Called with every event as it is written.
            keep: Whether anything is written at all.
        """
        self.run = run
        self.watch = watch
        self.keep = keep
        self._board: SummaryWriter | None = None
        self._purge: int | None = None

    def write(
        self,
        kind: str,
        step: int,
        values: Mapping[str, Any] | None = None,
        *,
        total: int | None = None,
        message: str = "",
    ) -> None:
        """Add an event.

        Args:
            kind: What happened: 'plan', 'train', 'sample', 'checkpoint', 'skip', 'rollback', 'end', …
            step: Steps made by then.
            values: Everything else about it; scalars to plot are in 'logs'.
            total: Steps planned in all, where the event tells how far the run is.
            message: A sentence for people.

        Raises:
            ImpastoError: When the disk is full or failing.
        """
        if not self.keep:
            return
        done = None if total is None else step
        event = Event("train", kind, message, done, total, {"step": step, **(values or {})})
        path = self.run / "events.jsonl"
        with disk_errors_named(path), path.open("a", encoding="utf8") as file:
            file.write(event.as_json() + "\n")
        if "logs" in event.values:
            with disk_errors_named(self.run / "tensorboard"):
                board = self._tensorboard()
                for name, value in event.values["logs"].items():
                    board.add_scalar(name, value, step)
        if self.watch:
            self.watch(event)

    def progress(self, done: int, total: int, message: str) -> None:
        """Report to the caller how far something is that comes before the first step; it is not written down."""
        if self.keep and self.watch:
            self.watch(Event("train", "progress", message, done, total))

    def rewind(self, step: int) -> None:
        """Forget what was trained, drawn and saved after a step, when the run goes back to it."""
        if not self.keep:
            return
        remaining = [e for e in read_events(self.run) if e["step"] <= step or e["kind"] not in REPEATED]
        write_whole(self.run / "events.jsonl", "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in remaining))
        self.close()
        self._purge = step + 1

    def close(self) -> None:
        """Flush and close TensorBoard's file."""
        if self._board:
            board = self._board
            self._board = None
            with disk_errors_named(self.run / "tensorboard"):
                board.close()

    def _tensorboard(self) -> SummaryWriter:
        if self._board is None:
            from torch.utils.tensorboard import SummaryWriter

            self._board = SummaryWriter(str(self.run / "tensorboard"), purge_step=self._purge)
        return self._board


def read_events(run: Path) -> list[dict[str, Any]]:
    """All events of a run as `Event.as_dict` gave them, oldest first; a half-written last line is left out."""
    return read_json_lines(run / "events.jsonl")
