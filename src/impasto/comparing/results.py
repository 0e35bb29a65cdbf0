"""What a comparison found so far, gathered from its runs."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import torch

from impasto.comparing.experiment import Experiment
from impasto.comparing.running import Job, cost
from impasto.config import to_dict
from impasto.data.store import Store
from impasto.errors import RecipeError
from impasto.files import read_json

__all__ = ["RESULTS_VERSION", "gather", "ratio", "spread"]

RESULTS_VERSION = 1
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
"""Quantile 0.975 of Student's distribution with 1, 2, … degrees of freedom."""


def gather(
    experiment: Experiment,
    store: Store,
    jobs: Sequence[Job],
    states: Mapping[Path, str],
    out: Path,
    *,
    miniature: bool,
    threads: int,
) -> dict[str, Any]:
    """The content of `results.json`.

    Args:
        experiment: As it was read.
        store: That all runs train on.
        jobs: All runs.
        states: Folder of a run → 'running', or why it failed; others are finished or waiting.
        out: Folder of the comparison.
        miniature: Whether this is the file's miniature.
        threads: Processor cores of each run.

    Raises:
        RecipeError: When two runs computed a metric with different recipes.
    """
    split = store.split("train", experiment.data.label)
    runs = {job.folder: _run(job, states.get(job.folder), out) for job in jobs}
    recipe = _one_recipe(runs)
    entries = []
    for entry in experiment.entry:
        own = [runs[job.folder] for job in jobs if job.entry == entry]
        told = {k: v for k, v in to_dict(entry).items() if k != "paper" or v}
        preset = entry.preset or experiment.terms.preset
        entries.append({**told, "preset": preset, "runs": own, "summary": _summary(own)})
    return {
        "version": RESULTS_VERSION,
        "name": experiment.name,
        "title": experiment.title,
        "experiment": to_dict(experiment),
        "miniature": miniature,
        "store": {
            "path": str(store.root), "hash": store.hash, "resolution": store.resolution,
            "label": experiment.data.label or store.label, "train": len(split), "test": len(store.split("test")),
            "categories": list(split.categories), "shares": list(split.shares),
        },
        "terms": {**{k: v for k, v in to_dict(experiment.terms).items() if v is not None}, "threads": threads},
        "recipe": recipe,
        "machine": {"cores": os.cpu_count(), "machine": platform.machine(), "torch": torch.__version__},
        "entries": entries,
        "ratios": _ratios(experiment, entries),
        "real": _real(runs),
    }  # fmt: skip


def spread(values: Sequence[float]) -> dict[str, Any]:
    """Mean over seeds and its 95 % interval, by Student's distribution; none of a single seed."""
    n = len(values)
    if not n:
        return {"mean": None, "interval": None, "n": 0, "values": []}
    mean = fmean(values)
    reach = _student(n) * stdev(values) / math.sqrt(n) if n > 1 else None
    ends = None if reach is None else [mean - reach, mean + reach]
    return {"mean": mean, "interval": ends, "n": n, "values": list(values)}


def ratio(above: Sequence[float], below: Sequence[float]) -> tuple[float, list[float] | None]:
    """Ratio of two entries' numbers, seed by seed: the geometric mean, and its 95 % interval.

    Args:
        above: A positive number a seed.
        below: As many, of the same seeds.
    """
    logs = spread([math.log(a / b) for a, b in zip(above, below, strict=True)])
    ends = logs["interval"]
    return math.exp(logs["mean"]), None if ends is None else [math.exp(e) for e in ends]


def _student(n: int) -> float:
    return STUDENT[n - 2] if n - 2 < len(STUDENT) else 1.96 + 2.5 / (n - 1)


def _run(job: Job, state: str | None, out: Path) -> dict[str, Any]:
    told: dict[str, Any] = {"seed": job.seed, "folder": str(job.folder.relative_to(out)), "reason": None}
    if not job.finished:
        failed = state not in (None, "running")
        return {**told, "state": "failed" if failed else state or "waiting", "reason": state if failed else None}
    result = read_json(job.folder / "result.json")
    return {
        **told,
        "state": "done",
        "cost": {**cost(job), "flops_per_picture": result["flops_per_picture"]},
        "curve": result["curve"],
        "final": result["final"],
        "painted_shares": result["painted_shares"],
        "samples": str(job.samples.relative_to(out)),
    }


def _one_recipe(runs: Mapping[Path, dict[str, Any]]) -> dict[str, Any]:
    """Recipe of every metric, which must be that of all runs."""
    found: dict[str, tuple[Path, Any]] = {}
    for folder, run in runs.items():
        for key, number in (run.get("final") or {}).items():
            if number["value"] is None:
                continue
            first, recipe = found.setdefault(key, (folder, number["recipe"]))
            if recipe != number["recipe"]:
                raise RecipeError(
                    f"{key} was measured in two ways: {recipe} in {first} and {number['recipe']} in {folder}. They "
                    f"cannot be compared; remove the result.json of those that are to be measured again, and repeat."
                )
    return {key: recipe for key, (_, recipe) in found.items()}


def _summary(runs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    finals = [run["final"] for run in runs if run["state"] == "done"]
    keys = dict.fromkeys(key for final in finals for key in final)
    return {
        key: spread([f[key]["value"] for f in finals if (f.get(key) or {}).get("value") is not None]) for key in keys
    }


def _ratios(experiment: Experiment, entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    by_name = {entry["name"]: entry for entry in entries}
    made = []
    for pair in experiment.ratio:
        above, below = (_by_seed(by_name[name]) for name in (pair.of, pair.to))
        seeds = sorted(above.keys() & below.keys())
        if seeds:
            metric = above[seeds[0]][0]
            value, ends = ratio([above[s][1] for s in seeds], [below[s][1] for s in seeds])
            made.append({"metric": metric, "of": pair.of, "to": pair.to, "value": value, "interval": ends})
    return made


def _by_seed(entry: Mapping[str, Any]) -> dict[int, tuple[str, float]]:
    """Name and value of the Fréchet distance of each finished seed."""
    found: dict[int, tuple[str, float]] = {}
    for run in entry["runs"]:
        for key, number in (run.get("final") or {}).items():
            if (key == "fid" or key.startswith("fd-")) and number["value"] is not None and number["value"] > 0:
                found.setdefault(run["seed"], (key, number["value"]))
    return found


def _real(runs: Mapping[Path, Mapping[str, Any]]) -> dict[str, float]:
    told: dict[str, float] = {}
    for run in runs.values():
        for key, number in (run.get("final") or {}).items():
            if number.get("real"):
                told.setdefault(key, number["real"]["value"])
    return told
