"""The measures of one run of a comparison, in a process of its own: `python -m impasto.comparing.measuring`."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from impasto.comparing.flops import flops_per_picture
from impasto.contract import Painter
from impasto.data.store import Split, Store
from impasto.errors import CheckpointError
from impasto.files import read_json, write_json, write_whole
from impasto.images.pictures import contact_sheet, to_uint8
from impasto.metrics.evaluating import evaluate
from impasto.metrics.inputs import Inputs
from impasto.metrics.measure import measure
from impasto.metrics.measurement import Measurement
from impasto.metrics.metric import Metric, listed_metrics
from impasto.metrics.number import Number
from impasto.metrics.records import to_plain
from impasto.metrics.spaces import choose_network, embed_split
from impasto.pretrained import load_weights, rebuild
from impasto.training.journal import read_events

__all__ = ["POINTS", "embed_real", "measure_run"]

POINTS = "points"
"""Folder of a run with the weights that a curve's points are measured on."""
SHOWN = 32
LEAST_RECONSTRUCTED = 16
"""Fewest test pictures that are reconstructed for a point; else an eighth as many as are painted."""
CURVE_INPUTS = frozenset(
    {
        "painted_features", "real_features", "train_features", "train_sample_features", "originals",
        "reconstructions", "network", "size", "seed",
    }
)  # fmt: skip
"""What may be computed for a point of a curve: metrics that need more are measured at the end only."""
SEED = 0
"""All runs are asked for the same pictures."""


def measure_run(run: Path, job: Mapping[str, Any]) -> dict[str, Any]:
    """Measure a trained run along its way and at its end; writes `result.json` and a contact sheet.

    Args:
        run: The run's folder.
        job: 'store', 'label', 'count', 'final', 'points', 'network', and 'samples', the sheet's file.

    Returns:
        The content of `result.json`: 'curve', 'final', 'painted_shares', 'flops_per_picture'.
    """
    store = Store.open(job["store"], verify=False)
    train, test = store.split("train", job["label"]), store.split("test", job["label"])
    described = read_json(run / "run.json", CheckpointError)
    curve = [_point(run, file, described, (train, test), job) for file in _chosen(run / POINTS, job["points"])]
    painter = Painter.from_pretrained(run / "painter")
    cache = store.root / "features"
    whole = measure(
        painter, test, train=train, out=run / "measure", count=job["final"], seed=SEED, network=job["network"],
        facts={"run": str(run)}, cache=cache,
    )  # fmt: skip
    sheet = io.BytesIO()
    contact_sheet(to_uint8(painter.paint(SHOWN, seed=SEED).pictures), columns=8).save(sheet, "PNG")
    write_whole(Path(job["samples"]), sheet.getvalue())
    result = {
        "curve": curve,
        "final": whole.to_json()["metrics"],
        "painted_shares": _shares(whole, train.categories),
        "flops_per_picture": flops_per_picture(described, train),
    }
    write_json(run / "result.json", result)
    return result


def embed_real(store: Store, label: str | None, network: str) -> None:
    """Put the features of the real pictures into the store's cache, so that runs side by side need not do it twice."""
    name, _ = choose_network(network)
    train, test = store.split("train", label), store.split("test", label)
    for split, mirrored in ((test, False), (train, False), (train, True)):
        embed_split(split, name, mirrored=mirrored, cache=store.root / "features")


def _chosen(folder: Path, most: int) -> list[Path]:
    """Evenly spaced points, the last among them."""
    files = sorted(folder.glob("step-*.safetensors"))
    picked = np.linspace(len(files) - 1, 0, min(most, len(files))).round().astype(int)[::-1]
    return [files[i] for i in picked]


def _point(
    run: Path, file: Path, described: Mapping[str, Any], splits: tuple[Split, Split], job: Mapping[str, Any]
) -> dict[str, Any]:
    """One point of the curves: the numbers of the whole set, and those of reconstructions."""
    train, test = splits
    painter = rebuild(described)
    assert isinstance(painter, Painter)
    load_weights(painter, file)
    inputs = Inputs(
        painter,
        test,
        train,
        count=job["count"],
        seed=SEED,
        network=choose_network(job["network"])[0],
        cache=train.store.root / "features",
        original_rows=np.arange(min(len(test), max(LEAST_RECONSTRUCTED, job["count"] // 8))),
    )
    numbers: dict[str, Number] = {}
    for metric in _cheap_metrics():
        numbers |= evaluate(metric, inputs, seed=SEED)
    step = int(file.stem.removeprefix("step-"))
    batch = described["settings"]["batch"]
    told = {key: _short(number) for key, number in numbers.items() if number.value is not None}
    seconds = _seconds(run, step)
    return {"step": step, "seconds": seconds, "pictures": step * batch, "count": job["count"], "metrics": told}


def _cheap_metrics() -> list[Metric]:
    """The metrics that need no more than features, reconstructions, and what these are named by."""
    return [metric for metric in listed_metrics().values() if metric.all_needs <= CURVE_INPUTS]


def _short(number: Number) -> dict[str, Any]:
    plain = to_plain(number)
    return {key: plain[key] for key in ("title", "better", "value", "interval")}


def _seconds(run: Path, step: int) -> float:
    """Seconds of training until a step, from the journal."""
    passed = [(e["step"], e["elapsed"]) for e in read_events(run) if e["kind"] in ("train", "end")]
    steps, seconds = zip(*([(0, 0.0), *passed]), strict=True)
    return float(np.interp(step, steps, seconds))


def _shares(measurement: Measurement, names: tuple[str, ...]) -> list[float] | None:
    """Share of each category that a judge of real pictures saw in the painted ones."""
    if measurement.categories is None:
        return None
    shares = {row.name: row.recognised for row in measurement.categories.rows}
    return [shares.get(name, 0.0) for name in names]


if __name__ == "__main__":
    measure_run(Path(sys.argv[1]), read_json(Path(sys.argv[2])))
