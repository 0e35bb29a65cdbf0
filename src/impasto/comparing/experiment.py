"""Experiment files: which painters are compared, on which pictures, on what terms."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from impasto import catalogue
from impasto.config import Field, config, load
from impasto.errors import ConfigError, ImpastoError, UnknownName
from impasto.worlds import WORLDS

__all__ = ["Data", "Entry", "Experiment", "Measuring", "Ratio", "Terms", "problems", "read", "slug"]


@config
class Data:
    """The pictures: a folder to prepare, or a world to paint; or a store that the command names.

    Attributes:
        folder: A folder of pictures.
        world: Name of a world.
        count: Pictures of the world.
        resolution: Rows and columns.
        label: Label column whose categories the painters learn; the store's own default without it.
        test_share: Share of a folder's pictures kept for measuring.
        seed: Of the world, and of the split.
    """

    folder: str | None = None
    world: str | None = None
    count: int = Field(default=2000, ge=1)
    resolution: int = Field(default=64, ge=8, le=2048)
    label: str | None = None
    test_share: float = Field(default=0.4, gt=0, lt=1)
    seed: int = Field(default=0, ge=0)


@config
class Terms:
    """What is the same for all painters. Give `steps` or `minutes`.

    Attributes:
        steps: Steps of training.
        minutes: Minutes of training.
        batch: Pictures a step.
        precision: Of the training's arithmetic.
        preset: Of all painters, where an entry names no other.
        seeds: Every entry is trained once with each.
        ema: Half-life of the averaged weights in thousands of pictures; 0 measures the last weights.
        workers: Runs side by side; each has an equal share of the processor cores.
    """

    steps: int | None = Field(default=None, ge=1)
    minutes: float | None = Field(default=None, gt=0)
    batch: int = Field(default=32, ge=1)
    precision: Literal["fp32", "bf16"] = "bf16"
    preset: str = "base"
    seeds: tuple[int, ...] = (0, 1, 2)
    ema: float = Field(default=10.0, ge=0)
    workers: int = Field(default=1, ge=1, le=64)


@config
class Measuring:
    """What is measured, and when.

    Attributes:
        every: Steps between two points of the curves.
        points: Most points of a curve; where there are more checkpoints, evenly spaced ones are measured.
        count: Pictures painted for a point.
        final: Pictures painted at the end.
        network: Feature network; 'auto' takes the best whose weights are at hand.
    """

    every: int = Field(default=500, ge=1)
    points: int = Field(default=100, ge=1)
    count: int = Field(default=2000, ge=50)
    final: int = Field(default=2000, ge=50)
    network: str = "auto"


@config
class Entry:
    """A painter in the comparison.

    Attributes:
        name: As it stands in tables.
        painter: Its name in the catalogue.
        preset: Where it is not that of the terms.
        settings: Of its config, where they differ from the preset.
        paper: The numbers that a paper gives for it: fid, is, ssim, lpips, sd.
    """

    name: str = Field(min_length=1)
    painter: str
    preset: str | None = None
    settings: dict[str, Any] = Field(default_factory=dict)
    paper: dict[str, float] = Field(default_factory=dict)


@config
class Ratio:
    """Two entries whose Fréchet distances are set in proportion.

    Attributes:
        of: The entry above the line.
        to: The one below it.
    """

    of: str
    to: str


@config
class Experiment:
    """A comparison, as its file says.

    Attributes:
        name: Short, of letters, digits, '-' and '_'.
        title: A sentence.
        data: The pictures.
        terms: What is equal.
        measuring: What is measured.
        entry: The painters.
        ratio: What is set in proportion.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    title: str = ""
    data: Data = Field(default_factory=Data)
    terms: Terms = Field(default_factory=Terms)
    measuring: Measuring = Field(default_factory=Measuring)
    entry: tuple[Entry, ...] = ()
    ratio: tuple[Ratio, ...] = ()


def read(file: str | Path, *, miniature: bool = False) -> Experiment:
    """The experiment of a TOML file.

    Args:
        file: Sections `data`, `terms`, `measuring`, `[[entry]]`, `[[ratio]]`, and `miniature` with values
            of the first three that the miniature changes.
        miniature: Whether the miniature is meant.

    Raises:
        ConfigError: When the file is missing or is no TOML, or with all problems of its values at once.
    """
    try:
        told = tomllib.loads(Path(file).read_text(encoding="utf8"))
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}). Name an experiment file.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} is no TOML: {error}.") from None
    smaller = told.pop("miniature", None)
    if miniature:
        if not isinstance(smaller, dict):
            raise ConfigError(f"{file} has no section [miniature]; run it whole, without --miniature.")
        for section, values in smaller.items():
            told[section] = {**told.get(section, {}), **values} if isinstance(values, dict) else values
    return load(Experiment, told)


def problems(experiment: Experiment) -> list[str]:
    """Everything about an experiment that could not be run, a sentence each."""
    return [*_of_terms(experiment), *_of_data(experiment.data), *_of_entries(experiment)]


def slug(name: str, seed: int) -> str:
    """The folder of a run."""
    return f"{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}-{seed}"


def _of_terms(experiment: Experiment) -> Iterator[str]:
    terms, measuring = experiment.terms, experiment.measuring
    if (terms.steps is None) == (terms.minutes is None):
        yield f"terms: give steps or minutes, not {'neither' if terms.steps is None else 'both'}."
    if not terms.seeds:
        yield "terms.seeds is empty: name at least one, better three, as in seeds = [0, 1, 2]."
    if min(terms.seeds, default=0) < 0:
        yield f"terms.seeds = {list(terms.seeds)}: seeds are 0 or more."
    for seed, times in Counter(terms.seeds).items():
        if times > 1:
            yield f"terms.seeds names {seed} {times} times; every seed counts once."
    if terms.steps is not None and measuring.every > terms.steps:
        yield f"measuring.every = {measuring.every} is beyond terms.steps = {terms.steps}; no point would be measured."


def _of_data(data: Data) -> Iterator[str]:
    if data.folder is not None and data.world is not None:
        yield f"data names the folder {data.folder!r} and the world {data.world!r}; keep one."
    if data.world is not None and data.world not in WORLDS:
        yield str(UnknownName("world", data.world, tuple(WORLDS)))


def _of_entries(experiment: Experiment) -> Iterator[str]:
    if not experiment.entry:
        yield "There is no [[entry]]: name the painters to compare."
    names = Counter(entry.name for entry in experiment.entry)
    yield from (f"entry {name!r} stands there {times} times." for name, times in names.items() if times > 1)
    folders = Counter(slug(name, 0) for name in names)
    yield from (
        f"The names of {times} entries differ in signs only ({folder[:-2]!r})."
        for folder, times in folders.items()
        if times > 1
    )
    for entry in experiment.entry:
        yield from (f"entry {entry.name!r}: {problem}" for problem in _of_entry(entry, experiment))
    for ratio in experiment.ratio:
        for name in (ratio.of, ratio.to):
            if name not in names:
                yield str(UnknownName("entry", name, names))


def _of_entry(entry: Entry, experiment: Experiment) -> Iterator[str]:
    try:
        cls = catalogue.painter(entry.painter)
    except UnknownName as error:
        yield str(error)
        return
    if not cls.learns():
        yield f"{entry.painter} paints by rules; there is no training to compare."
        return
    preset = entry.preset or experiment.terms.preset
    if preset not in cls.presets:
        yield str(UnknownName("preset", preset, cls.presets))
        return
    try:
        cls(load(cls.Config, told(cls.presets[preset], entry, experiment)))
    except ImpastoError as error:
        yield str(error)


def told(preset: Mapping[str, Any], entry: Entry, experiment: Experiment) -> dict[str, Any]:
    """The config values of an entry, without what the store tells."""
    return {**preset, **entry.settings, "resolution": experiment.data.resolution}
