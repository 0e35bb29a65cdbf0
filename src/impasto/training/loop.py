"""The one loop that trains every painter."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import torch

from impasto.contract import Learner, Painter
from impasto.data.batches import Batches
from impasto.data.store import Split
from impasto.errors import CheckpointError, ImpastoError, UsageError
from impasto.files import write_whole
from impasto.images.pictures import contact_sheet, to_uint8
from impasto.nn.memory_layout import channels_last
from impasto.training import checkpoint
from impasto.training.clock import Clock
from impasto.training.ema import Ema
from impasto.training.encoding import encoded
from impasto.training.journal import Journal
from impasto.training.lock import locked
from impasto.training.moves import Moves, Step
from impasto.training.oversubscription import oversubscription
from impasto.training.precision import choose_precision, dtype_of
from impasto.training.processes import Processes
from impasto.training.recompute import recompute
from impasto.training.record import Record
from impasto.training.run_page import write_report
from impasto.training.settings import TrainSettings
from impasto.training.sharding import check_shardable, gather_painter
from impasto.training.signals import stop_on_signal
from impasto.training.watchdog import Verdict, Watchdog

__all__ = ["Trained", "train"]

SAMPLES = 16
"""Pictures on a sample grid."""

LAP_SECONDS = 10.0
"""Longest time between two lines of the journal, unless one step takes longer."""

PAGE_SECONDS = 0.7
"""What writing the page of a run takes."""


@dataclass(frozen=True)
class Trained:
    """What a session of training leaves.

    Attributes:
        run: The run folder.
        painter: The exported painter's folder.
        step: Steps made in all.
        seconds: Seconds of training in all.
        interrupted: Whether a signal ended it before the plan did.
    """

    run: Path
    painter: Path
    step: int
    seconds: float
    interrupted: bool


def train(
    painter: Learner,
    split: Split,
    out: Path,
    settings: TrainSettings,
    *,
    facts: dict[str, Any] | None = None,
    watch: Callable[[dict[str, Any]], None] | None = None,
) -> Trained:
    """Train a painter, or go on where the run in that folder stopped.

    Args:
        painter: A new painter; its weights are replaced when the run goes on.
        split: Training pictures, of the painter's resolution and categories.
        out: The run folder.
        settings: How to train.
        facts: What the exported painter's card shall tell beyond the run itself.
        watch: Called with every event of the journal.

    Raises:
        UsageError: When neither steps nor minutes are given, the run was started with other settings, or the
            painter's weights cannot be divided as told.
        RunLocked: When another process trains in that folder.
        Diverged: When the numbers do not stay finite.
        ImpastoError: When the disk is full or failing; older checkpoints stay whole.
    """
    started = time.monotonic()
    if settings.steps is None and settings.minutes is None:
        raise UsageError("Say how long to train: --minutes 10, or --steps 5000.")
    if settings.shard:
        check_shardable(painter)
    with Processes(settings.device, shard=settings.shard) as processes:
        record = Record(out, painter, split, settings, facts or {})
        if processes.first:
            record.check_folder()
        journal = Journal(out, watch, keep=processes.first)
        with locked(out) if processes.first else nullcontext(), stop_on_signal() as stop:
            try:
                return _Session(record, processes, journal, stop, started).run()
            except RuntimeError as error:
                if not isinstance(error, torch.OutOfMemoryError) and "allocate memory" not in str(error):
                    raise
                raise ImpastoError(
                    f"A step of {settings.batch} pictures does not fit into memory; take a smaller --batch, "
                    f"or cut it into parts with --set micro={2 * settings.micro}."
                ) from error
            finally:
                if processes.first:
                    record.forget()


class _Session:
    """One process's part in one session of a run, from start or resume to the end."""

    def __init__(self, record: Record, processes: Processes, journal: Journal, stop: threading.Event, started: float):
        self.settings, self.record, self.processes, self.journal, self.stop = (
            record.settings,
            record,
            processes,
            journal,
            stop,
        )
        self.out, self.checkpoints, self.started = record.out, record.out / "checkpoints", started
        self.painter = _placed(record.painter, processes)
        self.batches = Batches(
            record.split,
            self.settings.batch,
            self.settings.seed,
            flip=self.settings.flip,
            device=processes.device,
            rank=processes.rank,
            world=processes.world,
            micro=self.settings.micro,
            encoded=encoded(self.painter, record.split, self.out, processes, flip=self.settings.flip),
        )
        self.ema = Ema(self.painter, 1000 * self.settings.ema, mixable=self.settings.averages > 0)
        if self.settings.recompute:
            recompute(self.painter)
        self.watchdog = Watchdog()
        self.step = self.salt = self.horizon = self.grids = self.written = 0
        self.drawing = self.earlier = 0.0
        found = checkpoint.newest(self.checkpoints)
        processes.wait()  # All have looked before the first one writes.
        if found:
            self._resume(found)
        else:
            self._begin()

    def run(self) -> Trained:
        """Make the steps, then leave a checkpoint, samples and the exported painter."""
        try:
            self._say_plan()
            return self._end(interrupted=self._train())
        except ImpastoError as error:
            with suppress(ImpastoError):
                self.journal.write("failed", self.step, reason=str(error))
            raise
        finally:
            self.journal.close()

    def _train(self) -> bool:
        """Make the steps; tells whether a signal ended them before the plan did."""
        self.grids, self.written = self._grids_due(), self._averages_due()
        self.clock.skip()
        self._start_lap()
        saved, compiles = time.monotonic(), self.settings.compile
        while self.step < self.horizon:
            # Every random number comes from the batch's noise; this makes a stray one repeatable too.
            torch.default_generator.manual_seed(hash((self.settings.seed + self.salt, self.step, self.processes.rank)))
            made = self.moves.step(self.batches(self.step, self.salt), self.step, self.horizon)
            if self.watchdog.judge(self.step, made.skipped, self.moves.finite()) is Verdict.ROLL_BACK:
                self._roll_back(made)
                continue
            self.step += 1
            if compiles:
                self.clock.skip()
            else:
                self.clock.tick()
            self.ema.update(self.settings.batch, self.step * self.settings.batch)
            self._note(made)
            # What to do next is agreed on, because clocks and signals differ between processes.
            due = self._checkpoint_due(time.monotonic() - saved)
            lap = time.monotonic() - self.lap_time
            stop, save, late, lap, horizon = self.processes.largest(
                self.stop.is_set(), due, -self.clock.left(), lap, self._plan()
            )
            self.horizon = int(horizon)
            ends = stop or late >= 0 or self.step == self.horizon
            if ends or compiles or lap >= LAP_SECONDS or self.step % self.settings.log_every == 0:
                self._end_lap()
                compiles = False
            if stop or late >= 0:
                return bool(stop) and self.step < self.horizon
            if save:
                self._checkpoint()
                saved = time.monotonic()
            self._grid()
            self._write_averages()
        return False

    def _begin(self) -> None:
        """Settle precision and clock, and leave a first checkpoint to return to."""
        precision, seconds = str(self.settings.precision), 0.0
        if precision == "auto" or self.settings.minutes is not None:
            precision, seconds = choose_precision(self.painter, self.batches(0), self.processes, precision)
        self._use(precision)
        self.clock = self._clock(seconds)
        if self.processes.first:
            self.record.begin(precision)
        start = time.monotonic()
        if self.settings.samples:
            self._draw_grid()
        # The same in all, so that they agree on when to draw.
        self.drawing = self.processes.largest(time.monotonic() - start)[0]
        # The end of the run draws, saves and exports once more, and writes a page.
        self.clock.reserve = self.drawing + PAGE_SECONDS
        start = time.monotonic()
        self._checkpoint()
        self.clock.reserve += 2 * (time.monotonic() - start)

    def _resume(self, found: Path) -> None:
        """Take up precision, clock and weights of the run's newest checkpoint."""
        begun = self.record.resume()["precision"]
        self._use(begun if self.settings.precision == "auto" else self.settings.precision)
        state = self._restore(found)
        self.drawing, self.earlier = state.get("drawing", 0.0), state.get("processor", 0.0)
        self.clock = self._clock()
        self.clock.load_state(state)

    def _use(self, precision: str) -> None:
        self.precision = precision
        if self.settings.compile:
            _compile(self.painter)
        self.moves = Moves(self.painter, self.processes, dtype_of(precision))
        if self.processes.shard:
            self.ema.follow(self.painter)

    def _clock(self, step_seconds: float = 0.0) -> Clock:
        box = None if self.settings.minutes is None else 60 * self.settings.minutes
        return Clock(box, self.settings.steps, step_seconds, started=self.started)

    def _plan(self) -> int:
        """The horizon as the first process's clock has it, -1 in all others; the largest is what all agree on."""
        return self.clock.plan(self.step) if self.processes.first else -1

    def _say_plan(self) -> None:
        resumed = self.step
        self.horizon = int(self.processes.largest(self._plan())[0])
        warning = oversubscription()
        self.journal.write(
            "plan",
            self.step,
            horizon=self.horizon,
            eta=self.clock.eta(self.step, self.horizon),
            precision=self.precision,
            resumed=resumed,
            passes=self.horizon * self.settings.batch / len(self.record.split),
            parameters=sum(p.numel() for p in self.painter.parameters()),
            **({"warning": warning} if warning else {}),
        )

    def _start_lap(self) -> None:
        self.lap_sums: dict[str, float] = {}
        self.lap_step, self.lap_time = self.step, time.monotonic()

    def _note(self, made: Step) -> None:
        """Add a step to the running means."""
        for name, value in made.logs.items():
            self.lap_sums[name] = self.lap_sums.get(name, 0.0) + value
        if made.skipped:
            self.journal.write("skip", self.step, players=made.skipped)

    def _end_lap(self) -> None:
        """Write the running means."""
        count, seconds = self.step - self.lap_step, time.monotonic() - self.lap_time
        self.journal.write(
            "train",
            self.step,
            horizon=self.horizon,
            logs={name: total / count for name, total in self.lap_sums.items()},
            speed=count * self.settings.batch / seconds,
            eta=self.clock.eta(self.step, self.horizon),
            elapsed=self.clock.elapsed(),
        )
        self._start_lap()

    def _checkpoint_due(self, since: float) -> bool:
        if self.settings.checkpoint_every:
            return self.step % self.settings.checkpoint_every == 0
        return since >= self.settings.checkpoint_seconds

    def _checkpoint(self) -> None:
        state = {
            "step": self.step,
            "salt": self.salt,
            "drawing": self.drawing,
            "processor": self.earlier + time.process_time(),
            **self.clock.state(),
        }
        checkpoint.save(self.checkpoints, self.moves, self.ema, state, self.settings.keep)
        self.journal.write("checkpoint", self.step)

    def _restore(self, path: Path) -> dict[str, Any]:
        state = checkpoint.restore(path, self.moves, self.ema)
        self.step, self.salt = state["step"], state["salt"]
        if self.ema.averages and self.processes.first:
            self.ema.averages.forget(self.out / "averages", self.step)
        self.journal.rewind(self.step)
        return state

    def _roll_back(self, made: Step) -> None:
        """Return to the newest checkpoint with another order of pictures and other noise."""
        self.processes.wait()
        found = checkpoint.newest(self.checkpoints)
        if found is None:
            raise CheckpointError(f"{self.checkpoints} was emptied while the run had to return to it.")
        failed, salt = self.step, self.salt
        self._restore(found)
        self.salt = salt + 1
        self.grids, self.written = self._grids_due(), self._averages_due()
        self.journal.write("rollback", self.step, failed=failed, players=made.skipped, salt=self.salt)
        self.clock.skip()
        self._start_lap()

    def _grid(self) -> None:
        """Draw a sample grid when the next share of the run is done."""
        part = self._grids_due()
        if part > self.grids and self.step < self.horizon:
            self.grids = part
            self._draw_grid()

    def _grids_due(self) -> int:
        """Sample grids that belong to the steps made so far; all of them take 3 % of a time box at most."""
        grids = self.settings.samples
        if self.settings.minutes is not None and self.drawing > 0:
            grids = min(grids, int(0.03 * 60 * self.settings.minutes / self.drawing))
        return int(self.step / max(1, self.horizon) * grids)

    def _write_averages(self, *, last: bool = False) -> None:
        """Write the averages down when the next share of the run is done, and at its end."""
        part = self._averages_due()
        if self.ema.averages and (last or part > self.written):
            self.written = part
            self.ema.averages.write(self.out / "averages", self.step, first=self.processes.first)

    def _averages_due(self) -> int:
        return int(self.step / max(1, self.horizon) * self.settings.averages)

    def _draw_grid(self) -> None:
        painter = gather_painter(self.ema.painter, keep=self.processes.first)
        if not isinstance(painter, Painter):
            return
        pixels = to_uint8(painter.paint(SAMPLES, seed=self.settings.seed).pictures)
        path = self.out / "samples" / f"step-{self.step:09d}.png"
        file = BytesIO()
        contact_sheet(pixels, columns=8).save(file, "PNG")
        write_whole(path, file.getvalue())
        self.journal.write("sample", self.step, file=f"samples/{path.name}")

    def _end(self, *, interrupted: bool) -> Trained:
        self._checkpoint()
        self._write_averages(last=True)
        if self.settings.samples and not interrupted:
            self._draw_grid()
        painter = gather_painter(self.ema.painter, keep=self.processes.first)
        if painter is not None:
            self.record.export(painter, self.step, self.clock.elapsed(), self.earlier + time.process_time())
        seconds = self.clock.elapsed()
        self.journal.write("interrupted" if interrupted else "end", self.step, elapsed=seconds)
        self.journal.close()
        if self.processes.first:
            write_report(self.out)
        self.processes.wait()
        return Trained(self.out, self.out / "painter", self.step, seconds, interrupted)


def _placed(painter: Learner, processes: Processes) -> Learner:
    """A painter where it trains; one to be divided is brought there part by part later, but for what stays whole."""
    if not processes.shard:
        channels_last(painter.to(processes.device))
    else:
        for encoder in painter.encoders.values():
            encoder.to(processes.device)
    return painter


def _compile(painter: Learner) -> None:
    for name, net in painter.named_children():
        if name not in painter.double_backward:
            net.compile()
