"""Train what comes with the package, autoencoder and painter, from a folder of paintings and the store made of it.

    python benchmarks/shipped.py autoencoder paintings stores/paintings-64 --minutes 2.5
    python benchmarks/shipped.py painter paintings stores/paintings-128 --minutes 5.7

Only pictures of the store's training split are shown. The autoencoder learns at 64 px from each painting as a whole,
from two windows of its 128 px version, and from drawn landscapes, so that its latents suit both sizes and both worlds.
The painter learns at 128 px from each painting as a whole and from three squares that leave out a little of its edges,
so that a few thousand paintings do not become known by heart. The minutes are those of an H100.
"""

from __future__ import annotations

import argparse
import csv
import shutil
from collections.abc import Callable, Iterator
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
from PIL import Image

from impasto import api
from impasto.cli.watching import watching
from impasto.painters.choice import ON_GPU

LANDSCAPES = 1200
SPACE: dict[str, Any] = {"latent": 4, "blocks": 2, "batch": 256, "ema": 50.0}
PAINTER: dict[str, Any] = {"autoencoder": "shipped/autoencoder", **ON_GPU}
Box = tuple[float, float, float, float]
Views = Callable[[int], Iterator[Box]]


def main() -> None:
    """Make the folder of views, the store and the run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["autoencoder", "painter"])
    parser.add_argument("paintings", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("--out", type=Path, default=Path("runs/shipped"))
    parser.add_argument("--minutes", type=float, required=True)
    arguments = parser.parse_args()
    to_paint = arguments.what == "painter"
    side, label, views = (128, "movement", nearly_whole) if to_paint else (64, "set", closer)
    store = arguments.out / f"{arguments.what}-{side}"
    folder = arguments.out / f"views-{side}"
    if not store.exists():
        shutil.rmtree(folder, ignore_errors=True)
        make_views(arguments.paintings, arguments.store, folder, views, side)
        if not to_paint:
            add_landscapes(folder, arguments.out / "landscapes-64")
        api.prepare(folder, store, resolution=side, label=label, test_share=0, duplicates="keep")
    name, values = ("ddpm", PAINTER) if to_paint else ("kl_autoencoder", SPACE)
    with watching() as watch:
        api.train(
            name,
            store,
            arguments.out / arguments.what,
            minutes=arguments.minutes,
            preset="small",
            settings=values,
            watch=watch,
        )


def make_views(paintings: Path, store: Path, folder: Path, views: Views, side: int) -> None:
    """Write views of the training pictures, and the labels of each."""
    table = pyarrow.parquet.read_table(store / "index.parquet", columns=["file", "split", "movement", "license"])
    rows = [row for row in table.to_pylist() if row["split"] == "train"]
    jobs = [(paintings / row["file"], folder, number, views, side) for number, row in enumerate(rows)]
    folder.mkdir(parents=True)
    with Pool() as pool:
        counts = pool.starmap(write_views, jobs, chunksize=16)
    with (folder / "metadata.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["file_name", "set", "movement", "license"])
        for number, (row, count) in enumerate(zip(rows, counts, strict=True)):
            for view in range(count):
                lines.writerow([name_of(number, view), "paintings", row["movement"], row["license"]])


def write_views(path: Path, folder: Path, number: int, views: Views, side: int) -> int:
    """Write the views of one picture; returns how many."""
    picture = Image.open(path).convert("RGB")
    boxes = list(views(number))
    for view, box in enumerate(boxes):
        part = tuple(round(edge * picture.width) for edge in box)
        view_pixels = picture.resize((side, side), Image.Resampling.LANCZOS, box=part)
        view_pixels.save(folder / name_of(number, view), compress_level=1)
    return len(boxes)


def nearly_whole(number: int) -> Iterator[Box]:
    """The whole picture, and three squares of 86 to 97 % of its side."""
    random = np.random.default_rng((number, 0))
    yield 0.0, 0.0, 1.0, 1.0
    for size in random.uniform(0.86, 0.97, 3):
        left, top = random.uniform(0, 1 - size, 2)
        yield float(left), float(top), float(left + size), float(top + size)


def closer(number: int) -> Iterator[Box]:
    """The whole picture, and two quarters of its surface."""
    random = np.random.default_rng((number, 1))
    yield 0.0, 0.0, 1.0, 1.0
    for left, top in random.uniform(0, 0.5, (2, 2)):
        yield float(left), float(top), float(left + 0.5), float(top + 0.5)


def add_landscapes(folder: Path, store: Path) -> None:
    """Put drawn landscapes beside the paintings."""
    if not store.exists():
        api.make("landscapes", store, count=LANDSCAPES, resolution=64)
    with (folder / "metadata.csv").open("a", newline="") as file:
        lines = csv.writer(file)
        for number, pixels in enumerate(np.load(store / "pictures.npy", mmap_mode="r")):
            Image.fromarray(pixels).save(folder / f"landscape-{number:05d}.png", compress_level=1)
            lines.writerow([f"landscape-{number:05d}.png", "landscapes", "", "made by impasto"])


def name_of(number: int, view: int) -> str:
    """File of a view."""
    return f"{number:05d}-{view}.png"


if __name__ == "__main__":
    main()
