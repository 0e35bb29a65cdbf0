"""The measures of one run of a comparison, in a process of its own: `python -m impasto.comparing.measuring`."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from impasto.contract import Batch as Pictures
from impasto.contract import BatchNoise, Condition, Learner, Painter, Reconstructs
from impasto.data.store import Split, Store
from impasto.errors import CheckpointError
from impasto.files import read_json, write_json, write_whole
from impasto.images.pictures import contact_sheet, to_uint8
from impasto.metrics.distribution import distribution
from impasto.metrics.measure import measure
from impasto.metrics.numbers import Number
from impasto.metrics.painting import paint_pixels, reconstruct_pixels
from impasto.metrics.reconstruction import reconstruction
from impasto.metrics.spaces import choose, see, see_split
from impasto.pretrained import load_weights, rebuild
from impasto.training.journal import read_events

__all__ = ["POINTS", "look_at_real", "measure_run"]

POINTS = "points"
"""Folder of a run with the weights that a curve's points are measured on."""
SHOWN = 32
COUNTED = 16
"""Steps whose operations are counted: some turns are made every few steps only."""
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
        "final": whole["metrics"],
        "painted_shares": _shares(whole, train.categories),
        "flops_per_picture": _flops(described, train),
    }
    write_json(run / "result.json", result)
    return result


def look_at_real(store: Store, label: str | None, network: str) -> None:
    """Put the features of the real pictures into the store's cache, so that runs side by side need not do it twice."""
    name, _ = choose(network)
    train, test = store.split("train", label), store.split("test", label)
    for split, mirrored in ((test, False), (train, False), (train, True)):
        see_split(split, name, mirrored=mirrored, cache=store.root / "features")


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
    network, _ = choose(job["network"])
    cache = train.store.root / "features"
    made = see(paint_pixels(painter, job["count"], seed=SEED), network)
    numbers = distribution(
        made, see_split(test, network, cache=cache), see_split(train, network, cache=cache), seed=SEED
    )
    if isinstance(painter, Reconstructs):
        real = test.uint8(np.arange(min(len(test), max(16, job["count"] // 8))))
        numbers |= reconstruction(real, reconstruct_pixels(painter, real), seed=SEED)
    step = int(file.stem.removeprefix("step-"))
    batch = described["settings"]["batch"]
    told = {key: _short(number) for key, number in numbers.items() if number.value is not None}
    seconds = _seconds(run, step)
    return {"step": step, "seconds": seconds, "pictures": step * batch, "count": job["count"], "metrics": told}


def _short(number: Number) -> dict[str, Any]:
    plain = number.plain()
    return {key: plain[key] for key in ("title", "better", "value", "interval")}


def _seconds(run: Path, step: int) -> float:
    """Seconds of training until a step, from the journal."""
    passed = [(e["step"], e["elapsed"]) for e in read_events(run) if e["kind"] in ("train", "end")]
    steps, seconds = zip(*([(0, 0.0), *passed]), strict=True)
    return float(np.interp(step, steps, seconds))


def _shares(whole: Mapping[str, Any], names: tuple[str, ...]) -> list[float] | None:
    """Share of each category that a judge of real pictures saw in the painted ones."""
    rows = (whole.get("categories") or {}).get("rows")
    found = {row["name"]: row["recognised"] for row in rows or ()}
    return [found.get(name, 0.0) for name in names] if found else None


class _Operations(TorchDispatchMode):
    """Counts by torch's formulas; torch's counter also watches modules, and fails at a gradient of a gradient."""

    total = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        out = func(*args, **kwargs)
        if formula := flop_registry.get(func.overloadpacket):
            self.total += formula(*args, **kwargs, out_val=out)
        return out


def _flops(described: Mapping[str, Any], split: Split) -> float:
    """Floating-point operations of a training step for each picture, backward passes with them."""
    painter, count = rebuild(described).train(), min(16, len(split))
    assert isinstance(painter, Learner)
    rows = np.arange(count)
    noise = BatchNoise(0, 0, slice(0, count), count, torch.device("cpu"))
    batch = Pictures(split.pictures(rows), Condition(count, category=torch.from_numpy(split.labels[rows])), noise)
    players = {name: player.parameters() for name, player in painter.players().items()}
    with _Operations() as counted:
        for step in range(COUNTED):
            for turn in painter.turns(batch, step):
                turn.loss.backward(inputs=players[turn.player])
    return counted.total / (COUNTED * count)


if __name__ == "__main__":
    measure_run(Path(sys.argv[1]), read_json(Path(sys.argv[2])))
