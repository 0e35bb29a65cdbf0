"""Sheets to look at: pictures of a painter as they come, and some above the training pictures nearest to them.

    python benchmarks/nearest.py runs/painter stores/paintings-64 --out docs/results/diffusion/auto

writes auto-100.webp, and auto-nearest.webp with the ten pictures that lie nearest to a training picture and the first
ten.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from impasto import api
from impasto.data.store import Store
from impasto.images.pictures import contact_sheet
from impasto.metrics.nearest_training import nearest
from impasto.metrics.painting import paint_pixels
from impasto.metrics.spaces import embed, embed_split

COUNT = 100
SHOWN = 10


def main() -> None:
    """Paint, find, and put on sheets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("painter")
    parser.add_argument("store")
    parser.add_argument("--out", type=Path, required=True, help="beginning of both files' names")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    train = Store.open(arguments.store).split("train")
    pixels = paint_pixels(api.load_painter(arguments.painter), COUNT, seed=arguments.seed)
    distance, rows = nearest(embed(pixels, "mobilenetv2").values, embed_split(train, "mobilenetv2").values)
    shown = [*np.argsort(distance)[:SHOWN], *range(SHOWN)]
    pairs = np.concatenate([pixels[shown], train.uint8(np.asarray(rows)[shown])])
    for name, sheet in ((str(COUNT), contact_sheet(pixels)), ("nearest", contact_sheet(pairs, columns=2 * SHOWN))):
        sheet.save(f"{arguments.out}-{name}.webp", quality=90, method=6)


if __name__ == "__main__":
    main()
