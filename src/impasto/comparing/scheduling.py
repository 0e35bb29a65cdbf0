"""Performing the runs of a comparison, a few at a time, and writing the results after each of them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

from impasto.comparing.comparison_page import write
from impasto.comparing.experiment import Experiment
from impasto.comparing.gathering import gather
from impasto.comparing.results import Results
from impasto.comparing.running import Job, RunStopped, jobs, perform, time_steps
from impasto.comparing.step_times import steps_within
from impasto.data.store import Store
from impasto.errors import ImpastoError, Interrupted
from impasto.files import write_json
from impasto.jobs.workers import cores
from impasto.sources import Run
from impasto.votes.report import votes_on

__all__ = ["Schedule"]

PAGE_SECONDS = 30.0
"""Shortest time in seconds between two versions of the page, which take processor time from the runs."""


class Schedule:
    """All runs of a comparison: which are waiting, which are under way, which failed."""

    def __init__(
        self,
        experiment: Experiment,
        store: Store,
        out: Path,
        say: Callable[[str], None],
        stop: threading.Event,
        *,
        miniature: bool,
        votes: Path | None,
        count: Callable[[int, int], None] | None = None,
    ) -> None:
        """Plan the runs; nothing is started yet.

        Args:
            experiment: The experiment, with its terms.
            store: The pictures.
            out: Folder of the comparison.
            say: Called with a line about the progress.
            stop: Ends all runs when it is set.
            miniature: Whether this is the experiment's small version.
            votes: Folder of a studio with votes on pictures of the runs.
            count: Called with how many runs are finished, of how many, at the start and after each.
        """
        self.experiment = experiment
        self.store = store
        self.out = out
        self.say = say
        self.stop = stop
        self.miniature = miniature
        self.votes = votes
        self.count = count or (lambda finished, total: None)
        self.jobs = jobs(experiment, out)
        self.states: dict[Path, str] = {}
        """Folder of a run → 'running', or why it failed."""
        available = int(os.environ.get("OMP_NUM_THREADS") or cores())
        self.threads = max(1, available // experiment.terms.workers)
        self._page_time = -PAGE_SECONDS

    def perform_all(self) -> Results:
        """Perform all runs that are not finished, and return the results.

        Raises:
            Interrupted: When `stop` was set; every run has left a checkpoint.
            MixedMethods: When runs were measured in different ways.
        """
        self._count_steps()
        waiting = [job for job in self.jobs if not job.finished]
        self._write(page=bool(waiting))
        before = len(self.jobs) - len(waiting)
        self.count(before, len(self.jobs))
        start = time.monotonic()
        with ThreadPoolExecutor(self.experiment.terms.workers) as pool:
            futures = [pool.submit(self._perform, job) for job in waiting]
            try:
                for finished, future in enumerate(as_completed(futures), 1):
                    future.result()
                    self._write(page=time.monotonic() - self._page_time > PAGE_SECONDS)
                    self.count(before + finished, len(self.jobs))
                    if not self.stop.is_set():
                        left = (time.monotonic() - start) / finished * (len(waiting) - finished)
                        self.say(f"{finished} of {len(waiting)} runs, about {left / 60:.0f} min left")
            except BaseException:
                self.stop.set()  # The others leave a checkpoint and end.
                raise
        results = self._write(page=True)
        if self.stop.is_set():
            raise Interrupted(f"Stopped. Finished runs are kept in {self.out}; the same command continues.")
        return results

    def _count_steps(self) -> None:
        """Turn the minutes of the trainings into steps, where a trial says how long a step of each takes."""
        terms = self.experiment.terms
        if terms.clock != "trial" or terms.minutes is None:
            return
        self.say("Timing a step of each entry")
        try:
            seconds = time_steps(self.experiment, self.out, self.threads, self.stop)
        except RunStopped:
            raise Interrupted("Stopped in the trial of steps; the same command begins it again.") from None
        self.jobs = [replace(job, steps=steps_within(terms.minutes, seconds[job.entry.name])) for job in self.jobs]

    def _perform(self, job: Job) -> None:
        name = f"{job.entry.name}, seed {job.seed}"
        try:
            if not self.stop.is_set():
                self.states[job.folder] = "running"
                self.say(f"{name}: {'measuring' if job.trained else 'training'}")
                perform(job, self.experiment, self.store.root, self.threads, self.stop)
        except RunStopped:
            self.states.pop(job.folder)
        except (ImpastoError, OSError) as error:
            self.states[job.folder] = str(error)
            self.say(f"{name}: failed: {error}")

    def _write(self, *, page: bool) -> Results:
        results = gather(
            self.experiment,
            self.store,
            self.jobs,
            dict(self.states),
            self.out,
            miniature=self.miniature,
            threads=self.threads,
        )
        if self.votes is not None:
            results = replace(results, votes=votes_on(self.votes, self._painters()))
        write_json(self.out / "results.json", results.to_json())
        if page:
            write(results, self.out)
            self._page_time = time.monotonic()
        return results

    def _painters(self) -> list[Path]:
        """What pictures of the runs may name as their painter: a run, or the painter inside it."""
        return [place for job in self.jobs for place in (job.folder, Run(job.folder).export) if place is not None]
