"""Comparisons on equal terms: what is requested becomes an experiment file, and `impasto compare` a job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from impasto.config import load
from impasto.errors import UnknownName, UsageError
from impasto.files import write_json
from impasto.studio.data.stores import NAME, StoreLine, folder_of, stores
from impasto.studio.jobs.commands import as_typed
from impasto.studio.painters.settings_class import settings_class
from impasto.studio.studio import Studio
from impasto.studio.training import learners
from impasto.studio.training.request import Minutes
from impasto.texts import check_text

__all__ = ["COMPARISONS", "ExperimentPlan", "ExperimentRequest", "arguments_of", "checked_store", "plan_of", "write"]

COMPARISONS = Path("comparisons")
"""Folder of comparisons in the working folder, as `runs` is that of runs."""
EVERY = 500
"""Steps between two checkpoints, out of which points of the curves are chosen."""
POINTS = 3
"""Points of each curve, at most."""
FEW = 200
"""Pictures painted for such a point, at most."""
SIDES = range(8, 1025)
"""Heights and widths of pictures, in pixels, that an experiment takes."""
LONGEST_NAME = 200
"""Most letters of the name of an entry in an experiment."""
LONGEST_TITLE = 1000
"""Most letters of the title of an experiment."""
Seed = Annotated[int, Field(ge=0, lt=2**63)]


class EntryRequest(BaseModel):
    """A painter in the comparison."""

    model_config = ConfigDict(extra="forbid")

    painter: str = Field(max_length=100, description="Name of a painter that learns.")
    preset: str = Field(default="tiny", max_length=100, description="How large.")
    name: str = Field(default="", max_length=100, description="How tables call it; painter and preset without it.")
    settings: dict[str, Any] = Field(default_factory=dict, description="Settings that differ from the preset.")

    @property
    def title(self) -> str:
        """How tables call it."""
        words = [self.painter, self.preset, *(f"{name}={value}" for name, value in self.settings.items())]
        return self.name or _shortened(" ".join(words), LONGEST_NAME)


class ExperimentRequest(BaseModel):
    """Painters to train and measure on equal terms, each with every seed."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        max_length=100, pattern=r"^[A-Za-z0-9_][A-Za-z0-9_-]*$", description="Name of the comparison's folder."
    )
    store: str = Field(max_length=200, description="Name of the store, as /api/stores lists them.")
    entries: list[EntryRequest] = Field(min_length=1, max_length=12)
    minutes: Minutes = Field(default=5, description="Minutes of each training.")
    seeds: list[Seed] = Field(
        default=[0, 1, 2], min_length=1, max_length=20, description="Each painter is trained once with each."
    )
    batch: int = Field(default=32, ge=1, le=65_536, description="Pictures in a step.")
    clock: Literal["wall", "processor"] = Field(
        default="wall",
        description="Whose minutes: on the clock, or of the processor, which other work does not change.",
    )
    pictures: int = Field(default=500, ge=50, le=1_000_000, description="Painted and measured after each training.")


class ExperimentPlan(BaseModel):
    """What a comparison will take."""

    trainings: int = Field(description="How many there will be.")
    seconds: float = Field(description="Of all trainings, one after the other.")
    pictures: int = Field(description="Painted and measured in all, at most; the time of that is not known before.")
    measured_against: int = Field(description="Pictures held out.")
    warning: str = Field(description="What one should know; '' for nothing.")
    command: str = Field(description="The same as a command.")


def checked_store(request: ExperimentRequest, home: Path) -> StoreLine:
    """The store of a comparison that can begin.

    Raises:
        UnknownName: When there is no such store, painter or preset.
        UsageError: When names are taken or come twice, there is nothing to measure with, or a painter cannot be trained
            on such pictures or without a setting that is missing.
        ConfigError: When a setting is unknown or out of range.
    """
    check_text("The request", request.model_dump())
    folder_of(home, request.store)
    store = next(line for line in stores(home) if line.name == request.store)
    if store.error:
        raise UsageError(store.error)
    if (home / COMPARISONS / request.name).exists():
        raise UsageError(f"There is a comparison {request.name!r} already; choose another name.")
    if not store.test:
        raise UsageError(f"{request.store} holds out no pictures to measure with; import it again with some.")
    if store.height != store.width or store.height not in SIDES:
        raise UsageError(
            f"{store.name} holds pictures of {store.height} × {store.width} px (height × width), and a comparison "
            f"takes squares of {SIDES[0]} to {SIDES[-1]} px; import them again in such a size."
        )
    values = [*(entry.title for entry in request.entries), *(f"Seed {seed}" for seed in request.seeds)]
    if twice := [value for value in values if values.count(value) > 1]:
        raise UsageError(f"{twice[0]} comes twice in the comparison; leave one out, or give another name.")
    for entry in request.entries:
        _check_entry(entry, store)
    return store


def _check_entry(entry: EntryRequest, store: StoreLine) -> None:
    """Refuse a painter that cannot be trained on a store."""
    learner = learners.find(entry.painter)
    if learner.kind != "painter":
        raise UsageError(f"{entry.painter} is a judge, which paints nothing that could be compared.")
    if entry.preset not in learner.presets:
        raise UnknownName("preset", entry.preset, learner.presets)
    load(settings_class(learner.settings), entry.settings, learner.name)
    for name in learner.needed_settings:
        if not entry.settings.get(name):
            raise UsageError(f"{learner.name} needs the setting {name}; give it, or leave {learner.name} out.")
    if store.height not in learner.sides:
        raise UsageError(
            f"{learner.name} cannot learn pictures of {store.height} px, as {store.name} holds them, but of "
            f"{learner.sides_in_words}; leave it out, or choose another store."
        )
    if store.frames > 1 and not learner.clips:
        raise UsageError(
            f"{learner.name} learns single pictures, and {store.name} holds clips; leave it out, or choose another "
            "store."
        )


def plan_of(request: ExperimentRequest, studio: Studio) -> ExperimentPlan:
    """What a comparison will take; exceptions as of `checked_store`."""
    store = checked_store(request, studio.settings.home)
    trainings = len(request.entries) * len(request.seeds)
    few = "With fewer than three seeds nothing is known of how much trainings differ by chance."
    return ExperimentPlan(
        trainings=trainings,
        seconds=60 * trainings * request.minutes,
        pictures=trainings * (request.pictures + POINTS * min(FEW, request.pictures)),
        measured_against=store.test,
        warning=few if len(request.seeds) < 3 else "",
        command=as_typed(arguments_of(request, studio)),
    )


def write(request: ExperimentRequest, store: StoreLine, studio: Studio) -> None:
    """Write the experiment of a request, on its store, as the file that its command reads."""
    experiment = {
        "name": request.name,
        "title": _shortened(" against ".join(entry.title for entry in request.entries), LONGEST_TITLE),
        "data": {"resolution": store.height, "label": store.label},
        "terms": {
            "minutes": request.minutes,
            "clock": request.clock,
            "batch": request.batch,
            "seeds": request.seeds,
        },
        "measuring": {"every": EVERY, "points": POINTS, "count": min(FEW, request.pictures), "final": request.pictures},
        "entry": [
            {"name": entry.title, "painter": entry.painter, "preset": entry.preset, "settings": entry.settings}
            for entry in request.entries
        ],
    }
    write_json(_file(request, studio), experiment)


def arguments_of(request: ExperimentRequest, studio: Studio) -> list[str]:
    """The words of the command."""
    file = studio.as_typed(_file(request, studio))
    out = (COMPARISONS / request.name).as_posix()
    return ["compare", file, "--out", out, "--store", f"stores/{request.store}"]


def _file(request: ExperimentRequest, studio: Studio) -> Path:
    assert NAME.fullmatch(request.name)
    return studio.settings.folder / "comparisons" / f"{request.name}.json"


def _shortened(text: str, most: int) -> str:
    """A text of so many letters at most."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
