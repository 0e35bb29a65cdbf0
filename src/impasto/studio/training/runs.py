"""Runs as the pages show them: read from `run.json` and the journal of a run folder, without torch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from impasto.errors import ImpastoError, UnknownName
from impasto.files import read_json, read_json_lines
from impasto.sources import RUNS
from impasto.studio.data.stores import NAME
from impasto.studio.jobs.view import JobView
from impasto.studio.language import text
from impasto.studio.problems import damage_named
from impasto.studio.sentences import translated
from impasto.training.losses import HELD_OUT, Losses, summary
from impasto.training.nearness import COPYING, Nearness, copying_summary

__all__ = [
    "Curve",
    "RunLine",
    "RunView",
    "SampleView",
    "Trouble",
    "events_of",
    "line_of",
    "run_folder",
    "runs",
    "sample_file",
    "view_of",
]

POINTS = 300
"""Most points of a curve that are sent; of more, evenly spaced ones."""
SAMPLE = re.compile(r"step-\d{9}\.png")
TROUBLES = ("skip", "rollback", "interrupted", "failed", "warning", "remark")
MOST_TROUBLES = 50


class Curve(BaseModel):
    """A value by step."""

    name: str
    points: list[tuple[int, float]] = Field(description="Step and value, oldest first.")


class SampleView(BaseModel):
    """Pictures that were painted after a step, the same ones each time."""

    step: int
    address: str


class Trouble(BaseModel):
    """Something out of the ordinary."""

    step: int
    kind: str = Field(description="skip, rollback, interrupted, failed, warning or remark.")
    sentence: str


class RunLine(BaseModel):
    """A run in the list of all."""

    name: str = Field(description="Of its folder in `runs`.")
    source: str = Field(description="The word that commands name it by.")
    painter: str = Field(default="", description="Name in the catalogue of what is trained.")
    store: str = Field(default="", description="The pictures that it learns from.")
    preset: str = ""
    seed: int | None = None
    step: int = Field(default=0, description="Steps made.")
    horizon: int = Field(default=0, description="Steps planned in all.")
    seconds: float = Field(default=0.0, description="Seconds of training so far.")
    speed: float = Field(default=0.0, description="Pictures a second.")
    parameters: int | None = Field(default=None, description="Numbers that it consists of.")
    held_out_loss: float | None = Field(default=None, description="The lowest loss of pictures held out.")
    best_step: int | None = Field(default=None, description="The step after which that was so.")
    ended: bool = Field(default=False, description="Whether it made all its steps.")
    exported: bool = Field(default=False, description="Whether there is a painter to paint with.")
    sample: str = Field(default="", description="Address of the newest samples; '' without any.")
    measured: bool = Field(default=False, description="Whether it was measured by `impasto measure`.")
    error: str = Field(default="", description="Why it cannot be read; '' where it can.")


class RunView(BaseModel):
    """A run: how far it is, what it learned, and how its pictures came to be."""

    line: RunLine
    job: JobView | None = Field(description="Its newest job of this studio, if any.")
    share: float = Field(description="Share that is done, 0 to 1.")
    remaining: float | None = Field(description="Seconds that are left.")
    precision: str
    batch: int
    pictures: int = Field(description="Training pictures.")
    passes: float = Field(description="How often each was seen.")
    curves: list[Curve] = Field(description="What training logged, averaged between two lines of the journal.")
    held_out: list[Losses] = Field(description="Losses of pictures held out, and of as many training pictures.")
    verdict: str = Field(description="What these losses say, and which checkpoint is the best and why.")
    copies: list[tuple[int, float, float]] = Field(
        description="Step; share of the painted pictures that lie near to a training picture; share expected by chance."
    )
    copying: str = Field(description="What these shares say.")
    samples: list[SampleView]
    troubles: list[Trouble] = Field(description="What the watchdog and the command said, newest first.")
    settings: dict[str, Any] = Field(description="Settings of the painter and of the training.")
    command: str = Field(description="The same as a command; '' where it was not begun in this studio.")


def runs(home: Path) -> list[RunLine]:
    """All runs of a working folder, the newest first."""
    files = sorted((home / RUNS).glob("*/run.json"), key=_time, reverse=True)
    return [_line(file.parent, _stamp(file.parent)) for file in files if NAME.fullmatch(file.parent.name)]


def run_folder(home: Path, name: str) -> Path:
    """The folder of a run.

    Raises:
        UnknownName: When there is none of that name.
    """
    folder = home / RUNS / name
    if not NAME.fullmatch(name) or not (folder / "run.json").is_file():
        raise UnknownName("run", name, [file.parent.name for file in (home / RUNS).glob("*/run.json")])
    return folder


def sample_file(home: Path, name: str, file: str) -> Path:
    """A file of samples; the address only chooses among those that are there.

    Raises:
        UnknownName: When there is none.
    """
    path = run_folder(home, name) / "samples" / file
    if not SAMPLE.fullmatch(file) or path.is_symlink() or not path.is_file():
        raise UnknownName("sample", file, [])
    return path


def view_of(home: Path, name: str, job: JobView | None) -> RunView:
    """All that a page shows of a run.

    Args:
        home: The working folder.
        name: Of the run.
        job: Its newest job.

    Raises:
        UnknownName: When there is no such run.
        ImpastoError: When it cannot be read.
    """
    folder = run_folder(home, name)
    with damage_named(folder):
        return _view(folder, job)


def _view(folder: Path, job: JobView | None) -> RunView:
    description = _description(folder)
    events = events_of(folder)
    line = line_of(folder, events)
    train = [event for event in events if event["kind"] == "train"]
    losses = Losses.of_events(events)
    nearnesses = Nearness.of_events(events)
    batch = int(description["settings"]["batch"])
    pictures = int(description["store"]["pictures"])
    return RunView(
        line=line,
        job=job,
        share=line.step / max(1, line.horizon),
        remaining=train[-1]["eta"] if train and not line.ended else None,
        precision=str(description.get("precision", "")),
        batch=batch,
        pictures=pictures,
        passes=line.step * batch / max(1, pictures),
        curves=_curves(train),
        held_out=_thinned(losses),
        verdict=translated(summary(losses)),
        copies=[(each.step, each.share, each.expected) for each in _thinned(nearnesses)],
        copying=translated(copying_summary(nearnesses)),
        samples=[SampleView(step=step, address=_address(folder.name, file)) for step, file in _samples(folder, events)],
        troubles=_troubles(events),
        settings={**description["config"], **description["settings"]},
        command=job.command if job else "",
    )


def line_of(folder: Path, events: Sequence[dict[str, Any]]) -> RunLine:
    """A run in the list of all.

    Args:
        folder: Of the run.
        events: Its journal.
    """
    source = (RUNS / folder.name).as_posix()
    try:
        description = _description(folder)
        losses = Losses.of_events(events)
        best = min(losses, key=lambda each: each.held_out) if losses else None
        last: dict[str, Any] = next((event for event in reversed(events) if event["kind"] == "train"), {})
        plan: dict[str, Any] = next((event for event in reversed(events) if event["kind"] == "plan"), {})
        samples = _samples(folder, events)
        return RunLine(
            name=folder.name,
            source=source,
            painter=str(description["painter"]),
            store=Path(description["store"]["store"]).name,
            preset=str(description.get("facts", {}).get("preset", "")),
            seed=description["settings"].get("seed"),
            step=int(last.get("step", 0)),
            horizon=int(last.get("horizon") or plan.get("horizon") or 0),
            seconds=float(last.get("elapsed") or 0),
            speed=float(last.get("speed") or 0),
            parameters=plan.get("parameters"),
            held_out_loss=best.held_out if best else None,
            best_step=best.step if best else None,
            ended=bool(events) and any(event["kind"] == "end" for event in events[-3:]),
            exported=(folder / "painter" / "config.json").is_file(),
            sample=_address(folder.name, samples[-1][1]) if samples else "",
            measured=(folder / "measure" / "measure.json").is_file(),
        )
    except (ImpastoError, AttributeError, LookupError, TypeError, ValueError) as error:
        sentence = str(error) if isinstance(error, ImpastoError) else f"Its files cannot be read ({error!r})."
        return RunLine(name=folder.name, source=source, error=sentence)


@lru_cache(maxsize=1000)
def _line(folder: Path, stamp: tuple[tuple[int, int], ...]) -> RunLine:
    """The line of a run, read again only when its files have changed."""
    return line_of(folder, events_of(folder))


def _stamp(folder: Path) -> tuple[tuple[int, int], ...]:
    """Sizes and times of the files that a line is made of."""
    stamps = []
    for name in ("run.json", "events.jsonl", "measure/measure.json", "painter/config.json"):
        try:
            state = (folder / name).stat()
            stamps.append((state.st_size, state.st_mtime_ns))
        except OSError:
            stamps.append((0, 0))
    return tuple(stamps)


def _description(folder: Path) -> dict[str, Any]:
    description = read_json(folder / "run.json")
    return {"store": description.get("data"), **description}  # As runs of version 0.1.0 have it.


def events_of(folder: Path) -> list[dict[str, Any]]:
    """The journal of a run, which may be written at this moment; empty where there is none yet."""
    try:
        return [event for event in read_json_lines(folder / "events.jsonl") if isinstance(event, dict)]
    except OSError:
        return []


def _curves(train: Sequence[dict[str, Any]]) -> list[Curve]:
    """The curve of each value that training logged; losses come first."""
    names = list(dict.fromkeys(name for event in train for name in event["logs"]))
    names.sort(key=lambda name: not name.endswith("/loss"))
    curves = []
    for name in names:
        points = [(event["step"], event["logs"][name]) for event in train if event["logs"].get(name) is not None]
        curves.append(Curve(name=name, points=_thinned(points)))
    return curves


def _thinned(values: Sequence[Any]) -> list[Any]:
    """Evenly spaced ones of many values, the first and the last among them."""
    if len(values) <= POINTS:
        return list(values)
    return [values[round(i * (len(values) - 1) / (POINTS - 1))] for i in range(POINTS)]


def _samples(folder: Path, events: Sequence[dict[str, Any]]) -> list[tuple[int, str]]:
    """Step and name of each file of samples, oldest first."""
    files = {event["step"]: Path(event["file"]).name for event in events if event["kind"] == "sample"}
    return [(step, file) for step, file in sorted(files.items()) if (folder / "samples" / file).is_file()]


def _troubles(events: Sequence[dict[str, Any]]) -> list[Trouble]:
    sentences = {"interrupted": text("It was stopped here, and kept a checkpoint."), "failed": text("It failed.")}
    troubles = []
    for event in events:
        warning = event.get("message") if event["kind"] == COPYING else event.get("warning")
        if event["kind"] in TROUBLES:
            sentence = event.get("message") or event.get("reason") or sentences.get(event["kind"], event["kind"])
            troubles.append(Trouble(step=event["step"], kind=event["kind"], sentence=translated(sentence)))
        elif warning and event["kind"] in (COPYING, HELD_OUT, "plan"):
            troubles.append(Trouble(step=event["step"], kind="warning", sentence=translated(warning)))
    return troubles[::-1][:MOST_TROUBLES]


def _address(name: str, file: str) -> str:
    return f"/api/runs/{name}/samples/{file}"


def _time(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:  # It may go while the list is sorted.
        return 0.0
