"""The runs of a comparison: each is trained and measured in processes of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impasto.comparing import step_times
from impasto.comparing.experiment import Entry, Experiment
from impasto.comparing.folder_names import folder_names
from impasto.comparing.measuring import MeasuringJob
from impasto.comparing.results import Cost
from impasto.errors import ImpastoError
from impasto.files import read_json, write_json
from impasto.memory import peak_memory
from impasto.metrics.records import to_plain
from impasto.training.checkpoint import complete
from impasto.training.journal import read_events
from impasto.training.points import POINTS, keep_point

__all__ = ["Job", "RunFailed", "RunStopped", "cost", "jobs", "perform", "time_steps"]

ASK_TO_STOP = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM)
"""Signal after which a training leaves a checkpoint; on Windows SIGTERM would end it at once."""
POLL_SECONDS = 0.5
"""Seconds between two checks of a process."""


class RunFailed(ImpastoError):
    """A run ended with an error; its message is the last that its process wrote."""


class RunStopped(ImpastoError):
    """A run was asked to stop, and did."""


@dataclass(frozen=True)
class Job:
    """One run of a comparison.

    Attributes:
        entry: The painter.
        seed: Seed of its training.
        folder: Folder of the run.
        samples: The contact sheet's file.
        steps: Steps of its training; None where only minutes count.
    """

    entry: Entry
    seed: int
    folder: Path
    samples: Path
    steps: int | None = None

    @property
    def finished(self) -> bool:
        """Whether it is trained and measured."""
        return (self.folder / "result.json").is_file()

    @property
    def trained(self) -> bool:
        """Whether its training is finished."""
        return any(event["kind"] == "end" for event in read_events(self.folder)[-3:])


def jobs(experiment: Experiment, out: Path) -> list[Job]:
    """All runs, seed by seed, so that every painter has a number early."""
    names = folder_names(entry.name for entry in experiment.entry)
    return [
        Job(
            entry,
            seed,
            out / "runs" / f"{names[entry.name]}-{seed}",
            out / "samples" / f"{names[entry.name]}-{seed}.png",
            experiment.terms.steps,
        )
        for number, seed in enumerate(experiment.terms.seeds)
        for entry in experiment.entry
        if number < (entry.trainings or len(experiment.terms.seeds))
    ]


def perform(job: Job, experiment: Experiment, store: Path, threads: int, stop: threading.Event) -> None:
    """Train and measure a run, or go on where it stopped.

    Args:
        job: The run.
        experiment: The experiment, with its terms.
        store: Folder of the pictures.
        threads: Processor cores for it.
        stop: Ends the run when it is set; a training leaves a checkpoint.

    Raises:
        RunFailed: With the last thing that the process wrote.
        RunStopped: When `stop` was set.
    """
    job.folder.parent.mkdir(parents=True, exist_ok=True)
    if not job.trained:
        peak = _run(_training_command(job, experiment, store), job.folder, "train", threads, stop)
        write_json(job.folder / "peak.json", {"peak_memory_bytes": peak})
    _keep_last_points(job.folder)
    measuring = MeasuringJob(
        store=str(store),
        label=experiment.data.label,
        count=experiment.measuring.count,
        final=experiment.measuring.final,
        points=experiment.measuring.points,
        network=experiment.measuring.network,
        samples=str(job.samples),
        split=experiment.measuring.split,
    )
    file = job.folder / "job.json"
    write_json(file, to_plain(measuring))
    command = [sys.executable, "-m", "impasto.comparing.measuring", str(job.folder), str(file)]
    _run(command, job.folder, "measure", threads, stop)
    shutil.rmtree(job.folder / POINTS, ignore_errors=True)


def _training_command(job: Job, experiment: Experiment, store: Path) -> list[str]:
    terms = experiment.terms
    entry = job.entry
    settings: dict[str, Any] = {
        **entry.settings,
        "ema": terms.ema if entry.ema is None else entry.ema,
        "precision": terms.precision,
        **({} if job.steps else {"clock": terms.clock}),
        "samples": 0,
        "checkpoint_every": experiment.measuring.every,
        "points": True,
    }
    budget = ["--steps", str(job.steps)] if job.steps else ["--minutes", str(terms.minutes)]
    return [
        *(sys.executable, "-m", "impasto", "train", entry.painter, str(store), "--out", str(job.folder)),
        *("--preset", entry.preset or terms.preset, "--seed", str(job.seed), "--batch", str(terms.batch), "--json"),
        *budget,
        *(["--label", experiment.data.label] if experiment.data.label else []),
        *(word for key, value in settings.items() for word in ("--set", f"{key}={json.dumps(value)}")),
    ]


def time_steps(experiment: Experiment, out: Path, threads: int, stop: threading.Event) -> dict[str, float]:
    """Seconds of a step of each entry, by a trial in a process of its own, or as the trial before the first run was.

    Args:
        experiment: The experiment.
        out: Folder of the comparison.
        threads: Processor cores of a training.
        stop: Ends the trial when it is set.

    Raises:
        RunFailed: With the last thing that the process wrote.
        RunStopped: When `stop` was set.
    """
    if experiment.terms.clock == "trial" and not (out / step_times.FILE).is_file():
        command = [sys.executable, "-m", "impasto.comparing.step_times", str(out)]
        _run(command, out / "steps", "trial", threads, stop)
    return step_times.read_step_seconds(out)


def _run(command: list[str], folder: Path, name: str, threads: int, stop: threading.Event) -> int | None:
    """Run a process to its end; returns the most memory it held, in bytes, where the system tells it."""
    log = folder.with_name(f"{folder.name}.{name}.log")
    env = {**os.environ, "OMP_NUM_THREADS": str(threads)}
    peak = None
    with log.open("w", encoding="utf8") as output:
        # In a group of its own, so that Ctrl-C on a terminal reaches it once, from here.
        process = subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            process_group=0,
            # How Windows makes a group.
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        try:
            while process.poll() is None:
                if stop.wait(POLL_SECONDS):
                    process.send_signal(ASK_TO_STOP)
                    process.wait()
                    raise RunStopped(f"{folder} was asked to stop.")
                peak = peak_memory(process.pid) or peak
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if process.returncode:
        raise RunFailed(f"{_last_words(log, process.returncode)} (its whole output: {log})")
    return peak


def _last_words(log: Path, code: int) -> str:
    """The last line that a process wrote, or which signal ended it."""
    if code < 0:
        name = signal.Signals(-code).name
        hint = "; memory may have run out: fewer workers or a smaller batch take less" if name == "SIGKILL" else ""
        return f"The process was ended by {name}{hint}."
    lines = log.read_text(encoding="utf8", errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), f"It ended with exit code {code}.")


def _keep_last_points(run: Path) -> None:
    """Keep points from the checkpoints of a training that kept none itself, as version 0.1.0 did."""
    for checkpoint in sorted((run / "checkpoints").glob("step-*")):
        if complete(checkpoint):
            keep_point(checkpoint)


def cost(job: Job, flops_per_picture: float) -> Cost:
    """What a finished run took.

    Args:
        job: The run.
        flops_per_picture: Floating-point operations of training on one picture.
    """
    facts = read_json(job.folder / "painter" / "config.json")["facts"]["training"]
    peak = job.folder / "peak.json"
    # The last one: what was begun anew has others before it.
    plans = [event for event in read_events(job.folder) if event["kind"] == "plan"] or [{}]
    return Cost(
        seconds=facts["seconds"],
        processor_seconds=facts["processor_seconds"],
        steps=facts["steps"],
        pictures=facts["pictures"],
        parameters=plans[-1].get("parameters"),
        peak_memory_bytes=read_json(peak)["peak_memory_bytes"] if peak.is_file() else None,
        flops_per_picture=flops_per_picture,
    )
