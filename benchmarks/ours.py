"""Train a painter of impasto for some processor minutes, and paint with it; the counterpart of peers.py.

    python benchmarks/ours.py '{"painter": "ddpm", "preset": "small", "settings": {}}' STORE OUT --minutes 10

The clock of the training counts processor time, of one thread, so that other work on the machine takes nothing from
anyone. OUT gets the run, `painted.npy`, uint8 of shape (N, H, W, 3), and `cost.json`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from impasto import api
from impasto.contract import Painter
from impasto.data.batches import Batches
from impasto.data.store import Split, Store
from impasto.events import silent
from impasto.files import read_json
from impasto.images.pictures import Pixels, to_uint8
from impasto.metrics.loss_networks import loss_networks

BATCHES = 16
"""Batches of held-out pictures that the loss is averaged over."""


def main() -> None:
    """Train, paint, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("entry", type=json.loads)
    parser.add_argument("store", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--split", default="test", help="the pictures that the loss is computed of")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    entry = arguments.entry
    run = arguments.out / "run"
    api.train(
        *([entry["painter"]] if entry["painter"] else []),
        arguments.store,
        out=run,
        minutes=arguments.minutes,
        preset=entry["preset"],
        seed=arguments.seed,
        device="cpu",
        settings={"samples": 0, "clock": "processor", **entry["settings"]},
        watch=silent,
    )
    painter = api.load_painter(run)
    np.save(arguments.out / "painted.npy", painted(painter, arguments.count))
    description = read_json(run / "painter" / "config.json")
    training = description["facts"]["training"]
    cost = {key: training[key] for key in ("steps", "pictures", "processor_seconds")}
    cost |= {"loss_networks": loss_networks(painter)}
    cost |= {"parameters": description["parameters"], "seconds": training["seconds"]}
    cost |= {"held_out": held_out_loss(painter, Store.open(arguments.store).split(arguments.split))}
    (arguments.out / "cost.json").write_text(json.dumps(cost), encoding="utf8")


def painted(painter: Painter, count: int) -> Pixels:
    """Pictures as they are measured, uint8, shape (N, H, W, 3)."""
    return to_uint8(painter.paint(count, seed=0).pictures)


@torch.no_grad()
def held_out_loss(painter: Painter, split: Split) -> float | None:
    """Mean loss on pictures that were not trained on; None of painters with several players."""
    if len(painter.players()) != 1:
        return None
    batches = Batches(split, 32, 0, parts=painter.learns_from, flip=False)
    losses = [next(painter.turns(batches(step)[0], step)).loss for step in range(BATCHES)]
    return float(torch.stack(losses).mean())


if __name__ == "__main__":
    main()
