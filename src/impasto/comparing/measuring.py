"""Measuring one run of a comparison, in a process of its own: `python -m impasto.comparing.measuring`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from impasto.comparing.flops import flops_per_picture
from impasto.comparing.results import CurvePoint, CurveValue, RunMeasurement
from impasto.contract import Painter
from impasto.data.store import Split, Store
from impasto.errors import CheckpointError
from impasto.files import read_json, write_json
from impasto.images.pictures import to_uint8, write_sheet
from impasto.metrics.evaluating import evaluate
from impasto.metrics.inputs import Inputs
from impasto.metrics.measure import measure
from impasto.metrics.measurement import Measurement
from impasto.metrics.metric import Metric, listed_metrics
from impasto.metrics.number import Number
from impasto.metrics.records import from_plain, to_plain
from impasto.metrics.spaces import choose_network, choose_networks, embed_split
from impasto.pretrained import load_weights, rebuild
from impasto.training.journal import read_events
from impasto.training.points import POINTS

__all__ = ["MeasuringJob", "embed_real", "evenly_chosen", "measure_run"]

SHOWN = 32
"""Pictures on the contact sheet."""
LEAST_RECONSTRUCTED = 16
"""Fewest real pictures that are reconstructed for a point of a curve; else an eighth as many as are painted."""
CURVE_INPUTS = frozenset(
    {
        "painted_features",
        "real_features",
        "train_features",
        "train_sample_features",
        "blurred_features",
        "originals",
        "reconstructions",
        "network",
        "size",
        "seed",
    }
)
"""Inputs that are computed for a point of a curve; metrics that need others are measured at the end only."""
SEED = 0
"""Seed of the painted pictures, the same for all runs."""


@dataclass(frozen=True)
class MeasuringJob:
    """How a run is measured.

    Attributes:
        store: Folder of the pictures.
        label: Label column; the store's own default without it.
        count: Pictures painted for a point of the curves.
        final: Pictures painted at the end.
        points: Largest number of points of a curve.
        network: Feature network, or 'auto'.
        samples: File of the contact sheet.
        split: Name of the split that is measured against.
    """

    store: str
    label: str | None
    count: int
    final: int
    points: int
    network: str
    samples: str
    split: str = "test"


def measure_run(run: Path, job: MeasuringJob) -> RunMeasurement:
    """Measure a trained run at its checkpoints and at its end; writes `result.json` and a contact sheet."""
    store = Store.open(job.store, verify=False)
    train = store.split("train", job.label)
    real = store.split(job.split, job.label)
    description = read_json(run / "run.json", CheckpointError)
    curve = tuple(
        _point(run, file, description, (train, real), job)
        for file in evenly_chosen(sorted((run / POINTS).glob("step-*.safetensors")), job.points)
    )
    painter = Painter.from_pretrained(run / "painter")
    measurement = measure(
        painter,
        real,
        train=train,
        out=run / "measure",
        count=job.final,
        seed=SEED,
        network=job.network,
        facts={"run": str(run)},
        cache=store.root / "features",
    )
    write_sheet(Path(job.samples), to_uint8(painter.paint(SHOWN, seed=SEED).pictures), columns=8)
    result = RunMeasurement(
        curve=curve,
        final=measurement.metrics,
        painted_shares=_painted_shares(measurement, train.categories),
        flops_per_picture=flops_per_picture(description, train),
    )
    write_json(run / "result.json", to_plain(result))
    return result


def embed_real(store: Store, label: str | None, network: str, split: str = "test") -> None:
    """Compute the features of the real pictures once, into the store's cache, for all runs.

    Args:
        store: The pictures.
        label: Label column.
        network: Feature network, or 'auto'.
        split: Name of the split that is measured against.
    """
    names, _ = choose_networks(network)
    train = store.split("train", label)
    real = store.split(split, label)
    for name, (pictures, mirrored) in product(names, ((real, False), (train, False), (train, True))):
        # Copies are looked for in the first space only, where mirror images count.
        if mirrored and name != names[0]:
            continue
        embed_split(pictures, name, mirrored=mirrored, cache=store.root / "features")


def evenly_chosen(files: Sequence[Path], most: int) -> list[Path]:
    """Every 2^k-th point and the last, with the least k that leaves no more than `most`.

    Runs of different lengths then share the steps of their points, whose mean a curve shows.
    """
    stride = 1
    while -(-len(files) // stride) > most:
        stride *= 2
    chosen = [*files[stride - 1 :: stride]]
    return chosen if not files or chosen[-1:] == [files[-1]] else [*chosen[: most - 1], files[-1]]


def _point(
    run: Path, weights: Path, description: Mapping[str, Any], splits: tuple[Split, Split], job: MeasuringJob
) -> CurvePoint:
    """One point of the curves: what can be measured from features and reconstructions."""
    train, real = splits
    painter = rebuild(description)
    assert isinstance(painter, Painter)
    load_weights(painter, weights)
    inputs = Inputs(
        painter,
        real,
        train,
        count=job.count,
        seed=SEED,
        network=choose_network(job.network)[0],
        cache=train.store.root / "features",
        original_rows=np.arange(min(len(real), max(LEAST_RECONSTRUCTED, job.count // 8))),
    )
    numbers: dict[str, Number] = {}
    for metric in _curve_metrics():
        numbers |= evaluate(metric, inputs, seed=SEED)
    step = int(weights.stem.removeprefix("step-"))
    return CurvePoint(
        step=step,
        seconds=_seconds_until(run, step),
        pictures=step * description["settings"]["batch"],
        count=job.count,
        metrics={
            name: CurveValue(number.value, number.better, number.title, number.interval)
            for name, number in numbers.items()
            if number.value is not None
        },
    )


def _curve_metrics() -> list[Metric]:
    return [metric for metric in listed_metrics().values() if metric.all_needs <= CURVE_INPUTS]


def _seconds_until(run: Path, step: int) -> float:
    """Seconds of training until a step, from the journal."""
    events = [event for event in read_events(run) if event["kind"] in ("train", "end")]
    steps = [0, *(event["step"] for event in events)]
    seconds = [0.0, *(event["elapsed"] for event in events)]
    return float(np.interp(step, steps, seconds))


def _painted_shares(measurement: Measurement, names: tuple[str, ...]) -> tuple[float, ...] | None:
    """Share of each category that a judge of real pictures recognised in the painted ones."""
    if measurement.categories is None:
        return None
    shares = {row.name: row.recognised for row in measurement.categories.rows}
    return tuple(shares.get(name, 0.0) for name in names)


if __name__ == "__main__":
    measure_run(Path(sys.argv[1]), from_plain(MeasuringJob, read_json(Path(sys.argv[2])), sys.argv[2]))
