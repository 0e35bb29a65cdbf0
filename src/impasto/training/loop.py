"""Training: from a learner and a store to a run folder with checkpoints, journal, page and the exported painter."""

from __future__ import annotations

import threading
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from os import fspath
from pathlib import Path
from typing import Any

from impasto.contract import Learner, Painter
from impasto.data.store import Split
from impasto.errors import ImpastoError, Interrupted, OutOfMemory, UsageError
from impasto.events import Event, Watch
from impasto.memory import is_out_of_memory
from impasto.pretrained import load_weights
from impasto.spelling import option, setting
from impasto.training.checkpoint import BEST, newest
from impasto.training.clock import CLOCKS
from impasto.training.journal import Journal, read_events
from impasto.training.lock import locked
from impasto.training.losses import Losses, summary
from impasto.training.mirroring import Mirroring
from impasto.training.nearness import Nearness, copying_summary
from impasto.training.processes import Processes
from impasto.training.record import PAINTER, Record, check_folder, forget_folder
from impasto.training.run_page import write_report
from impasto.training.session import Session, open_session
from impasto.training.settings import TrainSettings
from impasto.training.sharding import check_shardable
from impasto.training.signals import stop_on_signal
from impasto.training.trainer import Trainer

__all__ = ["Trained", "train"]


ANSWER = "Stopping after this step, then a checkpoint is saved; press Ctrl-C again to stop at once, without one."
"""What the first Ctrl-C is answered with."""


@dataclass(frozen=True)
class Trained:
    """What a session of training leaves.

    Attributes:
        run: The run folder.
        painter: Folder of the exported painter, or of what else was trained.
        step: Steps made in all.
        seconds: Seconds of training in all.
        interrupted: Whether a signal ended it before the plan did.
        paints: Whether what was trained paints; a judge, say, does not.
        held_out: What pictures that were not learned from tell: their loss, and whether the painter copies; empty where
            neither was computed. The weights with the lowest loss are exported into the run's folder `best`.
    """

    run: Path
    painter: Path
    step: int
    seconds: float
    interrupted: bool
    paints: bool
    held_out: str = ""

    def __fspath__(self) -> str:
        """The run folder, for which this stands wherever a path is expected."""
        return fspath(self.run)


def train(
    learner: Learner,
    split: Split,
    out: Path,
    settings: TrainSettings,
    *,
    second: Split | None = None,
    held_out: Split | None = None,
    facts: dict[str, Any] | None = None,
    mirror: str | None = None,
    watch: Watch | None = None,
) -> Trained:
    """Train a learner, or go on where the run in that folder stopped.

    Args:
        learner: A new learner; its weights are replaced when the run goes on.
        split: Training pictures, of the learner's size and categories, with all that it reads.
        out: The run folder.
        settings: How to train.
        second: Pictures of a second store, for learners that read one.
        held_out: Validation pictures, whose loss is computed beside that of training pictures; none are learned from.
        facts: What the exported painter's card should say beyond the run itself.
        mirror: Address of a place to which each checkpoint is copied, with all else in the run folder; see
            `mirroring.restore` for the way back.
        watch: Called with every event of the journal.

    Raises:
        Unavailable: When the place of the mirror cannot be read and written.
        UsageError: When neither steps nor minutes are given, the run was started with other settings, or the
            learner's weights cannot be shared among processes.
        RunLocked: When another process trains in that folder.
        Diverged: When the numbers do not stay finite.
        ImpastoError: When the disk is full or failing; older checkpoints stay whole.
    """
    started = CLOCKS[settings.clock]()
    if settings.steps is None and settings.minutes is None:
        raise UsageError(f"Say how long to train: {option('minutes', 10)}, or {option('steps', 5000)}.")
    if settings.shard:
        check_shardable(learner)
    with Processes(settings.device, shard=settings.shard) as processes:
        record = Record(out, learner, split, settings, facts or {}, second=second, held_out=held_out)
        if processes.first:
            check_folder(out)
        journal = Journal(out, watch, keep=processes.first)
        session: Session | None = None
        with locked(out) if processes.first else nullcontext():
            try:
                mirrored = mirror is not None and processes.first
                with Mirroring(out, str(mirror)) if mirrored else nullcontext() as mirroring:
                    session = open_session(record, processes, journal, started, mirroring)
                    # Before the first step there is nothing to save, and a signal ends the work at once.
                    with stop_on_signal(lambda: _answer(watch)) as stop:
                        return _run(session, stop)
            except KeyboardInterrupt:
                raise Interrupted(_loss(out, session)) from None
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                raise OutOfMemory(
                    f"A step of {settings.batch} pictures does not fit into memory; take a smaller "
                    f"{option('batch', None)}, "
                    f"or cut it into parts with {setting('micro', 2 * settings.micro)}."
                ) from error
            finally:
                if processes.first:
                    forget_folder(out)


def _answer(watch: Watch | None) -> None:
    """Say that a request to stop was heard."""
    if watch is not None:
        watch(Event("train", "stopping", ANSWER))


def _loss(out: Path, session: Session | None) -> str:
    """What is lost of a session that ends without a checkpoint of its last step, and what is kept."""
    step = 0 if session is None else session.state.step
    last = newest(out / "checkpoints")
    if last is None:
        return f"Stopped before the first checkpoint; the same command begins anew in {out}."
    kept = int(last.name.rpartition("-")[2])
    lost = f"Stopped without a checkpoint: {step - kept:,} steps are lost. " if step > kept else "Stopped. "
    return f"{lost}The same command goes on from step {kept:,} in {out}."


def _run(session: Session, stop: threading.Event) -> Trained:
    """Make the steps of a session, then leave a checkpoint, samples and the exported painter."""
    journal = session.reporter.journal
    try:
        trainer = Trainer(session, stop)
        interrupted = trainer.run()
        session.save(last=not interrupted)
        trainer.write_averages()
        if session.settings.samples and not interrupted:
            session.draw_grid()
        trained = _finish(session, interrupted)
        session.finish_mirror()
        return trained
    except ImpastoError as error:
        with suppress(ImpastoError):
            journal.write("failed", session.state.step, {"reason": str(error)})
        raise
    finally:
        journal.close()


def _finish(session: Session, interrupted: bool) -> Trained:
    """Export the averaged learner, and write the page of the run."""
    step = session.state.step
    folder = session.record.out
    learner = session.averaged()
    held_out = ""
    if learner is not None:
        held_out = _export(session, learner)
    seconds = session.clock.elapsed()
    session.reporter.journal.write("interrupted" if interrupted else "end", step, {"elapsed": seconds})
    session.reporter.journal.close()
    if session.processes.first:
        write_report(folder)
    session.processes.wait()
    paints = isinstance(session.record.learner, Painter)
    return Trained(folder, folder / PAINTER, step, seconds, interrupted, paints, held_out)


def _export(session: Session, learner: Learner) -> str:
    """Export the averaged learner, and the one whose held-out loss was lowest; says what held-out pictures tell."""
    record = session.record
    state = session.state
    seconds = session.clock.elapsed()
    processor = session.processor_seconds()
    events = read_events(record.out)
    held_out = f"{summary(Losses.of_events(events))} {copying_summary(Nearness.of_events(events))}".strip()
    record.export(learner, state.step, seconds, processor, held_out=held_out)
    best = newest(session.checkpoints)
    if state.best_step and best is not None:
        # The weights of the end are exported by now, and not needed any more.
        load_weights(learner, best / BEST)
        record.export(learner, state.best_step, seconds, processor, folder="best", held_out=held_out)
    return held_out
