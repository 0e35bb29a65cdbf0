"""Train what comes with the package, autoencoder and painter, from a folder of paintings and the store made of it.

    python benchmarks/shipped.py autoencoder paintings stores/paintings-64 --out runs/shipped --minutes 3
    python benchmarks/shipped.py painter paintings stores/paintings-64 --out runs/shipped --minutes 7

Only pictures of the store's training split are shown. The autoencoder learns at 64 px from each painting as a whole,
from two windows of its 128 px version, and from drawn landscapes, so that its latents suit both sizes and both worlds.
The painter learns at 128 px from each painting as a whole and from three squares that leave out a little of its edges,
so that a few thousand paintings do not become known by heart. `--set` settings go to the training.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import pyarrow.parquet
from PIL import Image

from impasto import api

LANDSCAPES = 1200
Box = tuple[float, float, float, float]


def main() -> None:
    """Make the folder of views, the store and the run."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("what", choices=["autoencoder", "painter"])
    words.add_argument("paintings", type=Path)
    words.add_argument("store", type=Path)
    words.add_argument("--out", type=Path, default=Path("runs/shipped"))
    words.add_argument("--name", help="Of the run; by default what is trained.")
    words.add_argument("--minutes", type=float, required=True)
    words.add_argument("--set", action="append", default=[])
    told = words.parse_args()
    side = 64 if told.what == "autoencoder" else 128
    store = told.out / f"{told.what}-{side}"
    if not store.exists():
        folder = told.out / f"views-{side}"
        make_views(told.paintings, told.store, folder, closer if side == 64 else nearly_whole, side)
        if side == 64:
            add_landscapes(folder, told.out / "landscapes-64")
        label = "set" if side == 64 else "movement"
        api.prepare(folder, store, resolution=side, label=label, test_share=0, duplicates="keep")
    painter = "kl_autoencoder" if side == 64 else "ddpm"
    command = ["train", painter, str(store), "--out", str(told.out / (told.name or told.what)), "--preset", "small"]
    command += ["--minutes", f"{told.minutes:g}", *(word for value in told.set for word in ("--set", value))]
    sys.exit(subprocess.call([sys.executable, "-m", "impasto", *command]))


def make_views(paintings: Path, store: Path, folder: Path, views: object, side: int) -> None:
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


def write_views(path: Path, folder: Path, number: int, views: object, side: int) -> int:
    """Write the views of one picture; tells how many."""
    picture = Image.open(path).convert("RGB")
    boxes = list(views(number))  # type: ignore[operator]
    for view, box in enumerate(boxes):
        part = tuple(round(edge * picture.width) for edge in box)
        seen = picture.resize((side, side), Image.Resampling.LANCZOS, box=part)
        seen.save(folder / name_of(number, view), compress_level=1)
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
    made = api.make("landscapes", store, count=LANDSCAPES, resolution=64)
    with (folder / "metadata.csv").open("a", newline="") as file:
        lines = csv.writer(file)
        for number, pixels in enumerate(np.load(made.root / "pictures.npy", mmap_mode="r")):
            Image.fromarray(pixels).save(folder / f"landscape-{number:05d}.png", compress_level=1)
            lines.writerow([f"landscape-{number:05d}.png", "landscapes", "", "made by impasto"])


def name_of(number: int, view: int) -> str:
    """File of a view."""
    return f"{number:05d}-{view}.png"


if __name__ == "__main__":
    main()
