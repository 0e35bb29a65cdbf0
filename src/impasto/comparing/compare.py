"""Compare painters on equal terms: read an experiment, run what has not been run yet, write the results."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from impasto.comparing.beginning import Beginning, folder_problems, store_changed, store_problems
from impasto.comparing.experiment import Experiment, read
from impasto.comparing.measuring import embed_real
from impasto.comparing.results import Results
from impasto.comparing.scheduling import Schedule
from impasto.config import override
from impasto.data.prepare import prepare
from impasto.data.store import Store
from impasto.devices import computing_device
from impasto.errors import ConfigError
from impasto.jobs.progress import tenths
from impasto.machine import cost_of, fastest_precision
from impasto.making import make
from impasto.training.lock import locked
from impasto.training.signals import stop_on_signal

__all__ = ["compare"]

VAL_SHARE = 0.2
"""Share of the pictures that is kept for validation, where an experiment measures against that."""


def compare(
    file: str | Path,
    out: str | Path,
    *,
    store: str | Path | None = None,
    miniature: bool = False,
    votes: Path | None = None,
    watch: Callable[[str], None] | None = None,
    count: Callable[[int, int], None] | None = None,
) -> Results:
    """Train and measure every painter of an experiment with every seed, or go on where it stopped.

    Args:
        file: The experiment, in TOML; see `comparing.experiment`.
        out: Folder for store, runs, `results.json`, `report.html`, `tables.md` and `figures/`.
        store: Pictures to use instead of those that the file names.
        miniature: Whether the values of the file's section `miniature` are used.
        votes: Folder of a studio, whose votes on pictures of the runs come into the results.
        watch: Called with a line about the progress.
        count: Called with how many runs are finished, of how many, at the start and after each.

    Returns:
        What `results.json` holds. Runs that failed are in state 'failed', with the reason.

    Raises:
        ConfigError: With all problems at once, before anything runs.
        MixedMethods: When runs were measured in different ways.
        Interrupted: When a signal asked to stop; every run has left a checkpoint.
        ImpastoError: When the pictures cannot be prepared, or the folder cannot be written.
    """
    out = Path(out)
    say = watch or (lambda _: None)
    beginning = Beginning.read(out)
    place = Path(store or (beginning.place if beginning else out / "store"))
    draft = read(file, miniature=miniature)
    experiment = _with_precision(draft.experiment, beginning)
    problems = [*draft.problems]
    if draft.data:
        split = experiment.measuring.split if experiment else "test"
        problems += store_problems(draft.data, place, given=store is not None, split=split)
    problems += folder_problems(out, beginning, experiment, place)
    if problems or experiment is None:
        raise ConfigError(f"{file} cannot be run as it is:\n" + "\n".join(f"- {problem}" for problem in problems))
    precision = experiment.terms.precision
    if precision != "auto" and (remark := cost_of(precision, computing_device())):
        say(f"{remark}; leave terms.precision out to train in the faster one.")
    out.mkdir(parents=True, exist_ok=True)
    with locked(out):
        pictures = _opened(experiment, place, say)
        if beginning is None:
            Beginning.of(experiment, pictures).write(out)
        elif pictures.hash != beginning.store:
            raise ConfigError(store_changed(place, out))
        say("Computing features of the real pictures")
        measuring = experiment.measuring
        embed_real(pictures, experiment.data.label, measuring.network, measuring.split)
        answer = "Stopping: each run saves a checkpoint first."
        with stop_on_signal(lambda: say(answer)) as stop:
            schedule = Schedule(experiment, pictures, out, say, stop, miniature=miniature, votes=votes, count=count)
            return schedule.perform_all()


def _with_precision(experiment: Experiment | None, beginning: Beginning | None) -> Experiment | None:
    """The experiment with a precision in place of 'auto': what it was started with, or else the faster one here."""
    if experiment is None or experiment.terms.precision != "auto":
        return experiment
    precision = beginning.precision if beginning else fastest_precision(computing_device())
    return replace(experiment, terms=override(experiment.terms, {"precision": precision}))


def _opened(experiment: Experiment, place: Path, say: Callable[[str], None]) -> Store:
    """The store of the pictures, made first where it is not there yet; with a split for validation if it is read."""
    data = experiment.data
    if not place.exists():
        val_share = VAL_SHARE if experiment.measuring.split == "val" else 0.0
        say(f"Making the store {place}")
        progress = tenths(say, "Pictures of the store")
        if data.world is not None:
            make(
                data.world,
                place,
                count=data.count,
                resolution=data.resolution,
                seed=data.seed,
                test_share=data.test_share,
                val_share=val_share,
                progress=progress,
            )
        else:
            prepare(
                Path(str(data.folder)),
                place,
                resolution=data.resolution,
                label=data.label,
                test_share=data.test_share,
                val_share=val_share,
                seed=data.seed,
                progress=progress,
            )
    return Store.open(place, verify=False)
