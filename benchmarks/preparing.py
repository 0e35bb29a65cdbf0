"""Preparing a folder of pictures beside a plain Pillow loop."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from harness import Case, main
from PIL import Image

from impasto.data.prepare import prepare

FROM = 256
TO = 64


def folder_of_pictures(root: Path, count: int) -> Path:
    """JPEGs with soft shapes and some grain, no two alike."""
    draw = np.random.default_rng(0)
    folder = root / "pictures"
    folder.mkdir()
    for number in range(count):
        soft = Image.fromarray(draw.integers(0, 256, (8, 8, 3), dtype=np.uint8))
        wide = FROM + int(draw.integers(0, 96))
        large = np.asarray(soft.resize((wide, FROM), Image.Resampling.BICUBIC), np.int16)
        grain = draw.integers(-12, 13, large.shape)
        Image.fromarray((large + grain).clip(0, 255).astype(np.uint8)).save(folder / f"{number:05d}.jpg", quality=90)
    return folder


def plain(folder: Path, out: Path) -> None:
    """Decode, cut the middle square out, resize with antialias, save."""
    rows = []
    for file in sorted(folder.iterdir()):
        with Image.open(file) as opened:
            picture = opened.convert("RGB")
        side = min(picture.size)
        left = (picture.width - side) // 2
        top = (picture.height - side) // 2
        square = picture.crop((left, top, left + side, top + side))
        rows.append(np.asarray(square.resize((TO, TO), Image.Resampling.BICUBIC)))
    np.save(out, np.stack(rows))


def cases(quick: bool) -> Iterator[Case]:
    """With one process, as the loop has, and with one a core."""
    count = 100 if quick else 1000
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        folder = folder_of_pictures(root, count)
        numbers = itertools.count()

        def ours(workers: int) -> Callable[[], None]:
            def work() -> None:
                out = root / f"store-{next(numbers)}"
                prepare(folder, out, resolution=TO, workers=workers, progress=lambda *_: None)
                shutil.rmtree(out)

            return work

        facts = {
            "pictures": f"{count} JPEGs of {FROM} px and wider, to {TO} px",
            "ours also": "hashes each picture twice, tells duplicates apart, flags, splits, and writes a checked store",
        }
        cores = os.cpu_count() or 1
        for workers, word in ((1, "1 process"), (cores, f"{cores} processes, the peer still 1")):
            case = f"preparing {FROM} → {TO} px, {word}"
            peer = lambda: plain(folder, root / "plain.npy")  # noqa: E731
            yield Case(case, "a Pillow loop", ours(workers), peer, count, "pictures", facts, seconds=30)


if __name__ == "__main__":
    main(cases)
