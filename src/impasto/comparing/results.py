"""The results of a comparison so far: the content of `results.json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import Field

from impasto.comparing.statistics import Spread
from impasto.metrics.number import Better, Interval, Number
from impasto.metrics.records import JsonRecord
from impasto.votes.report import PainterVotes

__all__ = [
    "RESULTS_VERSION",
    "Cost",
    "CurvePoint",
    "CurveValue",
    "EntryResults",
    "Machine",
    "RatioResult",
    "Results",
    "RunMeasurement",
    "RunResults",
    "State",
    "StoreFacts",
    "TermsFacts",
]

RESULTS_VERSION = 1
State = Literal["done", "running", "waiting", "failed"]
"""State of a run."""


@dataclass(frozen=True)
class CurveValue:
    """A number at one point of training, without what is the same for all points.

    Attributes:
        value: The number.
        better: Which way is better.
        title: What it is, in words.
        interval: 95 % bootstrap interval.
    """

    value: float
    better: Better = "neither"
    title: str = ""
    interval: Interval | None = None


@dataclass(frozen=True)
class CurvePoint:
    """What was measured at a checkpoint.

    Attributes:
        step: Step of the checkpoint.
        seconds: Seconds of training until then.
        pictures: Training pictures seen until then.
        count: Pictures painted for this point.
        metrics: Name → number; those without a value are left out.
    """

    step: int
    seconds: float
    pictures: int
    count: int
    metrics: Mapping[str, CurveValue]


@dataclass(frozen=True)
class RunMeasurement:
    """What was measured of a finished run: the content of its `result.json`.

    Attributes:
        curve: Points during training.
        final: Name → number at its end.
        painted_shares: Share of each category that a judge recognised in the painted pictures; None without a judge.
        flops_per_picture: Floating-point operations of training on one picture.
    """

    curve: tuple[CurvePoint, ...]
    final: Mapping[str, Number]
    painted_shares: tuple[float, ...] | None
    flops_per_picture: float


@dataclass(frozen=True)
class Cost:
    """What a finished run took.

    Attributes:
        seconds: Seconds of training.
        processor_seconds: Processor time of all cores together, in seconds.
        steps: Steps of training.
        pictures: Pictures seen in training.
        parameters: Number of trained parameters.
        peak_memory_bytes: Largest memory of the training process in bytes, where the system reports it.
        flops_per_picture: Floating-point operations of training on one picture.
    """

    seconds: float
    processor_seconds: float
    steps: int
    pictures: int
    parameters: int | None = None
    peak_memory_bytes: int | None = None
    flops_per_picture: float | None = None


@dataclass(frozen=True)
class RunResults:
    """A run of the comparison, as far as it has come.

    Attributes:
        seed: Seed of its training.
        folder: Folder of the run, inside that of the comparison.
        state: How far it is.
        reason: Why it failed.
        cost: What it took, once it is done.
        curve: Numbers during training, once it is done.
        final: Numbers at its end, once it is done.
        painted_shares: As of `RunMeasurement`.
        samples: File of its contact sheet, inside the folder of the comparison.
    """

    seed: int
    folder: str
    state: State
    reason: str | None = None
    cost: Cost | None = None
    curve: tuple[CurvePoint, ...] = ()
    final: Mapping[str, Number] = field(default_factory=dict)
    painted_shares: tuple[float, ...] | None = None
    samples: str | None = None


@dataclass(frozen=True)
class EntryResults:
    """A painter of the comparison.

    Attributes:
        name: Name of the entry, as tables show it.
        painter: Its name in the catalogue.
        preset: Preset that it was built from.
        settings: Settings that differ from the preset.
        ema: Half-life of the averaged weights, where the entry has its own.
        trainings: Number of its trainings, where the entry has its own.
        paper: Numbers that a paper gives for it.
        runs: One for each seed.
        summary: Name of a number → its spread over the finished runs.
    """

    name: str
    painter: str
    preset: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    ema: float | None = None
    trainings: int | None = None
    paper: Mapping[str, float] = field(default_factory=dict)
    runs: tuple[RunResults, ...] = ()
    summary: Mapping[str, Spread] = field(default_factory=dict)

    @property
    def done(self) -> list[RunResults]:
        """The finished runs."""
        return [run for run in self.runs if run.state == "done"]


@dataclass(frozen=True)
class RatioResult:
    """The ratio of a number of two entries.

    Attributes:
        metric: Name of the number.
        of: Entry in the numerator.
        to: Entry in the denominator.
        value: The ratio.
        interval: 95 % interval over the seeds.
    """

    metric: str
    of: str
    to: str
    value: float
    interval: Interval | None = None


@dataclass(frozen=True)
class StoreFacts:
    """The pictures that all runs train on.

    Attributes:
        path: Path of the store.
        hash: Hash of the store.
        resolution: Height and width of a picture in pixels.
        label: Label column.
        train: Training pictures.
        test: Pictures held out to measure against.
        measured: Name of the split that they are.
        categories: Names of the categories.
        shares: Share of each among the training pictures.
    """

    path: str
    hash: str
    resolution: int
    label: str | None
    train: int
    test: int
    categories: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()
    measured: str = "test"


@dataclass(frozen=True)
class TermsFacts:
    """What is the same for all runs; see `experiment.Terms`.

    Attributes:
        batch: Pictures in a batch; a step reads one batch.
        precision: Arithmetic of the training.
        preset: Preset of the entries that name no other.
        seeds: Seeds of the runs.
        ema: Half-life of the averaged weights in thousands of pictures.
        workers: Number of runs at the same time.
        threads: Processor cores of each run.
        steps: Steps of training, where they are the budget.
        minutes: Minutes of training, where they are the budget.
        clock: What the minutes are: of 'wall' time, of 'processor' time, or steps that fit into it by a 'trial'.
        step_seconds: Name of an entry → processor seconds of a step in that trial.
    """

    batch: int
    precision: str
    preset: str
    seeds: tuple[int, ...]
    ema: float
    workers: int
    threads: int
    steps: int | None = None
    minutes: float | None = None
    clock: str = "wall"
    step_seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Machine:
    """Where the results were gathered.

    Attributes:
        cores: Processor cores.
        machine: Kind of processor.
        torch: Version of torch.
    """

    cores: int | None
    machine: str
    torch: str


@dataclass(frozen=True, repr=False)
class Results(JsonRecord):
    """The results of a comparison so far.

    Attributes:
        version: Version of this file layout.
        name: Name of the experiment.
        title: Title of the experiment.
        experiment: Its file, as plain values.
        miniature: Whether the file's small version was run.
        store: The pictures.
        terms: What is the same for all.
        methods: Name of a number → how it was computed, the same for all runs. In JSON it is the key 'recipe'.
        machine: Where the results were gathered.
        entries: The painters.
        ratios: The ratios that the experiment asks for.
        real: Name of a number → the same number for real pictures.
        votes: What people prefer, where they voted on pictures of the runs.
    """

    version: int
    name: str
    title: str
    experiment: Mapping[str, Any]
    miniature: bool
    store: StoreFacts
    terms: TermsFacts
    methods: Annotated[Mapping[str, Mapping[str, Any]], Field(alias="recipe")]
    machine: Machine
    entries: tuple[EntryResults, ...]
    ratios: tuple[RatioResult, ...] = ()
    real: Mapping[str, float] = field(default_factory=dict)
    votes: tuple[PainterVotes, ...] = ()

    @property
    def runs(self) -> list[RunResults]:
        """All runs, entry by entry."""
        return [run for entry in self.entries for run in entry.runs]

    @property
    def failures(self) -> list[str]:
        """The runs that failed, each as a sentence."""
        failed = ((entry, run) for entry in self.entries for run in entry.runs if run.state == "failed")
        return [f"{entry.name}, seed {run.seed}: {run.reason}" for entry, run in failed]

    def __repr__(self) -> str:
        """Name, and how many runs are in which state."""
        states = Counter(run.state for run in self.runs)
        return (
            f"<Results {self.name!r}: {', '.join(f'{count} {state}' for state, count in states.items()) or 'no runs'}>"
        )
