"""Comparisons on equal terms: what is requested becomes an experiment file, and `impasto compare` a job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from impasto.config import load
from impasto.errors import UnknownName, UsageError
from impasto.files import write_json
from impasto.studio.data.stores import NAME, StoreLine, folder_of, stores
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
        return self.name or " ".join([self.painter, self.preset, *(f"{k}={v}" for k, v in self.settings.items())])


class ExperimentRequest(BaseModel):
    """Painters to train and measure on equal terms, each with every seed."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=100, pattern=r"^[A-Za-z0-9_-]+$", description="Name of the comparison's folder.")
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
        UsageError: When names are taken or come twice, or there is nothing to measure with.
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
    values = [*(entry.title for entry in request.entries), *(f"Seed {seed}" for seed in request.seeds)]
    if twice := [value for value in values if values.count(value) > 1]:
        raise UsageError(f"{twice[0]} comes twice in the comparison; leave one out, or give another name.")
    for entry in request.entries:
        learner = learners.find(entry.painter)
        if learner.kind != "painter":
            raise UsageError(f"{entry.painter} is a judge, which paints nothing that could be compared.")
        if entry.preset not in learner.presets:
            raise UnknownName("preset", entry.preset, learner.presets)
        load(settings_class(learner.settings), entry.settings, learner.name)
    return store


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
        command=" ".join(["impasto", *arguments_of(request, studio)]),
    )


def write(request: ExperimentRequest, store: StoreLine, studio: Studio) -> None:
    """Write the experiment of a request, on its store, as the file that its command reads."""
    experiment = {
        "name": request.name,
        "title": " against ".join(entry.title for entry in request.entries),
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
