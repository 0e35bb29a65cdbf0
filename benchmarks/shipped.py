"""Train the painter that comes with the package, from a folder of paintings and the store made of it.

    impasto data prepare paintings --out stores/paintings-128 --resolution 128 --label movement
    python benchmarks/shipped.py paintings stores/paintings-128 --minutes 85 --set time_mean=-0.3 --set ema=20

Only pictures of the store's training split are shown: each as a whole and as two squares that leave out a little of its
edges, so that a few thousand paintings do not become known by heart. The category of a view is its movement or its
artist, so that the painter can be asked for either.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image

from impasto import api
from impasto.cli.watching import watching
from impasto.config import parse_pairs
from impasto.data.store import Store

SIDE = 128
CROPS = 2
COLUMNS = ["file_name", "style", "license"]
Box = tuple[float, float, float, float]


def main() -> None:
    """Make the folder of views, the store of views and the run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paintings", type=Path)
    parser.add_argument("store", type=Path)
    parser.add_argument("--out", type=Path, default=Path("runs/shipped"))
    parser.add_argument("--painter", default="flow_unet")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--set", dest="settings", action="append", default=[], metavar="NAME=VALUE")
    arguments = parser.parse_args()
    views = arguments.out / "views"
    store = arguments.out / "store"
    if not store.exists():
        make_views(arguments.paintings, arguments.store, views)
        api.prepare(views, store, resolution=SIDE, label="style", test_share=0, val_share=0, duplicates="keep")
    with watching() as watch:
        api.train(
            arguments.painter,
            store,
            arguments.out / "run",
            minutes=arguments.minutes,
            batch=arguments.batch,
            settings=parse_pairs(arguments.settings),
            watch=watch,
        )


def make_views(paintings: Path, store: Path, folder: Path) -> None:
    """Write the views of the training pictures, and a table of their categories."""
    rows = [row for row in Store.open(store).table.to_pylist() if row["split"] == "train"]
    folder.mkdir(parents=True, exist_ok=True)
    with Pool() as pool:
        pool.starmap(write_views, [(paintings / row["file"], folder, number) for number, row in enumerate(rows)], 16)
    with (folder / "metadata.csv").open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(COLUMNS)
        for number, row in enumerate(rows):
            for view in range(1 + CROPS):
                by_movement = view == CROPS or (view == 0 and number % 2 == 0)
                lines.writerow([name_of(number, view), row["movement" if by_movement else "artist"], row["license"]])


def write_views(path: Path, folder: Path, number: int) -> None:
    """Write the views of one picture."""
    picture = Image.open(path).convert("RGB")
    for view, box in enumerate(boxes(number)):
        part = tuple(round(edge * picture.width) for edge in box)
        view_pixels = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS, box=part)
        view_pixels.save(folder / name_of(number, view), compress_level=1)


def boxes(number: int) -> Iterator[Box]:
    """The whole picture, and squares of 86 to 97 % of its side."""
    random = np.random.default_rng((number, 0))
    yield 0.0, 0.0, 1.0, 1.0
    for size in random.uniform(0.86, 0.97, CROPS):
        left, top = random.uniform(0, 1 - size, 2)
        yield float(left), float(top), float(left + size), float(top + size)


def name_of(number: int, view: int) -> str:
    """File of a view."""
    return f"{number:05d}-{view}.png"


if __name__ == "__main__":
    main()
