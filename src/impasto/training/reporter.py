"""What a run says about itself while it lasts: lines of running means, sample grids, and what went wrong."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

from impasto.contract import Learner, Painter
from impasto.data.store import Split
from impasto.files import write_whole
from impasto.images.pictures import Pixels
from impasto.training.clock import Clock
from impasto.training.journal import Journal, read_events
from impasto.training.moves import Step
from impasto.training.nearness import COPYING, Nearness
from impasto.training.oversubscription import oversubscription
from impasto.training.run_state import RunState
from impasto.training.sample_grid import sample_grid, sample_pictures

__all__ = ["Reporter"]


class Reporter:
    """Writes the events of a run into its journal.

    A lap is the time between two lines of the journal; a line holds the means of its steps.
    """

    def __init__(
        self, journal: Journal, folder: Path, split: Split, batch: int, seed: int, *, second: Split | None = None
    ) -> None:
        """Begin the first lap.

        Args:
            journal: Where the events go.
            folder: Of the run; sample grids are written into its `samples`.
            split: The training pictures.
            batch: Pictures in each step.
            seed: Of the pictures on sample grids.
            second: Training pictures of the second store, if there is one.
        """
        self.journal = journal
        self.folder = folder
        self.split = split
        self.batch = batch
        self.seed = seed
        self.second = second
        self._lap_step = 0
        self._lap_started = time.monotonic()
        self._sums: dict[str, float] = {}
        self._counts: Counter[str] = Counter()

    def plan(self, state: RunState, clock: Clock, *, precision: str, parameters: int, remark: str = "") -> None:
        """Say what is planned.

        Args:
            state: Where the run stands.
            clock: Of the run.
            precision: In which it trains.
            parameters: Numbers that the learner consists of.
            remark: What else the user should know.
        """
        values = self.planned(state, clock, precision=precision, parameters=parameters, remark=remark)
        self.journal.write("plan", state.step, values, total=state.horizon)

    def planned(
        self, state: RunState, clock: Clock, *, precision: str, parameters: int, remark: str = ""
    ) -> dict[str, Any]:
        """The values of a plan; arguments as of `plan`."""
        warning = " ".join(text for text in (remark, oversubscription()) if text)
        return {
            "horizon": state.horizon,
            "ends_by": "minutes" if clock.steps is None or state.horizon < clock.steps else "steps",
            "eta": clock.eta(state.step, state.horizon),
            "precision": precision,
            "resumed": state.step,
            "passes": state.horizon * self.batch / len(self.split),
            "parameters": parameters,
            **({"warning": warning} if warning else {}),
        }

    def start_lap(self, step: int) -> None:
        """Forget the running means, and begin them again at a step."""
        self._lap_step = step
        self._lap_started = time.monotonic()
        self._sums = {}
        # Some values, such as penalties, are logged in some steps only.
        self._counts = Counter()

    def lap_seconds(self) -> float:
        """Seconds since the lap began."""
        return time.monotonic() - self._lap_started

    def add(self, step: int, result: Step) -> None:
        """Take what came of a step, counted from 1, into the running means."""
        for name, value in result.logs.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
            self._counts[name] += 1
        if result.skipped:
            message = f"Step {step:,}: the gradient of {', '.join(result.skipped)} was not finite; skipped."
            self.journal.write("skip", step, {"players": result.skipped}, message=message)

    def end_lap(self, state: RunState, clock: Clock) -> None:
        """Write the running means, and begin another lap."""
        steps = state.step - self._lap_step
        values = {
            "horizon": state.horizon,
            "logs": {name: total / self._counts[name] for name, total in self._sums.items()},
            "speed": steps * self.batch / self.lap_seconds(),
            "eta": clock.eta(state.step, state.horizon),
            "elapsed": clock.elapsed(),
        }
        self.journal.write("train", state.step, values, total=state.horizon)
        self.start_lap(state.step)

    def rolled_back(self, state: RunState, failed: int, players: list[str]) -> None:
        """Say that the run went back to a checkpoint.

        Args:
            state: Where it stands now.
            failed: The step that could not be made.
            players: Whose gradients were not finite in it.
        """
        message = f"Step {failed:,} went wrong; back to step {state.step:,} with new noise."
        values = {"failed": failed, "players": players, "salt": state.salt}
        self.journal.write("rollback", state.step, values, message=message)

    def draw_grid(self, learner: Learner, step: int) -> Pixels | None:
        """Write a sample grid, and return its pictures; of a learner that does not paint there is none."""
        pixels = None
        if isinstance(learner, Painter):
            pixels = sample_pictures(learner, self.split, self.seed, self.second)
        if pixels is not None:
            name = f"samples/step-{step:09d}.png"
            write_whole(self.folder / name, sample_grid(pixels))
            self.journal.write("sample", step, {"file": name})
        return pixels

    def compared(self, nearness: Nearness) -> None:
        """Write how near painted pictures lie to training pictures, with a sentence where that begins to be copying."""
        earlier = Nearness.of_events(read_events(self.folder))
        begins = nearness.copies and not (earlier and earlier[-1].copies)
        message = nearness.warning if begins else ""
        self.journal.write(COPYING, nearness.step, nearness.values, message=message)
