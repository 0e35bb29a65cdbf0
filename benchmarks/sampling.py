"""How well and how fast one painter of noise paints by each way of sampling: a Markdown table.

    python benchmarks/sampling.py shipped stores/paintings-128 --count 500 --way "steps=30" --way "steps=30 shift=1.5"

Choices are made by the validation split, which is the default. All ways begin from the same noise, so their differences
from the first way are paired: both sets of pictures are resampled alike. Time is that of one processor core. Ways in
bf16 are left out where this processor is slower in it, with a note. A way may name another guide for autoguidance
(Karras et al. 2024) than the painter's: a painter, or the weights of a run at a step, kept with points=true:

    --way "guidance=1 autoguidance=2 guide=runs/auto/points/step-000000324.safetensors"
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from leaderboard_numbers import spaces_here
from torch import Tensor

from impasto import api, pretrained
from impasto.config import parse_pairs
from impasto.data.store import Store
from impasto.files import read_json
from impasto.images.pictures import to_uint8
from impasto.machine import cost_of
from impasto.metrics.influence import kernel_influence
from impasto.metrics.kernel import kernel_distance
from impasto.metrics.manifold import precision_recall_density_coverage
from impasto.metrics.spaces import embed, embed_split

DRAWS = 1000
CHUNK = 50
WAYS = ("sampler=ddim steps=50", "sampler=ddim steps=20", "sampler=dpmpp steps=12", "sampler=dpmpp steps=20")


def main() -> None:
    """Paint, embed and compare, way after way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("painter")
    parser.add_argument("store")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--on", choices=["val", "test"], default="val")
    parser.add_argument("--way", action="append", help="Settings, such as 'steps=30 shift=1.5'; the first is the base.")
    parser.add_argument("--cache", type=Path, default=Path("features"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    painter: Any = api.load_painter(arguments.painter)
    split = Store.open(arguments.store).split(arguments.on)
    real = {space: embed_split(split, space, cache=arguments.cache).values for space in spaces_here()}
    heads = [head for space in real for head in (f"kernel distance, {space}", "less the first way's")]
    print(f"| settings | {' | '.join(heads)} | coverage | recall | seconds a picture |")
    print("|---" * (len(heads) + 4) + "|", flush=True)
    cost = cost_of("bf16", painter.device)
    if cost:
        print(f"Ways in bf16 are left out: {cost}.", file=sys.stderr)
    base: list[Tensor] = []
    for way in arguments.way or WAYS:
        settings = parse_pairs(way.split())
        if cost and settings.get("precision") == "bf16":
            continue
        guide = settings.pop("guide", None)
        paints = painter if guide is None else painter.with_guide(weights_of(Path(guide)))
        start = time.process_time()
        pixels = painted(paints, arguments.count, settings)
        seconds = (time.process_time() - start) / arguments.count
        features = [embed(pixels, space).values for space in real]
        base = base or features
        cells = [cell for triple in zip(real.values(), features, base, strict=True) for cell in compared(*triple)]
        first = next(iter(real.values()))
        equal = min(len(first), len(features[0]))
        manifold = precision_recall_density_coverage(first[:equal], features[0][:equal])
        cells += [f"{manifold['coverage']:.2f}", f"{manifold['recall']:.2f}", f"{seconds:.3f}"]
        print(f"| `{way}` | {' | '.join(cells)} |", flush=True)


def weights_of(source: Path) -> Any:
    """A painter, or one with the weights in a file of a run's folder of points."""
    if source.suffix != ".safetensors":
        return api.load_painter(source)
    painter = pretrained.rebuild(read_json(source.parents[1] / "run.json"))
    pretrained.load_weights(painter, source)
    return painter


def painted(painter: Any, count: int, settings: dict[str, Any]) -> np.ndarray:
    """Pictures, shape (N, H, W, 3), uint8, that begin from the same noise whatever the settings."""
    parts = [
        to_uint8(painter.paint(min(CHUNK, count - first), seed=first, **settings).pictures)
        for first in range(0, count, CHUNK)
    ]
    return np.concatenate(parts)


def compared(real: Tensor, features: Tensor, base: Tensor) -> tuple[str, str]:
    """The kernel distance, and its difference from that of the first way with its 95 % interval."""
    distances, influences = zip(
        *(
            (kernel_distance(real, each, subset_size=min(len(real), len(each), 1000)), kernel_influence(real, each))
            for each in (features, base)
        ),
        strict=True,
    )
    difference = distances[0] - distances[1]
    draws = np.full(DRAWS, difference)
    for seed, (of_this, of_base) in enumerate(zip(*influences, strict=True)):
        random = np.random.default_rng(seed)
        change = np.asarray(of_this) - np.asarray(of_base)
        draws += [change[random.integers(0, len(change), len(change))].mean() for _ in range(DRAWS)]
    low, high = np.percentile(draws, (2.5, 97.5))
    return f"{distances[0]:.3f}", f"{difference:+.3f} [{low:+.3f}, {high:+.3f}]"


if __name__ == "__main__":
    main()
