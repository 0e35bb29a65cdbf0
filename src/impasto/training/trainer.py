"""The loop over the steps of a run."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import cast

import torch

from impasto.errors import CheckpointError
from impasto.machine import Precision, cost_of
from impasto.spelling import setting
from impasto.training import checkpoint
from impasto.training.milestones import Milestones
from impasto.training.moves import Step
from impasto.training.on_demand import SAMPLE, SAVE, is_requested, mark_done
from impasto.training.session import Session
from impasto.training.watchdog import Verdict, Watchdog

__all__ = ["Trainer"]

LAP_SECONDS = 10.0
"""Longest time between two lines of the journal, unless one step takes longer."""

GRIDS_SHARE = 0.03
"""Largest share of a time box that is spent on drawing sample grids."""


@dataclass(frozen=True)
class Decision:
    """What all processes do next, after a step.

    Attributes:
        stop: Whether a signal asked to stop.
        ends: Whether the session ends: stopped, out of time, or with all steps made.
        save: Whether a checkpoint is due.
        sample: Whether somebody asks for a sample grid.
        line: Whether a line of the journal is due.
    """

    stop: bool
    ends: bool
    save: bool
    sample: bool
    line: bool


class Trainer:
    """Makes the steps of a session."""

    def __init__(self, session: Session, stop: threading.Event) -> None:
        """Prepare the steps of a session.

        Args:
            session: Begun or resumed.
            stop: Set when the run should stop after the step it is in.
        """
        self.session = session
        self.stop = stop
        self.watchdog = Watchdog()
        self.grids = Milestones.evenly(self._affordable_grids())
        self.averages = Milestones.evenly(session.settings.averages)
        self.guide = Milestones([session.settings.guide_at] if session.settings.guide_at else [])
        self._saved = time.monotonic()
        # The first step compiles; its time says nothing about the others.
        self._compiling = session.settings.compile

    def run(self) -> bool:
        """Make the steps; returns whether a signal ended them before the plan did."""
        session = self.session
        state = session.state
        state.horizon = int(session.processes.largest(self._plan())[0])
        session.reporter.plan(
            state,
            session.clock,
            precision=session.precision,
            parameters=sum(p.numel() for p in session.moves.painter.parameters() if p.requires_grad),
            remark=self._slow(),
        )
        self._go_on()
        self._saved = time.monotonic()
        while state.step < state.horizon:
            if not self._step():
                continue
            decision = self._decide()
            if decision.line:
                session.reporter.end_lap(state, session.clock)
            if decision.ends:
                return decision.stop and state.step < state.horizon
            # Before the checkpoint, from which a run that is killed goes on.
            if self.averages.reached(state.share):
                self.write_averages()
            if self.guide.reached(state.share):
                session.keep_guide()
            if decision.save:
                session.save()
                self._saved = time.monotonic()
            if self.grids.reached(state.share) or decision.sample:
                session.draw_grid()
        return False

    def write_averages(self) -> None:
        """Write down the averages of which one of any length can be mixed, where such are kept."""
        session = self.session
        if session.ema.averages:
            folder = session.record.out / "averages"
            session.ema.averages.write(folder, session.state.step, first=session.processes.first)

    def _slow(self) -> str:
        """A remark where this machine is slow in the precision of the run, as where it was begun on another one."""
        session = self.session
        if not session.state.step:
            return ""
        cost = cost_of(cast(Precision, session.precision), session.processes.device)
        return "" if cost is None else f"{cost}; go on faster with {setting('precision', 'fp32')}."

    def _step(self) -> bool:
        """Make a step; returns False where the run went back to a checkpoint instead."""
        session = self.session
        state = session.state
        settings = session.settings
        # Every random number comes from the batch's noise; this makes a stray one repeatable too.
        torch.default_generator.manual_seed(hash((settings.seed + state.salt, state.step, session.processes.rank)))
        batches = session.batches(state.step, state.salt)
        result = session.moves.step(batches, state.step, state.horizon)
        if self.watchdog.judge(state.step, result.skipped, session.moves.finite()) is Verdict.ROLL_BACK:
            self._roll_back(result)
            return False
        state.step += 1
        if self._compiling:
            session.clock.skip()
        else:
            session.clock.tick()
        session.ema.update(settings.batch, state.step * settings.batch)
        session.reporter.add(state.step, result)
        return True

    def _decide(self) -> Decision:
        """Agree on what to do next, because clocks and signals differ between processes."""
        session = self.session
        state = session.state
        stop, save, sample, late, lap, horizon = session.processes.largest(
            self.stop.is_set(),
            self._checkpoint_due() or self._requested(SAVE),
            self._requested(SAMPLE),
            -session.clock.left(),
            session.reporter.lap_seconds(),
            self._plan(),
        )
        state.horizon = int(horizon)
        over = bool(stop) or late >= 0
        ends = over or state.step == state.horizon
        line = ends or self._compiling or lap >= LAP_SECONDS or state.step % session.settings.log_every == 0
        self._compiling = False
        return Decision(stop=bool(stop), ends=ends, save=bool(save), sample=bool(sample), line=line)

    def _plan(self) -> int:
        """The horizon as the first process's clock has it, -1 in all others; the largest is what all agree on."""
        return self.session.clock.plan(self.session.state.step) if self.session.processes.first else -1

    def _requested(self, name: str) -> bool:
        """Whether somebody asks for something; the first process takes the request."""
        session = self.session
        if not session.processes.first or not is_requested(session.record.out, name):
            return False
        mark_done(session.record.out, name)
        return True

    def _checkpoint_due(self) -> bool:
        settings = self.session.settings
        if settings.checkpoint_every:
            return self.session.state.step % settings.checkpoint_every == 0
        return time.monotonic() - self._saved >= settings.checkpoint_seconds

    def _roll_back(self, result: Step) -> None:
        """Return to the newest checkpoint with another order of pictures and other noise."""
        session = self.session
        session.processes.wait()
        path = checkpoint.newest(session.checkpoints)
        if path is None:
            raise CheckpointError(f"{session.checkpoints} was emptied while the run had to return to it.")
        failed = session.state.step
        restored = session.restore(path)
        for name in ("step", "held_out_step", "best_step", "best_loss"):
            setattr(session.state, name, getattr(restored, name))
        session.state.salt += 1
        session.reporter.rolled_back(session.state, failed, result.skipped)
        self._go_on()

    def _go_on(self) -> None:
        """Begin to count at the step where the run stands."""
        state = self.session.state
        self.grids.start(state.share)
        self.averages.start(state.share)
        self.guide.start(state.share)
        self.session.clock.skip()
        self.session.reporter.start_lap(state.step)

    def _affordable_grids(self) -> int:
        """Sample grids over the run; all of them take only a small share of a time box."""
        settings = self.session.settings
        seconds = self.session.state.grid_seconds
        if settings.minutes is None or seconds <= 0:
            return settings.samples
        return min(settings.samples, int(GRIDS_SHARE * 60 * settings.minutes / seconds))
