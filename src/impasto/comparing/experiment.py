"""Experiment files: which painters are compared, on which pictures, on what terms."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from impasto import catalogue
from impasto.config import Field, config, load
from impasto.errors import ConfigError, ImpastoError, UnknownName
from impasto.files import read_text
from impasto.metrics.embedding import NETWORKS
from impasto.metrics.spaces import HANDCRAFTED
from impasto.spelling import option
from impasto.worlds import WORLDS

__all__ = ["Data", "Draft", "Entry", "Experiment", "Measuring", "Ratio", "Terms", "read"]

C = TypeVar("C")

PLAUSIBLE = {"categories": ("one", "other"), "shares": (0.5, 0.5), "captions": True}
"""Facts of the pictures with which painters are tried before the pictures are there; what they lack is said later."""

Seed = Annotated[int, Field(ge=0, lt=2**63)]
if TYPE_CHECKING:
    # Values are validated when a file is read; for the type checker they are plain texts.
    World = str
    Network = str
else:
    World = Literal[*WORLDS]
    Network = Literal["auto", *NETWORKS, HANDCRAFTED]


@config
class Data:
    """The pictures: a folder to prepare, or a world to paint; or a store that the command names.

    Attributes:
        folder: Folder of pictures to prepare a store from.
        world: Name of a procedural world whose pictures are painted, in the place of a folder.
        count: Number of pictures to paint of the world.
        resolution: Height and width of the pictures in pixels.
        label: Label column whose categories the painters learn; without it the store's default column.
        test_share: Share of the folder's pictures that is kept for measuring.
        seed: Seed of the world's pictures, and of the division into training and test pictures.
    """

    folder: str | None = Field(default=None, max_length=4096, examples=["paintings"])
    world: World | None = None
    count: int = Field(default=2000, ge=1, le=10_000_000)
    resolution: int = Field(default=64, ge=8, le=1024)
    label: str | None = Field(default=None, max_length=1000, examples=["movement"])
    test_share: float = Field(default=0.4, gt=0, lt=1)
    seed: Seed = 0


@config
class Terms:
    """What is the same for all painters. Give `steps` or `minutes`.

    Attributes:
        steps: Optimizer steps of each training.
        minutes: Minutes of each training.
        clock: What `minutes` are: of 'wall' time, or of 'processor' time, to which waiting for other work adds
            nothing; or 'trial': the steps that fit into so much processor time, by a trial of all entries before the
            first training, turn by turn, so that other work changes neither the steps nor their order. The latter two
            are for trainings without a GPU.
        batch: Pictures in a batch; a step reads one batch.
        precision: Arithmetic of all trainings; 'auto' takes the faster on the machine where the comparison begins.
        preset: Preset of all painters, where an entry names no other.
        seeds: Seeds; every entry is trained once with each.
        ema: Half-life of the exponential moving average of the weights, in thousands of pictures; 0 measures the
            weights of the last step.
        workers: Number of trainings that run at the same time; each has an equal share of the processor cores.
    """

    steps: int | None = Field(default=None, ge=1, le=10**9)
    minutes: float | None = Field(default=None, gt=0, le=100_000)
    clock: Literal["wall", "processor", "trial"] = "wall"
    batch: int = Field(default=32, ge=1, le=65_536)
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    preset: str = Field(default="base", max_length=100, examples=["tiny", "small", "base"])
    seeds: tuple[Seed, ...] = Field(default=(0, 1, 2), max_length=1000)
    ema: float = Field(default=10.0, ge=0, le=1e6)
    workers: int = Field(default=1, ge=1, le=64)


@config
class Measuring:
    """What is measured, and when.

    Attributes:
        every: Steps between two points of the curves over training.
        points: Number of points of a curve at most; where there are more checkpoints, evenly spaced ones are measured.
        count: Pictures painted for a point of a curve.
        final: Pictures painted at the end of each training.
        network: Feature network of the distances; 'auto' takes the best whose weights are installed, and 'handcrafted'
            needs none.
        split: Pictures that are measured against: those of the 'test' split, or of the 'val' split, where settings are
            to be chosen by the result.
    """

    every: int = Field(default=500, ge=1, le=10**9)
    points: int = Field(default=100, ge=1, le=100_000)
    count: int = Field(default=2000, ge=50, le=10_000_000)
    final: int = Field(default=2000, ge=50, le=10_000_000)
    network: Network = "auto"
    split: Literal["test", "val"] = "test"


@config
class Entry:
    """A painter in the comparison.

    Attributes:
        name: Name of the entry, as tables show it.
        painter: Name of the painter in the catalogue.
        preset: Preset of the painter; without it that of the terms.
        settings: Settings of the painter that differ from the preset, by name.
        ema: Half-life of the averaged weights in thousands of pictures; without it that of the terms.
        trainings: Number of trainings, with the first so many seeds of the terms; without it one with each.
        paper: Numbers that a paper reports for this painter, by their name there: fid, is, ssim, lpips, sd.
    """

    name: str = Field(min_length=1, max_length=200, examples=["large, without attention"])
    painter: str = Field(max_length=100, examples=[*catalogue.painters()])
    preset: str | None = Field(default=None, max_length=100, examples=["tiny", "small", "base"])
    settings: dict[str, Any] = Field(default_factory=dict)
    ema: float | None = Field(default=None, ge=0, le=1e6)
    trainings: int | None = Field(default=None, ge=1, le=1000)
    paper: dict[str, float] = Field(default_factory=dict)


@config
class Ratio:
    """Two entries whose Fréchet distances are compared as a ratio.

    Attributes:
        of: Name of the entry in the numerator.
        to: Name of the entry in the denominator.
    """

    of: str = Field(max_length=200, examples=["A"])
    to: str = Field(max_length=200, examples=["B"])


@config
class Experiment:
    """A comparison, as its file says.

    Attributes:
        name: Short name, of letters, digits, '-' and '_'.
        title: Title of the report, a sentence.
        data: Section [data]: the pictures.
        terms: Section [terms]: what is the same for all painters.
        measuring: Section [measuring]: what is measured, and when.
        entry: Sections [[entry]]: the painters, one each.
        ratio: Sections [[ratio]]: pairs of entries whose distances are compared as a ratio.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=200, examples=["paper-paintings"])
    title: str = Field(default="", max_length=1000, examples=["Four painters in equal time"])
    data: Data = Field(default_factory=Data)
    terms: Terms = Field(default_factory=Terms)
    measuring: Measuring = Field(default_factory=Measuring)
    entry: tuple[Entry, ...] = Field(default=(), max_length=1000)
    ratio: tuple[Ratio, ...] = Field(default=(), max_length=1000)


@dataclass(frozen=True)
class Draft:
    """An experiment file, as far as it could be read.

    Attributes:
        experiment: None where there are problems.
        data: The section on the pictures, which are checked even where other parts are wrong.
        problems: Everything that prevents it from being run, each as a sentence.
    """

    experiment: Experiment | None
    data: Data | None
    problems: list[str]


def read(file: str | Path, *, miniature: bool = False) -> Draft:
    """The experiment of a file, with all its problems.

    Args:
        file: TOML, or JSON where it ends so: sections `data`, `terms`, `measuring`, lists `entry` and `ratio`, and
            `miniature` with values of the first three that the miniature changes.
        miniature: Whether the miniature is meant.

    Raises:
        ConfigError: When the file is missing or cannot be parsed, or there is no miniature.
    """
    values = _values(Path(file), miniature)
    problems: list[str] = []
    data = _section(Data, values.pop("data", {}), "data", problems)
    terms = _section(Terms, values.pop("terms", {}), "terms", problems)
    measuring = _section(Measuring, values.pop("measuring", {}), "measuring", problems)
    entries = _sections(Entry, values.pop("entry", ()), "entry", problems)
    ratios = _sections(Ratio, values.pop("ratio", ()), "ratio", problems)
    whole = _section(Experiment, values, "the file", problems)
    if terms and measuring:
        problems += _terms_problems(terms, measuring)
    if data:
        problems += _data_problems(data)
    problems += _name_problems(entries, ratios)
    # Where the pictures or the terms are wrong, painters are checked as if those were the usual ones.
    usual = data or Data(), terms or Terms()
    problems += (f"entry {e.name!r}: {problem}" for e in entries if e for problem in _entry_problems(e, *usual))
    if problems or not (whole and data and terms and measuring):
        return Draft(None, data, problems)
    entry = tuple(each for each in entries if each)
    ratio = tuple(each for each in ratios if each)
    return Draft(replace(whole, data=data, terms=terms, measuring=measuring, entry=entry, ratio=ratio), data, [])


def _values(file: Path, miniature: bool) -> dict[str, Any]:
    """The plain values of a file; those of the miniature replace them if it is requested."""
    text = read_text(file, ConfigError)
    try:
        values = json.loads(text) if file.suffix.lower() == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{file} cannot be understood: {error}.") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{file} holds no experiment; see experiments/ for examples.")
    smaller = values.pop("miniature", {})
    if miniature and not (smaller and isinstance(smaller, dict)):
        raise ConfigError(f"{file} has no section [miniature]; run it whole, without {option('miniature', None)}.")
    for section, changes in smaller.items() if miniature else ():
        whole = values.get(section, {})
        both = isinstance(changes, dict) and isinstance(whole, dict)
        values[section] = {**whole, **changes} if both else changes
    return values


def _section(cls: type[C], values: Any, where: str, problems: list[str]) -> C | None:
    """A config built from plain values; where that fails, None, and one more problem in the list."""
    if not isinstance(values, dict):
        problems.append(f"{where} = {values!r} is not a section; write [{where}] and its values below it.")
        return None
    try:
        return load(cls, values)
    except ConfigError as error:
        problems.append(f"{where}: {error}")
        return None


def _sections(cls: type[C], values: Any, where: str, problems: list[str]) -> list[C | None]:
    if not isinstance(values, list | tuple):
        problems.append(f"{where} = {values!r} is not a list; write [[{where}]] above the values of each.")
        return [None]
    return [_section(cls, each, f"{where} {at}", problems) for at, each in enumerate(values, 1)]


def _terms_problems(terms: Terms, measuring: Measuring) -> Iterator[str]:
    if (terms.steps is None) == (terms.minutes is None):
        yield f"terms: give steps or minutes, not {'neither' if terms.steps is None else 'both'}."
    if not terms.seeds:
        yield "terms.seeds is empty: name at least one, preferably three, as in seeds = [0, 1, 2]."
    for seed, times in Counter(terms.seeds).items():
        if times > 1:
            yield f"terms.seeds names {seed} {times} times; name each seed once."
    if terms.clock == "trial" and terms.minutes is None:
        yield "terms.clock = 'trial' turns minutes into steps: give minutes, or leave it out."
    if terms.steps is not None and measuring.every > terms.steps:
        yield f"measuring.every = {measuring.every} is beyond terms.steps = {terms.steps}; no point would be measured."


def _data_problems(data: Data) -> Iterator[str]:
    if data.folder is not None and data.world is not None:
        yield f"data names the folder {data.folder!r} and the world {data.world!r}; remove one of them."


def _name_problems(entries: Sequence[Entry | None], ratios: Sequence[Ratio | None]) -> Iterator[str]:
    if not entries:
        yield "There is no [[entry]]: name the painters to compare."
    names = Counter(entry.name for entry in entries if entry)
    yield from (f"entry {name!r} stands there {times} times." for name, times in names.items() if times > 1)
    # The name that a ratio asks for may be that of an entry which could not be read.
    for ratio in ratios if None not in entries else ():
        for name in (ratio.of, ratio.to) if ratio else ():
            if name not in names:
                yield f"ratio: {UnknownName('entry', name, names)}"


def _entry_problems(entry: Entry, data: Data, terms: Terms) -> Iterator[str]:
    try:
        cls = catalogue.painter(entry.painter)
    except UnknownName as error:
        yield str(error)
        return
    if not cls.learns():
        yield f"{entry.painter} paints by rules; there is no training to compare."
        return
    for key in sorted({"resolution", "size", "categories", "shares"} & entry.settings.keys()):
        yield f"settings.{key} cannot be set: it comes from the pictures, and is the same for all."
    if entry.trainings and entry.trainings > len(terms.seeds):
        yield f"trainings = {entry.trainings} are more than the {len(terms.seeds)} of terms.seeds; name more seeds."
    preset = entry.preset or terms.preset
    if preset not in cls.presets:
        yield str(UnknownName("preset", preset, cls.presets))
        return
    try:
        cls.build(preset, **{**entry.settings, **PLAUSIBLE, "size": (data.resolution, data.resolution)})
    except ImpastoError as error:
        yield str(error)
