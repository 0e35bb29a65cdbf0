"""Translation between two kinds of the landscape world, where the same scene painted in both kinds is the truth.

    python benchmarks/translation.py make stores/kinds --count 300 --side 64
    impasto train cut_gan stores/kinds/second --second-store stores/kinds/first --out runs/cut --minutes 5
    impasto train cycle_gan stores/kinds/second --second-store stores/kinds/first --out runs/cycle --minutes 5
    python benchmarks/translation.py measure stores/kinds runs/cut runs/cycle --sheet sheet.png

`make` paints scenes of one composition in two kinds: some in the first kind alone, others in the second alone, from
which painters learn without pairs; and further ones in both, which nobody learns from. `measure` gives painters the
latter and prints how far their pictures are from the truth, how much of the given picture they keep, and how far their
collection is from the one to be painted; for a painter that also goes back, the same the other way. Beside them stand
doing nothing, and giving the picture the mean and spread of the other collection's colours (Reinhard et al. 2001).
Intervals are bootstrapped over scenes, 95 %.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from impasto import api
from impasto.contract import Painter, Stylizes
from impasto.data.prepare import prepare
from impasto.data.store import Store
from impasto.images.pictures import Pixels, to_float, to_uint8
from impasto.landscape.compose import compose
from impasto.landscape.render import render
from impasto.metrics.frechet import frechet_distance
from impasto.metrics.intervals import bootstrap_interval
from impasto.metrics.kernel import kernel_distance
from impasto.metrics.perceptual_distance import lpips
from impasto.metrics.spaces import embed
from impasto.metrics.structure_kept import structure_kept

KINDS = ("realistic", "ink")
FIRST_SCENE = 30_000_000
"""Seed of the first scene."""
SHOWN = 8
"""Scenes on the sheet."""
COLUMNS = ("error", "PSNR", "LPIPS to truth", "LPIPS to given", "structure kept", "kernel distance", "ArtFD")

Way = Callable[[Pixels], Pixels]


def make(folder: Path, count: int, tests: int, side: int, kinds: Sequence[str]) -> None:
    """Paint two stores that share no scene, and pairs of further scenes in both kinds."""

    def painted(number: int, kind: str) -> Pixels:
        scene = compose(seed=FIRST_SCENE + number, category=kinds[0])
        return render(replace(scene, category=kind, seal=False), side).pixels

    for position, name in enumerate(("first", "second")):
        pictures = folder / f"{name}-pictures"
        pictures.mkdir(parents=True)
        for number in range(position * count, (position + 1) * count):
            Image.fromarray(painted(number, kinds[position])).save(pictures / f"{number:06d}.png")
        prepare(pictures, folder / name, resolution=side, duplicates="keep", test_share=0.01, val_share=0.0)
    numbers = range(2 * count, 2 * count + tests)
    np.savez(folder / "pairs.npz", **{kind: np.stack([painted(n, kind) for n in numbers]) for kind in kinds})


def recoloured(pixels: Pixels, like: Pixels) -> Pixels:
    """A picture (H, W, 3) with the mean and spread of the colours of a collection (N, H, W, 3), in CIELAB."""

    def lab(values: Pixels) -> npt.NDArray[np.float32]:
        return cv2.cvtColor(values.reshape(1, -1, 3).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]

    given = lab(pixels)
    # The spread within pictures, as that of all pixels together holds differences between pictures too.
    others = np.stack([lab(each) for each in like])
    moved = (given - given.mean(0)) / (given.std(0) + 1e-6) * others.std(1).mean(0) + others.mean((0, 1))
    back = cv2.cvtColor(moved[None].astype(np.float32), cv2.COLOR_LAB2RGB)[0]
    return np.rint(back.clip(0, 1) * 255).astype(np.uint8).reshape(pixels.shape)


def by_painter(painter: Painter, pixels: Pixels, *, back: bool = False) -> Pixels:
    """A picture as a painter translates it."""
    assert isinstance(painter, Stylizes)
    how = {"back": True} if back else {}
    return to_uint8(painter.stylize(to_float(pixels[None])[0], **how).pictures)[0]


def measured(results: Pixels, given: Pixels, truth: Pixels, target: Pixels, network: str) -> dict[str, str]:
    """All numbers of a way, in the columns of the table.

    Args:
        results: Translated pictures, shape (N, H, W, 3).
        given: What they were made of.
        truth: What they should be.
        target: Pictures of the collection, shape (M, H, W, 3).
        network: Space of the distances between collections.
    """
    difference = results.astype(np.float64) - truth
    of_truth, of_given = (lpips(to_float(results), to_float(each)).numpy() for each in (truth, given))
    values = {
        "error": np.abs(difference).mean((1, 2, 3)),
        "PSNR": 10 * np.log10(255**2 / np.square(difference).mean((1, 2, 3)).clip(1e-3)),
        "LPIPS to truth": of_truth,
        "LPIPS to given": of_given,
        "structure kept": structure_kept(results, given),
    }
    cells = {}
    for name, each in values.items():
        low, high = bootstrap_interval(float(each.mean()), each, seed=0)
        cells[name] = f"{each.mean():.3g} ({low:.3g}–{high:.3g})"
    painted, wanted_features = (embed(pixels, network).values for pixels in (results, target))
    size = min(len(painted), len(wanted_features))
    distance = kernel_distance(wanted_features, painted, subsets=50, subset_size=max(2, size // 2))
    cells["kernel distance"] = f"{distance:.4g}"
    # ArtFID (Wright & Ommer 2022, equation 3) in another space than Inception's.
    cells["ArtFD"] = f"{(1 + of_given.mean()) * (1 + frechet_distance(wanted_features, painted)):.4g}"
    return cells


def measure(folder: Path, runs: Sequence[Path], network: str, sheet: Path | None) -> None:
    """Print the tables of both ways, and write the sheet of both."""
    with np.load(folder / "pairs.npz") as pairs:
        kinds = list(pairs)
        pictures = [pairs[kind] for kind in kinds]
    collections = [Store.open(folder / name).split("train").uint8() for name in ("first", "second")]
    painters = {run.name: api.open(run).model for run in runs}
    rows = []
    for source, target in ((0, 1), (1, 0)):
        ways: dict[str, Way] = {
            "nothing": lambda pixels: pixels,
            "colours": partial(recoloured, like=collections[target]),
        }
        for name, painter in painters.items():
            if target == 1:
                ways[name] = partial(by_painter, painter)
            elif "back" in {field.name for field in fields(painter.Settings)}:
                ways[name] = partial(by_painter, painter, back=True)
        given, truth = pictures[source], pictures[target]
        print(f"\n{kinds[source]} → {kinds[target]}, {len(given)} scenes; distances in the space {network}\n")
        print(f"| | {' | '.join(COLUMNS)} | processor s |\n|---|{'---|' * (len(COLUMNS) + 1)}")
        results = {}
        for name, way in ways.items():
            began = time.process_time()
            results[name] = np.stack([way(each) for each in given])
            seconds = (time.process_time() - began) / len(given)
            cells = measured(results[name], given, truth, collections[target], network)
            print(f"| {name} | {' | '.join(cells[column] for column in COLUMNS)} | {seconds:.3f} |", flush=True)
        cells = measured(truth, given, truth, collections[target], network)
        print(f"| the truth | {' | '.join(cells[column] for column in COLUMNS)} | |")
        rows += [np.concatenate(list(part[:SHOWN]), axis=1) for part in (given, *results.values(), truth)]
    if sheet is not None:
        whole = np.concatenate(rows)
        Image.fromarray(whole).resize((2 * whole.shape[1], 2 * whole.shape[0]), Image.Resampling.NEAREST).save(sheet)


def main() -> None:
    """Paint, or measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    tasks = parser.add_subparsers(dest="task", required=True)
    of_make = tasks.add_parser("make")
    of_make.add_argument("folder", type=Path)
    of_make.add_argument("--count", type=int, default=300, help="pictures of each store")
    of_make.add_argument("--tests", type=int, default=60, help="scenes in both kinds")
    of_make.add_argument("--side", type=int, default=64)
    of_make.add_argument("--kinds", nargs=2, default=KINDS)
    of_measure = tasks.add_parser("measure")
    of_measure.add_argument("folder", type=Path)
    of_measure.add_argument("runs", type=Path, nargs="*")
    of_measure.add_argument("--network", default="handcrafted", help="feature space of distances of collections")
    of_measure.add_argument("--sheet", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.task == "make":
        make(arguments.folder, arguments.count, arguments.tests, arguments.side, arguments.kinds)
    else:
        measure(arguments.folder, arguments.runs, arguments.network, arguments.sheet)


if __name__ == "__main__":
    main()
