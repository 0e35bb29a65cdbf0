"""Memory and time of preparing many tiny pictures in shards, and of reading an epoch of them.

python benchmarks/large_store.py --count 200000 --workers 2
"""

from __future__ import annotations

import argparse
import io
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
from PIL import Image

from impasto.data.batches import Batches
from impasto.data.prepare import prepare
from impasto.memory import peak_memory

SIDE = 8
"""Height and width of the pictures."""
BATCH = 256


def write_pictures(folder: Path, count: int) -> None:
    """Write pictures of seeded noise, a thousand in each folder."""
    random = np.random.default_rng(0)
    for number in range(count):
        if number % 1000 == 0:
            here = folder / f"{number // 1000:04d}"
            here.mkdir(parents=True)
            pixels = random.integers(0, 256, (1000, SIDE, SIDE, 3), dtype=np.uint8)
        file = io.BytesIO()
        Image.fromarray(pixels[number % 1000]).save(file, "PNG", compress_level=1)
        (here / f"{number:07d}.png").write_bytes(file.getvalue())


def watch_workers(largest: list[int]) -> None:
    """Note the most memory of any child process, as Linux says it."""
    while True:
        for task in Path("/proc/self/task").iterdir():
            for pid in (task / "children").read_text().split():
                largest.append(max(largest.pop(), peak_memory(int(pid)) or 0))
        time.sleep(0.2)


def megabytes(count: int | None) -> str:
    """A number of bytes in words."""
    return "unknown" if count is None else f"{count / 2**20:,.0f} MiB"


def main() -> None:
    """Write the pictures, prepare them, and read an epoch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--shard-rows", type=int, default=8192)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "pictures"
        write_pictures(folder, options.count)
        print(f"{options.count:,} files written; peak {megabytes(peak_memory())}", flush=True)
        largest = [0]
        threading.Thread(target=watch_workers, args=[largest], daemon=True).start()
        start = time.perf_counter()
        store = prepare(
            folder,
            Path(work) / "store",
            resolution=SIDE,
            shard_rows=options.shard_rows,
            workers=options.workers,
            duplicates="keep",
        )
        seconds = time.perf_counter() - start
        print(
            f"prepared {len(store):,} in {seconds:,.0f} s in {store.manifest['shards']['count']} shards; "
            f"peak {megabytes(peak_memory())}, largest worker {megabytes(max(largest))}",
            flush=True,
        )
        batches = Batches(store.split("train"), BATCH, seed=0)
        start = time.perf_counter()
        steps = len(batches.split) // BATCH
        for step in range(steps):
            batches(step)
        seconds = time.perf_counter() - start
        print(f"an epoch of {steps:,} batches of {BATCH} read in {seconds:,.0f} s; peak {megabytes(peak_memory())}")


if __name__ == "__main__":
    main()
