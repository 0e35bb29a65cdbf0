"""The results of a comparison, gathered from the folders of its runs."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from impasto.comparing.experiment import Entry, Experiment
from impasto.comparing.findings import is_frechet
from impasto.comparing.results import (
    RESULTS_VERSION,
    EntryResults,
    Machine,
    RatioResult,
    Results,
    RunMeasurement,
    RunResults,
    StoreFacts,
    TermsFacts,
)
from impasto.comparing.running import Job, cost
from impasto.comparing.statistics import Spread, ratio_of, spread_of
from impasto.comparing.step_times import read_step_seconds
from impasto.config import to_dict
from impasto.data.store import Store
from impasto.errors import MixedMethods
from impasto.files import read_json
from impasto.metrics.records import from_plain

__all__ = ["gather"]


def gather(
    experiment: Experiment,
    store: Store,
    jobs: Sequence[Job],
    states: Mapping[Path, str],
    out: Path,
    *,
    miniature: bool,
    threads: int,
) -> Results:
    """The results, as far as the runs have come.

    Args:
        experiment: The experiment.
        store: The store that all runs train on.
        jobs: All runs.
        states: Folder of a run → 'running', or why it failed; others are finished or waiting.
        out: Folder of the comparison.
        miniature: Whether this is the file's miniature.
        threads: Processor cores of each run.

    Raises:
        MixedMethods: When two runs computed a number in different ways.
    """
    runs = {job.folder: _run(job, states.get(job.folder), out) for job in jobs}
    methods = _methods(runs)
    entries = tuple(
        _entry(entry, experiment.terms.preset, [runs[job.folder] for job in jobs if job.entry == entry])
        for entry in experiment.entry
    )
    return Results(
        version=RESULTS_VERSION,
        name=experiment.name,
        title=experiment.title,
        experiment=to_dict(experiment),
        miniature=miniature,
        store=_store_facts(store, experiment),
        terms=TermsFacts(**to_dict(experiment.terms), threads=threads, step_seconds=read_step_seconds(out)),
        methods=methods,
        machine=Machine(os.cpu_count(), platform.machine(), torch.__version__),
        entries=entries,
        ratios=_ratios(experiment, entries),
        real=_real(runs),
    )


def _store_facts(store: Store, experiment: Experiment) -> StoreFacts:
    label = experiment.data.label
    train = store.split("train", label)
    return StoreFacts(
        path=str(store.root),
        hash=store.hash,
        resolution=store.resolution,
        label=label or store.label,
        train=len(train),
        test=len(store.split(experiment.measuring.split)),
        measured=experiment.measuring.split,
        categories=train.categories,
        shares=train.shares,
    )


def _entry(entry: Entry, preset: str, runs: Sequence[RunResults]) -> EntryResults:
    values = to_dict(entry)
    return EntryResults(**{**values, "preset": entry.preset or preset}, runs=tuple(runs), summary=_summary(runs))


def _run(job: Job, state: str | None, out: Path) -> RunResults:
    folder = job.folder.relative_to(out).as_posix()
    if not job.finished:
        if state is None or state == "running":
            return RunResults(job.seed, folder, "running" if state else "waiting")
        return RunResults(job.seed, folder, "failed", reason=state)
    file = job.folder / "result.json"
    measured = from_plain(RunMeasurement, read_json(file), file)
    return RunResults(
        job.seed,
        folder,
        "done",
        cost=cost(job, measured.flops_per_picture),
        curve=measured.curve,
        final=measured.final,
        painted_shares=measured.painted_shares,
        samples=job.samples.relative_to(out).as_posix(),
    )


def _methods(runs: Mapping[Path, RunResults]) -> dict[str, Mapping[str, Any]]:
    """How every number was computed, which must be the same in all runs.

    Raises:
        MixedMethods: When it is not.
    """
    first: dict[str, tuple[Path, Mapping[str, Any]]] = {}
    for folder, run in runs.items():
        for key, number in run.final.items():
            if number.value is None:
                continue
            first_folder, method = first.setdefault(key, (folder, number.method))
            if method != number.method:
                raise MixedMethods(
                    f"{key} was measured in two ways: {dict(method)} in {first_folder} and {dict(number.method)} in "
                    f"{folder}. They cannot be compared; remove the result.json of those that are to be measured "
                    "again, and repeat."
                )
    return {key: method for key, (_, method) in first.items()}


def _summary(runs: Sequence[RunResults]) -> dict[str, Spread]:
    finals = [run.final for run in runs if run.state == "done"]
    keys = dict.fromkeys(key for final in finals for key in final)
    summary = {}
    for key in keys:
        numbers = [final[key] for final in finals if key in final]
        measured = [number for number in numbers if number.value is not None]
        values = [number.value for number in measured if number.value is not None]
        summary[key] = spread_of(values, numbers[0].bounds, intervals=[number.interval for number in measured])
    return summary


def _ratios(experiment: Experiment, entries: Sequence[EntryResults]) -> tuple[RatioResult, ...]:
    """The ratios of Fréchet distances that the experiment asks for, over the seeds that both entries have."""
    by_name = {entry.name: entry for entry in entries}
    results = []
    for pair in experiment.ratio:
        above = _frechet_by_seed(by_name[pair.of])
        below = _frechet_by_seed(by_name[pair.to])
        seeds = sorted(above.keys() & below.keys())
        if seeds:
            value, interval = ratio_of([above[s][1] for s in seeds], [below[s][1] for s in seeds])
            results.append(RatioResult(above[seeds[0]][0], pair.of, pair.to, value, interval))
    return tuple(results)


def _frechet_by_seed(entry: EntryResults) -> dict[int, tuple[str, float]]:
    """Name and value of the Fréchet distance of each finished seed."""
    by_seed: dict[int, tuple[str, float]] = {}
    for run in entry.done:
        for key, number in run.final.items():
            if is_frechet(key) and number.value:
                by_seed.setdefault(run.seed, (key, number.value))
    return by_seed


def _real(runs: Mapping[Path, RunResults]) -> dict[str, float]:
    values: dict[str, float] = {}
    for run in runs.values():
        for key, number in run.final.items():
            if number.real:
                values.setdefault(key, number.real.value)
    return values
