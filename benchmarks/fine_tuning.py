"""What steps of fine-tuning the painter that comes with impasto give: the table of painters/fine_tuning.py.

    python benchmarks/fine_tuning.py runs/fine-tuning 5 20 80

Prints the kernel distance of 96 paintings to 360 landscapes that were not trained on, in MobileNetV2's space, beside
that of training pictures, of the same averaged to blobs, of noise, and of a painter of pixels with fresh weights.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from impasto import api
from impasto.data.store import Store
from impasto.demo import SETTINGS, SHARES, SIDE, learn
from impasto.events import silent
from impasto.images.pictures import Pixels, to_uint8, write_sheet
from impasto.metrics.kernel import kernel_distance
from impasto.metrics.spaces import embed

COUNT = 96


def main() -> None:
    """Train, paint, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("steps", type=int, nargs="+")
    arguments = parser.parse_args()
    folder = arguments.out / "store"
    store = (
        Store.open(folder) if folder.exists() else api.make("landscapes", folder, count=900, resolution=SIDE, **SHARES)
    )
    real = embed(store.split("test").uint8(), "mobilenetv2").values
    others = store.split("train").uint8()[:COUNT]

    def report(name: str, pictures: Pixels) -> None:
        write_sheet(arguments.out / f"{name}.png", pictures[:36])
        distance = kernel_distance(real, embed(pictures, "mobilenetv2").values, subset_size=COUNT)
        print(f"{name}: {distance:.3f}", flush=True)

    report("training pictures", others)
    report(
        "blobs",
        np.stack([cv2.resize(cv2.resize(p, (4, 4), interpolation=cv2.INTER_AREA), (SIDE, SIDE)) for p in others]),
    )
    report("noise", np.random.default_rng(0).integers(0, 256, others.shape, dtype=np.uint8))
    for steps in arguments.steps:
        run = learn(store, arguments.out / f"run-{steps}", minutes=None, steps=steps)
        report(f"{steps} steps", painted(run))
    run = arguments.out / "fresh"
    api.train("ddpm", store, run, steps=max(arguments.steps), preset="small", settings=SETTINGS, watch=silent)
    report(f"ddpm with fresh weights, {max(arguments.steps)} steps", painted(run))


def painted(run: Path) -> Pixels:
    """Pictures of a run, with few steps of sampling."""
    return to_uint8(api.load_painter(run).paint(COUNT, seed=1, steps=10).pictures)


if __name__ == "__main__":
    main()
