"""What direct preference optimization gives: a painter learns a taste that can be computed, from its own pictures.

    python benchmarks/preferring.py shipped/words runs/taste --pairs 64 --steps 150

Of pairs of the painter's pictures the more colourful one is preferred (Hasler & Süsstrunk 2003). Then it paints seeds
that nobody voted on, before and after, with a sheet of both: above as it was, below as it has become.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

import impasto
from impasto.api.loaded import LoadedPainter
from impasto.images.pictures import Pixels
from impasto.metrics.colourfulness import colourfulness
from impasto.preference.pair_store import pair_store
from impasto.votes.pairs import PreferredPair

SHOWN = 12
PAINTED = 48
STEPS = 12
"""Of sampling, which suffice to see colours."""


def main() -> None:
    """Make the pairs, train, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("painter")
    parser.add_argument("out", type=Path)
    parser.add_argument("--pairs", type=int, default=64)
    parser.add_argument("--steps", type=int, default=150)
    parser.add_argument("--beta", type=float, default=500.0)
    arguments = parser.parse_args()
    painter = impasto.open(arguments.painter)
    store = arguments.out / "pairs"
    if not store.is_dir():
        folder = arguments.out / "voted"
        if not folder.is_dir():
            painter.paint(2 * arguments.pairs, seed=1, settings={"steps": STEPS}).save(folder)
        files = sorted(folder.glob("[0-9]*.png"))
        pairs = [preferred(*pair) for pair in zip(files[::2], files[1::2], strict=True)]
        height, width, _ = pixels_of(files[:1])[0].shape
        pair_store(pairs, (height, width), store)
    run = arguments.out / f"run-{arguments.beta:g}"
    impasto.prefer(arguments.painter, store, run, steps=arguments.steps, settings={"beta": arguments.beta})
    both = [painted(painter), painted(impasto.open(run))]
    before, after = (colourfulness(pixels) for pixels in both)
    print(
        f"Colourfulness {before.mean():.1f} before, {after.mean():.1f} after; {(after > before).mean():.0%} of "
        f"{PAINTED} seeds are more colourful."
    )
    rows = [np.concatenate(list(pixels[:SHOWN]), axis=1) for pixels in both]
    Image.fromarray(np.concatenate(rows)).save(arguments.out / f"sheet-{arguments.beta:g}.png")


def preferred(one: Path, other: Path) -> PreferredPair:
    """Two files, of which the more colourful picture is preferred."""
    first, second = colourfulness(pixels_of([one, other]))
    return PreferredPair(one, other) if first > second else PreferredPair(other, one)


def painted(painter: LoadedPainter) -> Pixels:
    """Pictures of seeds that were not voted on, shape (N, H, W, 3)."""
    return np.stack([each.pixels for each in painter.paint(PAINTED, seed=2, settings={"steps": STEPS})])


def pixels_of(files: Sequence[Path]) -> Pixels:
    """Pictures of one size, shape (N, H, W, 3)."""
    return np.stack([np.asarray(Image.open(file).convert("RGB")) for file in files])


if __name__ == "__main__":
    main()
