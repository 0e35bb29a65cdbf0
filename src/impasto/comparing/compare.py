"""Compare painters on equal terms: read an experiment, run what is not run yet, write what was found."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Any

import impasto
from impasto.comparing.comparison_page import write
from impasto.comparing.experiment import Data, Experiment, read
from impasto.comparing.measuring import embed_real
from impasto.comparing.results import gather
from impasto.comparing.running import Job, Stopped, jobs, perform
from impasto.config import to_dict
from impasto.data.prepare import prepare
from impasto.data.store import Store
from impasto.errors import ConfigError, ImpastoError
from impasto.files import read_json, write_json
from impasto.jobs.workers import cores
from impasto.machine import cost_of, default_device, fastest_precision
from impasto.making import make
from impasto.training.lock import locked
from impasto.training.signals import stop_on_signal

__all__ = ["compare", "failures"]

RECORD = "experiment.json"
PAGE_SECONDS = 30.0
"""Shortest time between two drawings of the page, which take processor time from the runs."""


def compare(
    file: str | Path,
    out: str | Path,
    *,
    store: str | Path | None = None,
    miniature: bool = False,
    watch: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Train and measure every painter of an experiment with every seed, or go on where it stopped.

    Args:
        file: The experiment, in TOML; see `comparing.experiment`.
        out: Folder for store, runs, `results.json`, `report.html`, `tables.md` and `figures/`.
        store: Pictures to use instead of those that the file names.
        miniature: Whether the file's section `miniature` counts.
        watch: Told in words how far it is.

    Returns:
        The content of `results.json`. Runs that failed are in state 'failed', with the reason.

    Raises:
        ConfigError: With all problems at once, before anything runs.
        RecipeError: When runs were measured in different ways.
        KeyboardInterrupt: When Ctrl-C or SIGTERM asked to stop; every run has left a checkpoint.
        ImpastoError: When the pictures cannot be prepared, or the folder cannot be written.
    """
    out, say = Path(out), watch or (lambda _: None)
    draft, before = read(file, miniature=miniature), _record(out)
    place = Path(store or (before or {}).get("place") or out / "store")
    found = draft.problems + (_of_store(draft.data, place, given=store is not None) if draft.data else [])
    experiment = _with_precision(draft.experiment, before)
    found += _of_folder(out, before, experiment, place)
    if found or experiment is None:
        raise ConfigError(f"{file} cannot be run as it is:\n" + "\n".join(f"- {problem}" for problem in found))
    precision = experiment.terms.precision
    if precision != "auto" and (cost := cost_of(precision, default_device())):
        say(f"{cost}; leave terms.precision out to train in the faster one.")
    out.mkdir(parents=True, exist_ok=True)
    with locked(out):
        if not place.exists():
            say(f"Making the store {place}")
            _make(experiment.data, place)
        opened = Store.open(place, verify=False)
        if before is None:
            told = {"experiment": to_dict(experiment), "store": opened.hash, "place": str(place)}
            write_json(out / RECORD, {**told, "impasto": impasto.__version__})
        elif opened.hash != before["store"]:
            raise ConfigError(_changed(place, out))
        say("Embedding the real pictures")
        embed_real(opened, experiment.data.label, experiment.measuring.network)
        with stop_on_signal() as stop:
            return _Runs(experiment, opened, out, say, stop, miniature=miniature).all()


def _record(out: Path) -> dict[str, Any] | None:
    """What the folder's comparison was begun with."""
    if not (out / RECORD).is_file():
        return None
    told: dict[str, Any] = read_json(out / RECORD)
    return told


def _with_precision(experiment: Experiment | None, before: dict[str, Any] | None) -> Experiment | None:
    """The experiment with a precision in place of 'auto': what it was begun with, or else the faster one here."""
    if experiment is None or experiment.terms.precision != "auto":
        return experiment
    begun = before["experiment"]["terms"]["precision"] if before else None
    precision = begun or fastest_precision(default_device())
    return replace(experiment, terms=replace(experiment.terms, precision=precision))


def _of_store(data: Data, place: Path, *, given: bool) -> list[str]:
    if not place.exists():
        if given:
            return [f"There is no store {place}; make it with: impasto data prepare FOLDER --out {place}"]
        if data.folder is None and data.world is None:
            return ["data names neither a folder nor a world, and no --store was given."]
        if data.folder is not None and not Path(data.folder).is_dir():
            return [f"data.folder = {data.folder!r} is no folder; name one, or give a store with --store."]
        return []
    try:
        store = Store.open(place)
    except ImpastoError as error:
        return [str(error)]
    found = []
    if store.resolution != data.resolution:
        found.append(f"{place} holds pictures of {store.resolution} px, and data.resolution is {data.resolution}.")
    if data.label is not None and data.label not in store.label_columns:
        found.append(f"{place} has no label column {data.label!r}; it has: {', '.join(store.label_columns) or 'none'}.")
    return found


def _of_folder(out: Path, before: dict[str, Any] | None, experiment: Experiment | None, place: Path) -> list[str]:
    """What keeps a comparison from being begun in a folder, or from going on there."""
    if out.is_file():
        return [f"{out} is a file; choose another --out."]
    if before is None:
        others = {path.name for path in out.iterdir()} - {".lock", ".holder", "store"} if out.is_dir() else set()
        return [f"{out} holds other files and is no comparison; choose another --out."] if others else []
    found = []
    if experiment is not None and before["experiment"] != (now := json.loads(json.dumps(to_dict(experiment)))):
        changed = [key for key, value in now.items() if before["experiment"].get(key) != value]
        found.append(f"{out} was begun with another experiment (changed: {', '.join(changed)}); choose another --out.")
    try:
        same = not place.exists() or Store.open(place, verify=False).hash == before["store"]
    except ImpastoError:
        same = True  # What is wrong with it was said already.
    return found if same else [*found, _changed(place, out)]


def _changed(place: Path, out: Path) -> str:
    return (
        f"The store {place} is not the one that {out} was begun with, so that its finished runs would stand beside "
        "others of other pictures. Bring the old store back, or choose another --out."
    )


def _make(data: Data, place: Path) -> None:
    if data.world is not None:
        make(data.world, place, count=data.count, resolution=data.resolution, seed=data.seed)
    else:
        prepare(
            Path(str(data.folder)), place, resolution=data.resolution, label=data.label, test_share=data.test_share,
            seed=data.seed,
        )  # fmt: skip


class _Runs:
    """The runs of a comparison, a few side by side."""

    def __init__(
        self,
        experiment: Experiment,
        store: Store,
        out: Path,
        say: Callable[[str], None],
        stop: threading.Event,
        *,
        miniature: bool,
    ) -> None:
        self.experiment, self.store, self.out, self.say, self.stop = experiment, store, out, say, stop
        self.miniature, self.jobs, self.states = miniature, jobs(experiment, out), dict[Path, str]()
        workers = experiment.terms.workers
        self.threads = max(1, int(os.environ.get("OMP_NUM_THREADS") or cores()) // workers)
        self.drawn = -PAGE_SECONDS

    def all(self) -> dict[str, Any]:
        """Perform what is not finished; the results."""
        waiting = [job for job in self.jobs if not job.finished]
        self._write(page=bool(waiting))
        self.began = time.monotonic()
        with ThreadPoolExecutor(self.experiment.terms.workers) as pool:
            futures = [pool.submit(self._one, job) for job in waiting]
            try:
                for done, future in enumerate(as_completed(futures), 1):
                    future.result()
                    self._write(page=time.monotonic() - self.drawn > PAGE_SECONDS)
                    if not self.stop.is_set():
                        self._tell(done, len(waiting))
            except BaseException:
                self.stop.set()  # The others leave a checkpoint and end.
                raise
        results = self._write(page=True)
        if self.stop.is_set():
            raise KeyboardInterrupt
        return results

    def _one(self, job: Job) -> None:
        name = f"{job.entry.name}, seed {job.seed}"
        try:
            if not self.stop.is_set():
                self.states[job.folder] = "running"
                self.say(f"{name}: {'measuring' if job.trained else 'training'}")
                perform(job, self.experiment, self.store.root, self.threads, self.stop)
        except Stopped:
            self.states.pop(job.folder)
        except (ImpastoError, OSError) as error:
            self.states[job.folder] = str(error)
            self.say(f"{name}: failed: {error}")

    def _write(self, *, page: bool) -> dict[str, Any]:
        made = gather(
            self.experiment, self.store, self.jobs, dict(self.states), self.out,
            miniature=self.miniature, threads=self.threads,
        )  # fmt: skip
        write_json(self.out / "results.json", made)
        if page:
            write(made, self.out)
            self.drawn = time.monotonic()
        return made

    def _tell(self, done: int, whole: int) -> None:
        seconds = (time.monotonic() - self.began) / done * (whole - done)
        self.say(f"{done} of {whole} runs, about {seconds / 60:.0f} min left")


def failures(results: dict[str, Any]) -> Sequence[str]:
    """Runs that failed, a sentence each."""
    return [
        f"{entry['name']}, seed {run['seed']}: {run['reason']}"
        for entry in results["entries"]
        for run in entry["runs"]
        if run["state"] == "failed"
    ]
