"""What a training will take, from a trial that makes no step of it and leaves nothing behind.

The trial opens a session exactly as a training does, on some of the pictures and in a temporary folder: it encodes
pictures, times steps on a copy of the painter, draws a sample grid and writes a checkpoint. So the plan is the one that
the training itself will begin with, and memory and disk are measured rather than computed.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import torch

from impasto.config import override
from impasto.contract import Learner, Painter
from impasto.data.store import Split
from impasto.errors import UsageError
from impasto.events import Event, Watch, silent
from impasto.machine import device_name, processor_name
from impasto.memory import memory_available, memory_of_machine, peak_memory
from impasto.spelling import option
from impasto.training.clock import CLOCKS
from impasto.training.held_out import sample_of
from impasto.training.journal import Journal
from impasto.training.loop import Trained
from impasto.training.processes import Processes
from impasto.training.record import Record
from impasto.training.session import Session, open_session
from impasto.training.settings import TrainSettings

__all__ = ["plan"]

PICTURES = 128
"""Most pictures of each split that the trial uses."""
LONGEST = 100_000.0
"""Minutes that stand for no time limit; with one, a session times its steps before the first."""


def plan(
    learner: Learner,
    split: Split,
    out: Path,
    settings: TrainSettings,
    *,
    second: Split | None = None,
    held_out: Split | None = None,
    facts: dict[str, Any] | None = None,
    watch: Watch | None = None,
) -> Trained:
    """Report what a training will take, as an event of kind 'plan'; arguments as of `loop.train`.

    Beside the values of the plan that every training begins with, the event holds: `step_seconds`; `encoding`, seconds
    before the first step; `memory`, the most bytes that the trial held, with `memory_available` and `memory_of_machine`
    (on a GPU its own); `disk`, the bytes of the run folder, with `disk_available`; `fits`, whether both suffice; and
    `device`. `memory` and what it is compared with are None where the system does not say them.

    Raises:
        UsageError: When neither steps nor minutes are given.
        OutOfMemory: When a step does not fit into memory.
        ImpastoError: As `loop.train` says.
    """
    now = CLOCKS[settings.clock]
    started = now()
    if settings.steps is None and settings.minutes is None:
        raise UsageError(f"Say how long to train: {option('minutes', 10)}, or {option('steps', 5000)}.")
    notify = watch or silent
    free = memory_available()
    timed = settings if settings.minutes is not None else override(settings, {"minutes": LONGEST})
    # Fewer pictures than a batch holds would time other steps than those of the training.
    count = max(PICTURES, settings.batch)
    samples = [None if each is None else sample_of(each, count) for each in (split, second, held_out)]
    assert samples[0] is not None
    with tempfile.TemporaryDirectory() as folder, Processes(settings.device) as processes:
        record = Record(Path(folder), learner, samples[0], timed, facts or {}, second=samples[1], held_out=samples[2])
        encoding = _Encoding(notify, len(samples[0]))
        journal = Journal(Path(folder), encoding.take)
        session = open_session(record, processes, journal, started)
        journal.close()
        values = _planned(session, split, encoding.seconds_for(len(split)), settings)
        values |= _memory(session, free) | _disk(session, out)
    values["fits"] = all(
        needed is None or available is None or needed <= available
        for needed, available in (
            (values["memory"], values["memory_available"]),
            (values["disk"], values["disk_available"]),
        )
    )
    notify(Event("train", "plan", values=values, done=0, total=values["horizon"]))
    return Trained(out, out, 0, now() - started, False, isinstance(learner, Painter))


class _Encoding:
    """Times how pictures are encoded, from the events about it."""

    def __init__(self, watch: Watch, count: int) -> None:
        self.watch = watch
        self.count = count
        self._times: list[tuple[float, int]] = []

    def take(self, event: Event) -> None:
        """Note an event, and pass on those that people should know of."""
        if event.kind == "progress" and event.done is not None and event.total == self.count:
            self._times.append((time.monotonic(), event.done))
        if event.kind in ("progress", "remark", "from"):
            self.watch(event)

    def seconds_for(self, pictures: int) -> float:
        """Seconds that the pictures take which the trial did not encode."""
        if len(self._times) < 2:
            return 0.0
        first, before = self._times[0]
        last, after = self._times[-1]
        return max(0, pictures - self.count) * (last - first) / max(1, after - before)


def _planned(session: Session, split: Split, encoding: float, settings: TrainSettings) -> dict[str, Any]:
    """The values of the plan, with the time that encoding the other pictures will take counted as passed."""
    clock = session.clock
    clock.load_state({**clock.state(), "elapsed": encoding})
    state = session.state
    state.horizon = clock.plan(0)
    parameters = sum(parameter.numel() for parameter in session.record.learner.parameters())
    values = session.reporter.planned(state, clock, precision=session.precision, parameters=parameters)
    device = session.processes.device
    return {
        **values,
        "step": 0,
        "painter": session.record.learner.name,
        "eta": values["eta"] + encoding,
        "passes": state.horizon * settings.batch / len(split),
        "step_seconds": clock.step_seconds,
        "encoding": encoding,
        "device": processor_name() if device.type == "cpu" else device_name(device),
    }


def _memory(session: Session, free: int | None) -> dict[str, Any]:
    device = session.processes.device
    if device.type == "cuda":
        available, total = torch.cuda.mem_get_info(device)
        used = torch.cuda.max_memory_reserved(device)
        return {
            "memory": used,
            "memory_available": available + torch.cuda.memory_reserved(device),
            "memory_of_machine": total,
        }
    return {"memory": peak_memory(), "memory_available": free, "memory_of_machine": memory_of_machine()}


def _disk(session: Session, out: Path) -> dict[str, Any]:
    """Bytes of the checkpoints that are kept at the same time, one more while it is written, and of two exports."""
    folder = session.record.out
    checkpoint = sum(file.stat().st_size for file in (folder / "checkpoints").rglob("*") if file.is_file())
    weights = 4 * sum(parameter.numel() for parameter in session.record.learner.parameters())
    place = next(parent for parent in (out.absolute(), *out.absolute().parents) if parent.exists())
    return {
        "disk": (session.settings.keep + 1) * checkpoint + 2 * weights,
        "disk_available": shutil.disk_usage(place).free,
    }
