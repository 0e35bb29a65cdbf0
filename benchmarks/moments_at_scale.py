"""The Fréchet distance between two splits of a store from moments of its shards, beside that from all features.

python benchmarks/moments_at_scale.py STORE --network squeezenet --workers 2
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from impasto.data.store import Store
from impasto.memory import peak_memory
from impasto.metrics.frechet import frechet_distance
from impasto.metrics.moments import moments_distance
from impasto.metrics.shard_moments import moments_of_split
from impasto.metrics.spaces import choose_network, embed_split


def processor_seconds() -> float:
    """Of this process and its children that have ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--network", default="auto")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    store = Store.open(options.store)
    network = choose_network(options.network)[0]
    splits = [store.split(name) for name in ("train", "test")]
    count = sum(len(split) for split in splits)
    with tempfile.TemporaryDirectory() as folder:
        processor = processor_seconds()
        started = time.monotonic()
        first, second = (moments_of_split(s, network, Path(folder), workers=options.workers) for s in splits)
        distance = moments_distance(first, second)
        seconds = time.monotonic() - started
        processor = processor_seconds() - processor
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        parts = len(list(Path(folder).iterdir()))
    print(f"{network}: {count:,} pictures in {parts} parts ({size / 1e6:,.1f} MB) by {options.workers} processes:")
    print(f"{seconds:,.1f} s, {1000 * processor / count:.2f} ms of processor time a picture, starts included;")
    print(f"a million take {1e6 * processor / count / 3600:.2f} hours of one core.")
    print(f"Memory of this process at its highest: {peak_memory() / 2**20:,.0f} MiB.")
    whole = frechet_distance(*(embed_split(split, network).values for split in splits))
    print(f"Distance from moments {distance:.9g}, from all features {whole:.9g}.")


if __name__ == "__main__":
    main()
