"""Fit the reader of feelings that comes with impasto, and measure it.

    python benchmarks/feeling.py paint runs/feeling.npz --count 3000
    python benchmarks/feeling.py fit runs/feeling.npz
    python benchmarks/feeling.py sheet sheet.png PICTURE …

`paint` composes scenes after valences and arousals that are drawn evenly, of all kinds of painting alike, and paints
them at 64 px. `fit` fits a linear map to six tenths of them, takes the margins from two tenths, measures on the last
two, and puts the reader into the package; the scenes of one kind of painting are kept out of all that, and measured by
themselves. `sheet` puts pictures in the order of their valence, from left to right, in rows by arousal.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from impasto.images.pictures import Pixels, contact_sheet
from impasto.images.reading import read_picture
from impasto.landscape.compose import compose
from impasto.landscape.render import render
from impasto.landscape.scene import CATEGORIES
from impasto.landscape.wish import Wish
from impasto.metrics.intervals import bootstrap_interval
from impasto.pretrained import load
from impasto.showing.feeling import COLOURS, JUDGE, FeelingReader, properties_of, shipped_feeling_reader
from impasto.sources import PACKAGED
from impasto.weight_files import write_tensors

CARD = """---
library_name: impasto
license: cc0-1.0
---
# A reader of feelings

Valence and arousal of a picture, as a sum of what its colours and the answers of the reader of the landscape world
(`shipped/world_reader`) add to them: for `impasto show feeling`.

It was fitted to {pictures:,} paintings of the procedural landscape world, made by rules, of all kinds but '{held_out}',
by `benchmarks/feeling.py`. What it is worth is measured in `docs/results/world-knowledge.md`.

## What it is bad at

It has learned how one world of painted landscapes shows feelings, which is by rules (weather, light, land, brush), and
was never told what people feel before a picture. Faces, stories and what things mean say nothing to it.
"""
"""The card that lies beside the numbers."""
HELD_OUT_KIND = "lime green"
SIDE = 64
FIRST_SEED = 30_000_000

Numbers = npt.NDArray[np.float64]


def paint(file: Path, count: int) -> None:
    """Write pictures, shape (N, 64, 64, 3), the valence and arousal of each, and its kind."""
    random = np.random.default_rng(7)
    feelings = random.uniform(-1, 1, (count, 2)).round(3)
    kinds = random.choice(CATEGORIES, count)
    pictures = []
    for number, ((valence, arousal), kind) in enumerate(zip(feelings, kinds, strict=True)):
        wish = Wish(valence=float(valence), arousal=float(arousal), mood="drawn")
        pictures.append(render(compose(wish, FIRST_SEED + number, str(kind)), SIDE).pixels)
    file.parent.mkdir(parents=True, exist_ok=True)
    np.savez(file, pictures=np.stack(pictures), feelings=feelings, kinds=kinds)


def fit(file: Path) -> None:
    """Fit, measure, ship."""
    with np.load(file) as arrays:
        pictures, feelings, kinds = arrays["pictures"], arrays["feelings"], arrays["kinds"]
    properties = properties_of(pictures, load(JUDGE).eval())[1]
    of_held_out = kinds == HELD_OUT_KIND
    fifth = np.arange(len(pictures)) % 5
    known = ~of_held_out & (fifth < 4)
    reader = FeelingReader.fitted(properties[known], feelings[known], fifth[known] == 3)
    for title, rows in (("scenes held out", ~of_held_out & (fifth == 4)), (f"'{HELD_OUT_KIND}'", of_held_out)):
        print(f"{title}, {rows.sum()} pictures")
        measure(reader, properties[rows], feelings[rows], feelings[known].mean(0))
    chosen = ~of_held_out & (fifth == 4)
    for title, columns in (("colours alone", slice(len(COLOURS))), ("answers alone", slice(len(COLOURS), None))):
        part = FeelingReader.fitted(properties[known][:, columns], feelings[known], fifth[known] == 3)
        print(title)
        measure(part, properties[chosen][:, columns], feelings[chosen], feelings[known].mean(0))
    folder = PACKAGED / "feeling"
    folder.mkdir(exist_ok=True)
    write_tensors(folder, reader.state())
    card = CARD.format(pictures=int((known & (fifth < 3)).sum()), held_out=HELD_OUT_KIND)
    (folder / "README.md").write_text(card, encoding="utf8")


def measure(reader: FeelingReader, properties: Numbers, feelings: Numbers, usual: Numbers) -> None:
    """Print errors, correlation, and how many feelings lie within the margins, each with its 95 % interval."""
    errors = np.abs(reader.estimates(properties) - feelings)
    for axis, name in enumerate(("valence", "arousal")):
        low, high = bootstrap_interval(errors[:, axis].mean(), errors[:, axis])
        within = errors[:, axis] <= reader.margins[axis]
        inside = bootstrap_interval(within.mean(), within.astype(np.float64))
        correlation = np.corrcoef(reader.estimates(properties)[:, axis], feelings[:, axis])[0, 1]
        print(
            f"  {name}: error {errors[:, axis].mean():.3f} [{low:.3f}, {high:.3f}], without looking "
            f"{np.abs(feelings[:, axis] - usual[axis]).mean():.3f}; correlation {correlation:.3f}; margin "
            f"{reader.margins[axis]:.3f}, within it {within.mean():.3f} [{inside[0]:.3f}, {inside[1]:.3f}]"
        )


def sheet(file: Path, paths: Sequence[Path], side: int = 128, rows: int = 4) -> None:
    """Write pictures in rows from calm, below, to excited, above, and in each from sad to glad."""
    pictures = [np.asarray(read_picture(path).image) for path in paths]
    reader, judge = shipped_feeling_reader()
    feelings = reader.read(pictures, judge)
    by_arousal = sorted(range(len(pictures)), key=lambda i: -feelings[i].arousal)
    columns = len(pictures) // rows
    order = []
    for row in range(rows):
        order += sorted(by_arousal[row * columns : (row + 1) * columns], key=lambda i: feelings[i].valence)
    tiles: list[Pixels] = [cv2.resize(_square(pictures[i]), (side, side), interpolation=cv2.INTER_AREA) for i in order]
    contact_sheet(np.stack(tiles), columns=columns).save(file)


def _square(picture: Pixels) -> Pixels:
    """The middle of a picture, as wide as high."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return picture[top : top + side, left : left + side]


def main() -> None:
    """Run one of the three."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["paint", "fit", "sheet"])
    parser.add_argument("file", type=Path)
    parser.add_argument("pictures", type=Path, nargs="*")
    parser.add_argument("--count", type=int, default=3000)
    arguments = parser.parse_args()
    if arguments.what == "paint":
        paint(arguments.file, arguments.count)
    elif arguments.what == "fit":
        fit(arguments.file)
    else:
        sheet(arguments.file, arguments.pictures)


if __name__ == "__main__":
    main()
