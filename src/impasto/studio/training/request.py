"""What is to be trained, checked and as a command."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from impasto import catalogue
from impasto.config import load
from impasto.errors import UnknownName, UsageError
from impasto.sources import RUNS
from impasto.studio.data.stores import NAME, folder_of
from impasto.studio.paint.request import settings_as_words
from impasto.studio.painters.settings_class import settings_class
from impasto.studio.training import learners
from impasto.texts import check_text
from impasto.training.settings import TrainSettings

__all__ = [
    "Minutes",
    "TrainRequest",
    "arguments_of",
    "check",
    "check_run_name",
    "free_name",
    "subject_of",
    "with_minutes",
]

Minutes = Annotated[float, Field(gt=0, le=100_000)]
NUMBERED = re.compile(r"^\d{4}-\d\d-\d\d-\d{3}-")
"""What a name that was chosen here begins with."""
LONGEST_SUBJECT = 60
FIELDS = frozenset(("minutes", "steps", "batch", "seed", "device"))
"""Settings of training that have a field of their own in a request."""


class TrainRequest(BaseModel):
    """A training."""

    model_config = ConfigDict(extra="forbid")

    store: str = Field(max_length=200, description="Name of the store, as /api/stores lists them.")
    painter: str | None = Field(
        default=None,
        max_length=200,
        description="Name of the painter; without it, the one that measured best for such pictures and machines.",
    )
    second_store: str | None = Field(
        default=None, max_length=200, description="Name of a second store, for painters that learn from two."
    )
    start: str | None = Field(
        default=None, max_length=4096, description="A trained painter whose weights training begins from."
    )
    preset: Literal["tiny", "small", "base"] | None = Field(
        default=None, description="How large; without it, what fits the machine."
    )
    minutes: Minutes | None = Field(default=None, description="Minutes of training, in all.")
    steps: int | None = Field(default=None, ge=1, le=10**9, description="Steps of training, in all.")
    label: str | None = Field(default=None, max_length=1000, description="Label column whose categories are learned.")
    batch: int | None = Field(default=None, ge=1, le=65_536, description="Pictures in each step.")
    seed: int | None = Field(default=None, ge=0, lt=2**63, description="Seed of the random numbers.")
    device: str | None = Field(default=None, max_length=40, description="auto, cpu or cuda.")
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Further settings, of training or of the painter, by name."
    )
    run: str | None = Field(default=None, max_length=100, description="Name of the run; a new one without it.")


def check(request: TrainRequest, home: Path) -> None:
    """Refuse what cannot be trained, as far as that is known without the pictures; the plan and the job check the rest.

    Args:
        request: The training.
        home: The working folder.

    Raises:
        UsageError: When there is no time limit, or both a painter and weights to begin from.
        UnknownName: When there is no such store or painter.
        ConfigError: When a setting is unknown or out of range.
    """
    check_text("The request", request.model_dump())
    folder_of(home, request.store)
    if request.second_store is not None:
        folder_of(home, request.second_store)
    if request.minutes is None and request.steps is None:
        raise UsageError("Say how long to train: a number of minutes, or of steps.")
    if request.painter and request.start:
        raise UsageError("A training that begins from a painter's weights trains that painter; leave the painter out.")
    general = {field.name for field in fields(TrainSettings)} - FIELDS
    of_training = {name: value for name, value in request.settings.items() if name in general}
    of_painter = {name: value for name, value in request.settings.items() if name not in general}
    load(TrainSettings, of_training, "train")
    if request.painter and request.painter not in (names := {**catalogue.painters(), **catalogue.judges()}):
        raise UnknownName("painter", request.painter, list(names))
    if request.painter and of_painter:
        learner = learners.find(request.painter)
        load(settings_class(learner.settings), of_painter, learner.name)


def arguments_of(request: TrainRequest, run: str | None) -> list[str]:
    """A request as the words of a command, as a person would type them.

    Args:
        request: The training.
        run: Name of the run; None leaves it to the command.
    """
    words = ["train", *([request.painter] if request.painter else []), f"stores/{request.store}"]
    if run is not None:
        words += ["--out", (RUNS / run).as_posix()]
    if request.second_store:
        words += ["--second-store", f"stores/{request.second_store}"]
    if request.start:
        words += ["--from", request.start]
    for name in ("preset", "minutes", "steps", "label", "batch", "seed", "device"):
        if (value := getattr(request, name)) is not None:
            words += [f"--{name}", f"{value:g}" if isinstance(value, float) else str(value)]
    return words + settings_as_words(request.settings)


def subject_of(request: TrainRequest) -> str:
    """What is trained, in a word: the painter, what it begins from, or the store."""
    return request.painter or Path(request.start or request.store).name


def with_minutes(arguments: Sequence[str], minutes: float) -> list[str]:
    """The command of a training with another limit of time, and none of steps.

    Args:
        arguments: Its words.
        minutes: Minutes of training, in all.
    """
    words = list(arguments)
    for name in ("--minutes", "--steps"):
        if name in words:
            place = words.index(name)
            del words[place : place + 2]
    return [*words, "--minutes", f"{minutes:g}"]


def check_run_name(name: str, home: Path) -> None:
    """Refuse a name for a new run.

    Args:
        name: As it was chosen.
        home: The working folder.

    Raises:
        UsageError: When it is taken, or no name.
    """
    if not NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name of a run: use letters, digits, spaces, points and hyphens.")
    if (home / RUNS / name).exists():
        raise UsageError(f"There is a run {name!r} already; choose another name.")


def free_name(subject: str, home: Path, taken: set[str]) -> str:
    """A name for a run, such as the command line would choose.

    Args:
        subject: What is trained, in a word.
        home: The working folder.
        taken: Names of runs whose jobs still wait.
    """
    today = date.today().isoformat()
    # What an earlier name began with, such as that of the run that is trained on.
    subject = NUMBERED.sub("", subject)[:LONGEST_SUBJECT].rstrip(" .")
    used = taken | ({path.name for path in (home / RUNS).iterdir()} if (home / RUNS).is_dir() else set())
    numbers = {name.removeprefix(f"{today}-").partition("-")[0] for name in used if name.startswith(today)}
    number = next(n for n in itertools.count(1) if f"{n:03d}" not in numbers)
    return f"{today}-{number:03d}-{subject}"
