"""How long a step of each entry takes, turn by turn in one process: `python -m impasto.comparing.step_times`.

All entries are in memory at once, with optimizers and averages.

Time is equal only where nothing else runs: beside other work, the same step takes more processor time too, since cores
share caches and memory. Turn by turn, other work slows the steps of all entries alike; and once minutes are turned into
steps, what runs beside the trainings changes none of them.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import fields
from pathlib import Path

from impasto import catalogue
from impasto.comparing.beginning import Beginning
from impasto.comparing.experiment import Entry, Experiment
from impasto.config import load
from impasto.contract import Learner
from impasto.data.facts import facts_of
from impasto.data.store import Split, Store
from impasto.files import read_json, write_json
from impasto.training.held_out import sample_of
from impasto.training.journal import Journal
from impasto.training.processes import Processes
from impasto.training.record import Record, check_folder
from impasto.training.session import Session, open_session
from impasto.training.settings import TrainSettings

__all__ = ["FILE", "main", "read_step_seconds", "step_seconds", "steps_within"]

FILE = "step_times.json"
"""File in the folder of a comparison: name of an entry → seconds of a step."""
PERIOD = 16
"""Steps after which a painter has done all that it does in some steps alone."""
STEPS = 640
"""Steps of all entries together that are timed, at least; of each, two periods or more."""
WARM_UP = 2
"""Steps before those, in which memory is allocated."""
PICTURES = 512
"""Most pictures that are encoded for the trial."""


def step_seconds(experiment: Experiment, split: Split, *, rounds: int | None = None) -> dict[str, float]:
    """Mean seconds of processor time of a step of each entry, by its name.

    A step reads its batch, moves all players and updates the averaged weights, as in a training.

    Args:
        experiment: The experiment, with a precision other than 'auto'.
        split: Training pictures.
        rounds: Steps of each entry that are timed; the more, the fewer entries there are, where it is left out.
    """
    rounds = rounds or PERIOD * max(2, round(STEPS / PERIOD / len(experiment.entry)))
    seconds = dict.fromkeys((entry.name for entry in experiment.entry), 0.0)
    pictures = sample_of(split, max(PICTURES, experiment.terms.batch))
    with tempfile.TemporaryDirectory() as folder, Processes("auto") as processes, ExitStack() as journals:
        sessions = {}
        for at, entry in enumerate(experiment.entry):
            out = Path(folder) / str(at)
            journal = Journal(out, None)
            journals.callback(journal.close)
            record = Record(out, _built(entry, experiment, pictures), pictures, _settings(entry, experiment), {})
            check_folder(record.out)
            sessions[entry.name] = open_session(record, processes, journal, time.monotonic())
        for step in range(WARM_UP + rounds):
            for name, session in sessions.items():
                start = time.process_time()
                _step(session, step)
                if step >= WARM_UP:
                    seconds[name] += (time.process_time() - start) / rounds
    return seconds


def steps_within(minutes: float, seconds: float) -> int:
    """How many steps of so many seconds there are in so many minutes; at least one."""
    return max(1, round(60 * minutes / seconds))


def read_step_seconds(out: Path) -> dict[str, float]:
    """What a comparison's trial measured, by the names of the entries; nothing where there was none."""
    file = out / FILE
    return {name: float(value) for name, value in read_json(file).items()} if file.is_file() else {}


def _built(entry: Entry, experiment: Experiment, split: Split) -> Learner:
    facts = facts_of(split)
    values = {field.name: getattr(facts, field.name) for field in fields(facts)}
    return catalogue.painter(entry.painter).build(entry.preset or experiment.terms.preset, **values, **entry.settings)


def _settings(entry: Entry, experiment: Experiment) -> TrainSettings:
    terms = experiment.terms
    ema = terms.ema if entry.ema is None else entry.ema
    return TrainSettings(steps=10**9, batch=terms.batch, precision=terms.precision, ema=ema, samples=0, held_out=0)


def _step(session: Session, step: int) -> None:
    session.moves.step(session.batches(step), step, 10**9)
    session.ema.update(session.settings.batch, (step + 1) * session.settings.batch)


def main(words: Sequence[str]) -> None:
    """Time the entries of the comparison in a folder, and leave `step_times.json` there."""
    out = Path(words[0])
    beginning = Beginning.read(out)
    assert beginning is not None, f"{out} is the folder of a comparison"
    experiment = load(Experiment, beginning.experiment)
    split = Store.open(beginning.place, verify=False).split("train", experiment.data.label)
    times: Mapping[str, float] = step_seconds(experiment, split)
    write_json(out / FILE, times)


if __name__ == "__main__":
    main(sys.argv[1:])
