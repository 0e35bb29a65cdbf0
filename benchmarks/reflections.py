"""How well the water of pictures mirrors what stands above it, as the metric `reflection-agreement` has it.

    python benchmarks/reflections.py runs/feeling.npz stores/paintings-64

Pictures come from a file of `benchmarks/feeling.py paint`, which the renderer painted, or from the validation split of
a store. Below the agreement stands that of the same water with what the next picture would mirror in it, which is
chance.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from impasto.data.store import Store
from impasto.landscape.light_reader import shipped_light_reader
from impasto.metrics.intervals import bootstrap_interval
from impasto.metrics.reflection import mirror_agreements


def main() -> None:
    """Print both numbers of each collection, with 95 % intervals over pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("collections", type=Path, nargs="+")
    for path in parser.parse_args().collections:
        pictures = np.load(path)["pictures"] if path.is_file() else Store.open(path).split("val").uint8()
        for title, mirrored in (("itself", None), ("the next picture", np.roll(pictures, 1, 0))):
            values = mirror_agreements(pictures, shipped_light_reader(), mirrored)
            known = values[np.isfinite(values)]
            low, high = bootstrap_interval(known.mean(), known)
            share = f"{len(known):,} of {len(values):,} with water"
            print(f"{path}, {share}, with {title}: {known.mean():.3f} [{low:.3f}, {high:.3f}]")


if __name__ == "__main__":
    main()
