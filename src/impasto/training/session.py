"""One session of a run, from its start or resumption to its end: the objects that it consists of, and their creation.

The order of their creation matters; it is that of `open_session`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from impasto.contract import Learner, Painter, TakesGuide, parts_to_learn
from impasto.data.batches import Batches, second_seed
from impasto.data.encodings import Encodings
from impasto.data.store import Split
from impasto.nn.memory_layout import channels_last
from impasto.training import checkpoint
from impasto.training.checkpoint import complete
from impasto.training.clock import CLOCKS, Clock
from impasto.training.copying import Copying
from impasto.training.ema import Ema
from impasto.training.encoding import distinct_captions, encode
from impasto.training.held_out import HeldOut
from impasto.training.journal import Journal
from impasto.training.kept_guide import forget_guide, keep_guide, with_kept_guide
from impasto.training.losses import HELD_OUT
from impasto.training.mirroring import Mirroring
from impasto.training.moves import Moves
from impasto.training.points import keep_point
from impasto.training.precision import choose_precision, dtype_of
from impasto.training.processes import Processes
from impasto.training.recompute import recompute
from impasto.training.record import Record
from impasto.training.reporter import Reporter
from impasto.training.requirements import remark_on_both
from impasto.training.run_state import RunState
from impasto.training.sample_grid import needs_pictures
from impasto.training.settings import TrainSettings
from impasto.training.sharding import gather_painter

__all__ = ["Session", "open_session"]

PAGE_SECONDS = 0.7
"""What writing the page of a run takes."""


@dataclass(frozen=True)
class Session:
    """What one process trains with.

    Attributes:
        record: Folder, settings and description of the run.
        processes: Those that train together.
        batches: The pictures of every step.
        moves: The learner and its optimizers.
        ema: The average of the learner's weights.
        precision: 'fp32' or 'bf16', in which the turns are computed.
        clock: Plans the steps.
        reporter: Writes the journal.
        state: Where the run stands; changes with every step.
        held_out: Computes the loss of validation pictures, in the first process alone; None where nothing is held out.
        copying: Compares sample grids with the training pictures, likewise; None where that would tell nothing.
        mirroring: Copies checkpoints to another place, likewise; None where there is none.
    """

    record: Record
    processes: Processes
    batches: Batches
    moves: Moves
    ema: Ema
    precision: str
    clock: Clock
    reporter: Reporter
    state: RunState
    held_out: HeldOut | None = None
    copying: Copying | None = None
    mirroring: Mirroring | None = None

    @property
    def settings(self) -> TrainSettings:
        """How to train."""
        return self.record.settings

    @property
    def checkpoints(self) -> Path:
        """The folder of the run's checkpoints."""
        return self.record.out / "checkpoints"

    def processor_seconds(self) -> float:
        """Seconds of processor time in all sessions."""
        return self.state.processor_seconds + time.process_time()

    def save(self, *, last: bool = False) -> None:
        """Write a checkpoint; all processes must call this.

        Args:
            last: Whether the run ends, so that the loss of what is held out is computed whatever it takes.
        """
        self.ema.renew_statistics()
        self._hold_out(last=last)
        state = replace(self.state, processor_seconds=self.processor_seconds(), clock=self.clock.state())
        path = checkpoint.save(self.checkpoints, self.moves, self.ema, state, self.settings.keep)
        if self.settings.points and self.processes.first:
            keep_point(path)
        self.reporter.journal.write("checkpoint", self.state.step)
        if self.mirroring is not None:
            remark = self.mirroring.send(path)
            if remark:
                self.reporter.journal.write("remark", self.state.step, message=remark)

    def finish_mirror(self) -> None:
        """Wait until the run is at its mirror as it is at the end, where it has one."""
        newest = checkpoint.newest(self.checkpoints)
        if self.mirroring is not None and newest is not None:
            self.mirroring.finish(newest)

    def _hold_out(self, *, last: bool) -> None:
        """Compute the loss of validation pictures, where it is worth its time, and note whether it is the lowest."""
        state = self.state
        since = state.step - state.held_out_step
        # A checkpoint that is whole already would not hold what is found here.
        if complete(self.checkpoints / f"step-{state.step:09d}"):
            return
        if self.held_out is None or not since or not (last or self.held_out.due(since * self.settings.batch)):
            return
        losses = self.held_out.losses(self.ema.painter, state.step, self.moves.precision())
        state.held_out_step = state.step
        if losses is not None and math.isfinite(losses.held_out):
            if state.best_loss is None or losses.held_out < state.best_loss:
                state.best_step = state.step
                state.best_loss = losses.held_out
            self.reporter.journal.write(HELD_OUT, state.step, {"logs": losses.logs})

    def restore(self, path: Path) -> RunState:
        """The state in a checkpoint, once weights, optimizers and averages are back where they were then.

        What the journal and the folders of averages and of the guide hold of later steps is forgotten.
        """
        state = checkpoint.restore(path, self.moves, self.ema)
        if self.ema.averages and self.processes.first:
            self.ema.averages.forget(self.record.out / "averages", state.step)
        if self.processes.first:
            forget_guide(self.record.out, state.step)
        self.reporter.journal.rewind(state.step)
        return state

    def averaged(self) -> Learner | None:
        """The averaged learner, unsharded, in the first process and None in the others; all must call this."""
        self.ema.renew_statistics()
        return gather_painter(self.ema.painter, keep=self.processes.first)

    def keep_guide(self) -> None:
        """Keep the average as it is now as the guide of the painter, if it takes one; all processes must call this."""
        if not isinstance(self.record.learner, TakesGuide) or self.record.learner.changes:
            return
        learner = self.averaged()
        if learner is not None:
            keep_guide(self.record.out, learner, self.state.step)

    def draw_grid(self) -> None:
        """Draw a sample grid, and see whether it holds copies; all processes must call this."""
        averaged = self.averaged()
        learner = None if averaged is None else with_kept_guide(self.record.out, averaged, self.state.step)[0]
        pixels = None if learner is None else self.reporter.draw_grid(learner, self.state.step)
        learned = self.state.step * self.settings.batch
        if pixels is not None and self.copying is not None and self.copying.due(learned):
            self.reporter.compared(self.copying.nearness(pixels, self.state.step))


def open_session(
    record: Record, processes: Processes, journal: Journal, started: float, mirroring: Mirroring | None = None
) -> Session:
    """Begin a run, or go on from the newest checkpoint of the one in the folder.

    Args:
        record: The run.
        processes: Those that train together.
        journal: Of the run.
        started: When the session began, by the clock of the settings.
        mirroring: Copies checkpoints to another place, in the first process.
    """
    settings = record.settings
    newest = checkpoint.newest(record.out / "checkpoints")
    processes.wait()  # All have looked before the first one writes.
    begun = record.resume() if newest else None
    learner = _placed(record.learner, processes)
    batches, held_out = _batches(record, learner, processes, journal, newest)
    # Copied before blocks are changed to compute their features again, which the average never needs.
    ema = Ema(learner, 1000 * settings.ema, mixable=settings.averages > 0)
    if settings.recompute:
        recompute(learner)
    precision = str(settings.precision)
    step_seconds = 0.0
    if begun is None and (precision == "auto" or settings.minutes is not None):
        now = CLOCKS[settings.clock]
        precision, step_seconds = choose_precision(learner, batches(0), processes, precision, now=now)
    elif precision == "auto" and begun is not None:
        precision = begun["precision"]
    if settings.compile:
        _compile(learner)
    moves = Moves(learner, processes, dtype_of(precision))
    if processes.shard:
        ema.follow(learner)
    box = None if settings.minutes is None else 60 * settings.minutes
    clock = Clock(box, settings.steps, step_seconds, started=started, now=CLOCKS[settings.clock])
    reporter = Reporter(journal, record.out, record.split, settings.batch, settings.seed, second=record.second)
    state = RunState()
    copying = _copying(record, processes)
    session = Session(
        record, processes, batches, moves, ema, precision, clock, reporter, state, held_out, copying, mirroring
    )
    if newest is None:
        _begin(session)
        return session
    state = session.restore(newest)
    clock.load_state(state.clock)
    return replace(session, state=state)


def _begin(session: Session) -> None:
    """Write down what the run is, draw a first grid, and leave a first checkpoint to return to."""
    if session.processes.first:
        session.record.begin(session.precision)
        record = session.record
        for remark in (_without_caption(record.learner, record.split), remark_on_both(record.split, record.second)):
            if remark:
                session.reporter.journal.write("remark", 0, message=remark)
        origin = session.record.facts.get("from")
        if origin:
            message = f"Training begins from the weights of {origin['source']}."
            session.reporter.journal.write("from", 0, {"from": origin}, message=message)
    now = session.clock.now
    start = now()
    if session.settings.samples:
        session.draw_grid()
    # The same in all processes, so that they agree on when to draw.
    session.state.grid_seconds = session.processes.largest(now() - start)[0]
    # The end of the run draws, saves and exports once more, and writes a page.
    session.clock.reserve = session.state.grid_seconds + PAGE_SECONDS
    start = now()
    session.save()
    session.clock.reserve += 2 * (now() - start)
    if session.held_out is not None:
        session.clock.reserve += session.held_out.cost / session.settings.batch * session.clock.step_seconds
    if session.copying is not None:
        session.clock.reserve += session.copying.seconds


def _without_caption(learner: Learner, split: Split) -> str:
    """A sentence on pictures without a caption, for a learner that reads words; '' where all have one."""
    count = sum(not texts for texts in split.captions()) if "words" in learner.reads else 0
    if not count:
        return ""
    return f"{count:,} of {len(split):,} training pictures have no caption; they are learned without words."


def _batches(
    record: Record, learner: Learner, processes: Processes, journal: Journal, newest: Path | None
) -> tuple[Batches, HeldOut | None]:
    """The batches of the run, with those of its second store beside them, and what is held out; all encoded."""
    settings = record.settings
    splits = [split for split in (record.split, record.second, record.held_out) if split is not None]
    if "words" in learner.reads:
        if newest is not None:
            checkpoint.restore_words(newest, learner)
        learner.learn_words(distinct_captions(record.split))
    encodings = encode(
        learner,
        splits,
        record.out,
        processes,
        # Pictures that are held out are never mirrored.
        flips=[settings.flip and split is not record.held_out for split in splits],
        precision=settings.precision,
        progress=lambda done, total: journal.progress(done, total, "Encoding pictures"),
        progress_of_words=lambda done, total: journal.progress(done, total, "Encoding captions"),
    )

    def batches(number: int, seed: int, parts: frozenset[str], second: Batches | None = None) -> Batches:
        return Batches(
            splits[number],
            settings.batch,
            seed,
            parts=parts,
            flip=settings.flip,
            device=processes.device,
            rank=processes.rank,
            world=processes.world,
            micro=settings.micro,
            encodings=encodings[number],
            second=second,
        )

    if record.held_out is not None:
        return batches(0, settings.seed, parts_to_learn(learner)), _held_out(learner, splits, encodings, processes)
    if record.second is None:
        return batches(0, settings.seed, parts_to_learn(learner)), None
    # Labels of two stores mean the same only where their categories have the same names.
    same = record.second.categories == record.split.categories
    parts = learner.learns_from if same else learner.learns_from - {"category"}
    return batches(0, settings.seed, learner.learns_from, batches(1, second_seed(settings.seed), parts)), None


def _held_out(
    learner: Learner, splits: Sequence[Split], encodings: Sequence[Encodings], processes: Processes
) -> HeldOut | None:
    """What computes the loss of validation pictures, the second of both splits; in the first process alone."""
    if not processes.first or processes.shard:
        return None
    size = HeldOut.batch_size(*splits)
    training, held_out = (
        Batches(split, size, 0, parts=learner.learns_from, device=processes.device, encodings=encoded)
        for split, encoded in zip(splits, encodings, strict=True)
    )
    return HeldOut(held_out, training)


def _copying(record: Record, processes: Processes) -> Copying | None:
    """What compares sample grids with the training pictures, in the first process alone."""
    painter = record.learner
    if not (processes.first and record.settings.samples and isinstance(painter, Painter)):
        return None
    if record.held_out is None or needs_pictures(painter) or not Copying.can_tell(record.split, record.held_out):
        return None
    return Copying(record.split, record.held_out)


def _placed(learner: Learner, processes: Processes) -> Learner:
    """The learner on the device that it trains on.

    If it is to be sharded, only its frozen encoders are moved here, and its weights shard by shard later.
    """
    if not processes.shard:
        channels_last(learner.to(processes.device))
    else:
        for encoder in learner.encoders.values():
            encoder.to(processes.device)
    return learner


def _compile(learner: Learner) -> None:
    for name, net in learner.named_children():
        if name not in learner.double_backward:
            net.compile()
