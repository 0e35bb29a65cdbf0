"""Compare painters on equal terms: read an experiment, run what is not run yet, write what was found."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import impasto
from impasto.comparing import report
from impasto.comparing.experiment import Data, Experiment, problems, read
from impasto.comparing.measuring import look_at_real
from impasto.comparing.results import gather
from impasto.comparing.running import Failed, Job, jobs, perform
from impasto.config import to_dict
from impasto.data.prepare import prepare
from impasto.data.store import Store
from impasto.errors import ConfigError, ImpastoError
from impasto.files import read_json, write_json
from impasto.making import make
from impasto.training.lock import locked

__all__ = ["compare", "failures"]

RECORD = "experiment.json"


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
        ImpastoError: When the pictures cannot be prepared, or the folder cannot be written.
    """
    out, say = Path(out), watch or (lambda _: None)
    experiment = read(file, miniature=miniature)
    place = Path(store) if store else out / "store"
    found = [*problems(experiment), *_of_store(experiment.data, place, given=store is not None)]
    found += _of_folder(experiment, out, place)
    if found:
        raise ConfigError(f"{file} cannot be run as it is:\n" + "\n".join(f"- {problem}" for problem in found))
    out.mkdir(parents=True, exist_ok=True)
    with locked(out):
        if not place.exists():
            say(f"Making the store {place}")
            _make(experiment.data, place)
        opened = Store.open(place, verify=False)
        write_json(
            out / RECORD, {"experiment": to_dict(experiment), "store": opened.hash, "impasto": impasto.__version__}
        )
        say("Looking at the real pictures")
        look_at_real(opened, experiment.data.label, experiment.measuring.network)
        return _Runs(experiment, opened, out, say, miniature=miniature).all()


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


def _of_folder(experiment: Experiment, out: Path, place: Path) -> list[str]:
    """What keeps a comparison from going on in a folder."""
    if not (out / RECORD).exists():
        others = out.is_dir() and {path.name for path in out.iterdir()} - {".lock", ".holder", "store"}
        return [f"{out} holds other files and is no comparison; choose another --out."] if others else []
    before = read_json(out / RECORD)
    found = []
    if before["experiment"] != _plain(experiment):
        changed = [key for key, value in _plain(experiment).items() if before["experiment"].get(key) != value]
        found.append(f"{out} was begun with another experiment (changed: {', '.join(changed)}); choose another --out.")
    try:
        now = Store.open(place, verify=False).hash if place.exists() else before["store"]
    except ImpastoError:
        return found
    if now != before["store"]:
        found.append(f"The store {place} has changed since {out} was begun; its numbers would mean something else.")
    return found


def _plain(experiment: Experiment) -> dict[str, Any]:
    """As JSON gives it back."""
    told: dict[str, Any] = json.loads(json.dumps(to_dict(experiment)))
    return told


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
        self, experiment: Experiment, store: Store, out: Path, say: Callable[[str], None], *, miniature: bool
    ) -> None:
        self.experiment, self.store, self.out, self.say, self.miniature = experiment, store, out, say, miniature
        self.jobs = jobs(experiment, out)
        self.states: dict[Path, str] = {}
        self.writing = threading.Lock()
        self.threads = max(1, (os.cpu_count() or 1) // experiment.terms.workers)

    def all(self) -> dict[str, Any]:
        """Perform what is not finished; the results."""
        waiting = [job for job in self.jobs if not job.finished]
        start = time.monotonic()
        results = self._write()
        with ThreadPoolExecutor(self.experiment.terms.workers) as pool:
            try:
                futures = [pool.submit(self._one, job) for job in waiting]
                for done, future in enumerate(as_completed(futures), 1):
                    future.result()
                    results = self._write()
                    self._tell(done, len(waiting), time.monotonic() - start)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return results

    def _one(self, job: Job) -> None:
        self.states[job.folder] = "running"
        try:
            perform(job, self.experiment, self.store.root, self.threads)
        except Failed as error:
            self.states[job.folder] = str(error)
            self.say(f"{job.entry.name}, seed {job.seed}, failed: {error}")

    def _write(self) -> dict[str, Any]:
        with self.writing:
            made = gather(self.experiment, self.store, self.jobs, dict(self.states), self.out, miniature=self.miniature)
            write_json(self.out / "results.json", made)
            report.write(made, self.out)
        return made

    def _tell(self, done: int, whole: int, passed: float) -> None:
        left = passed / done * (whole - done)
        self.say(f"{done} of {whole} runs, about {left / 60:.0f} min left")


def failures(results: dict[str, Any]) -> Sequence[str]:
    """Runs that failed, a sentence each."""
    return [
        f"{entry['name']}, seed {run['seed']}: {run['reason']}"
        for entry in results["entries"]
        for run in entry["runs"]
        if run["state"] == "failed"
    ]
