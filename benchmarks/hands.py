r"""How well hands are read, and how many of a painter's hands are right, with and without a map and a guide.

    impasto data make hands --count 2000 --seed 1 --resolution 32 --val-share 0 --test-share 0.2 --out right
    impasto data make wrong-hands --count 1600 --seed 2 --resolution 32 --val-share 0 --test-share 0.25 --out wrong
    impasto data join right wrong --out both
    impasto train hand_reader both --out reader --steps 1500 --batch 32
    impasto train hand_reader both --out examiner --steps 1000 --batch 32 --seed 1 --set noise=0.3
    python benchmarks/hands.py draw --out hands-sheet
    python benchmarks/hands.py read right wrong --reader reader
    python benchmarks/hands.py ship reader
    impasto train flow_unet right --out painter --steps 2000 --batch 32 --preset small --set 'autoencoder=""' \
        --set 'map_inputs=["pose"]' --set 'channels=[32,64,96]' --set grid=32 --set 'attention=[8]' \
        --set label_dropout=0.3
    python benchmarks/hands.py paint painter right --examiner examiner --out hands-sheet

Reading is measured on the test splits. Painting is steered by the reader that comes with impasto, which it could
deceive; so a second reader, the examiner, which began from another seed and saw more noise, looks too. Intervals are
bootstrapped over pictures, 95 %.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

import impasto
from impasto import pretrained
from impasto.contract import Condition, HandReading, Painter, PictureNoise, ReadsHands
from impasto.data.store import Store
from impasto.files import read_json
from impasto.hands.caption import stated
from impasto.hands.drawn import LEGEND, joints_of_map, pose_map
from impasto.hands.faults import FAULTS
from impasto.hands.kinds import KINDS
from impasto.images.pictures import Pixels, contact_sheet, to_float, to_uint8
from impasto.metrics.hands import correct_hands
from impasto.metrics.intervals import bootstrap_interval
from impasto.painters.rules.hand_studies import hand_study

READER = "shipped/hand_reader"
MOST_BYTES = 2_000_000
SOURCE = "Drawings of one hand each, right ones and ones that are wrong on purpose, made by rules."
LIMITATIONS = (
    "It knows drawings of hands by the rules of impasto at 32 px, and no photograph or other drawing. What it sees "
    "of right and of wrong hands stands in docs/results/world-knowledge.md: compare its numbers for painted pictures "
    "with those, never with 1."
)
Values = npt.NDArray[np.float64]
NEAR = 0.05
"""Distance up to which a joint counts as read, as a share of the picture."""
SEED = 11
DRAWN = 96
"""Rows and columns of a drawing on the sheet of drawings."""
SHOWN = 12
"""Pictures of each way on the sheet."""


@dataclass(frozen=True)
class Way:
    """A way to paint: a name, whether the map is given, and settings."""

    name: str
    with_map: bool
    settings: dict[str, Any]


def main() -> None:
    """Read, ship or paint, and print the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    draw = verbs.add_parser("draw", help="a sheet of right hands, the maps of their poses, and wrong hands")
    draw.add_argument("--out", type=Path, default=Path("hands"))
    read = verbs.add_parser("read", help="errors of a reader on the test splits of right and wrong hands")
    read.add_argument("stores", type=Path, nargs="+")
    read.add_argument("--reader", default=READER)
    ship = verbs.add_parser("ship", help="put a reader into the package, in half precision")
    ship.add_argument("run", type=Path)
    paint = verbs.add_parser("paint", help="share of right hands of a painter that reads the map of a pose")
    paint.add_argument("painter")
    paint.add_argument("store", type=Path)
    paint.add_argument("--examiner", required=True)
    paint.add_argument("--count", type=int, default=200)
    paint.add_argument("--steps", type=int, default=12)
    paint.add_argument("--scale", type=float, default=0.05, help="hand_guidance_scale of the guided pictures")
    paint.add_argument("--out", type=Path, default=Path("hands"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.verb == "draw":
        draw_sheet(options.out)
    elif options.verb == "read":
        for store in options.stores:
            report_reading(load_reader(options.reader), Store.open(store))
    elif options.verb == "ship":
        put_into_package(options.run)
    else:
        report_painting(options)


def draw_sheet(out: Path) -> None:
    """Write a sheet: two rows of right hands, their maps, and two rows of wrong ones."""
    out.mkdir(parents=True, exist_ok=True)
    kinds = [*KINDS, "open", "relaxed", "lying", "holding", "counting"]
    right = [hand_study(100 + number, DRAWN, kinds[number % len(kinds)]) for number in range(2 * SHOWN)]
    wrong = [
        hand_study(200 + number, DRAWN, kinds[number % len(kinds)], FAULTS[1 + number // SHOWN])
        for number in range(2 * SHOWN)
    ]
    hues = np.random.default_rng(3).integers(90, 256, (len(LEGEND), 3)).astype(np.uint8)
    hues[0] = 20
    maps = [hues[pose_map([study.hand], DRAWN)] for study in right]
    rows = [[study.pixels for study in right], maps, [study.pixels for study in wrong]]
    contact_sheet(np.stack([pixels for row in rows for pixels in row]), columns=SHOWN).save(out / "drawn.png")


def load_reader(name: str) -> ReadsHands:
    """A trained reader of hands, by the folder of its run or its name."""
    folder = Path(name) / "painter"
    loaded = pretrained.load(folder if folder.is_dir() else name).eval()
    assert isinstance(loaded, ReadsHands)
    return loaded


@torch.inference_mode()
def readings(reader: ReadsHands, pixels: Pixels) -> HandReading:
    """What is read of pictures, shape (N, H, W, 3)."""
    parts = [reader.read_hands(to_float(pixels[start : start + 64])) for start in range(0, len(pixels), 64)]
    fingers, in_range, joints = (
        torch.cat([getattr(part, name) for part in parts]) for name in ("fingers", "in_range", "joints")
    )
    return HandReading(parts[0].counts, fingers, in_range, joints)


def report_reading(reader: ReadsHands, store: Store) -> None:
    """Print how a store's test pictures are read."""
    split = store.split("test")
    texts = [captions[0] for captions in split.captions(range(len(split)))]
    truth = [statement for text in texts if (statement := stated(text)) is not None]
    pixels = split.uint8()
    reading = readings(reader, pixels)
    counted = np.array(reading.counts)[reading.fingers.argmax(1).numpy()]
    fingers = np.array([each.fingers for each in truth])
    in_range = np.array([each.in_range for each in truth])
    true_joints = np.stack([joints_of_map(values) for values in split.map("pose", range(len(split)))])
    distance = np.hypot(*np.moveaxis(reading.joints.numpy() - true_joints, -1, 0))
    known = np.isfinite(distance)
    print(f"{store.root}: {len(split)} pictures")
    show("  fingers counted rightly", (counted == fingers).astype(float))
    for count in sorted(set(fingers.tolist())):
        show(f"  … of those with {count}", (counted == fingers)[fingers == count].astype(float))
    show("  joints in range or not, rightly", ((reading.in_range.numpy() > 0.5) == in_range).astype(float))
    for value in sorted(set(in_range.tolist())):
        name = "in range" if value else "out of range"
        show(f"  … of those {name}", ((reading.in_range.numpy() > 0.5) == in_range)[in_range == value].astype(float))
    show("  distance of joints, share of the picture", np.nanmean(distance, 1))
    show(
        f"  joints within {NEAR:g}",
        np.where(known.any(1), ((distance < NEAR) & known).sum(1) / known.sum(1).clip(min=1), np.nan),
    )
    show("  correct-hands", correct_hands(pixels, reader)["correct-hands"])


def report_painting(options: argparse.Namespace) -> None:
    """Paint in every way, let both readers look, and write the sheet."""
    options.out.mkdir(parents=True, exist_ok=True)
    model = impasto.open(options.painter).model
    split = Store.open(options.store).split("test")
    rows = range(min(options.count, len(split)))
    maps = torch.from_numpy(split.map("pose", rows).astype(np.int64))
    category = torch.from_numpy(split.labels[list(rows)])
    requested = np.stack([joints_of_map(values) for values in split.map("pose", rows)])
    guide = {"hand_guidance_scale": options.scale}
    ways = [
        Way("no map, no guide", False, {}),
        Way("no map, guide", False, guide),
        Way("map, no guide", True, {}),
        Way("map, guide", True, guide),
    ]
    true_pictures = split.uint8(rows)
    sheet = [true_pictures[:SHOWN]]
    readers = {"reader": load_reader(READER), "examiner": load_reader(options.examiner)}
    report_pictures("true hands", true_pictures, readers, requested)
    for way in ways:
        start = time.process_time()
        settings = {"steps": options.steps, "guidance": 1.0, **way.settings}
        pixels = painted(model, category, maps if way.with_map else None, settings)
        seconds = (time.process_time() - start) / len(rows)
        report_pictures(f"{way.name}, {seconds:.2f} s each", pixels, readers, requested if way.with_map else None)
        sheet.append(pixels[:SHOWN])
        contact_sheet(np.concatenate(sheet), columns=SHOWN).save(options.out / "sheet.png")
        np.save(options.out / f"{way.name.replace(', ', '-').replace(' ', '_')}.npy", pixels)


def painted(model: Painter, category: Tensor, maps: Tensor | None, values: dict[str, Any]) -> Pixels:
    """A picture for each category, and map if there are some, shape (K, H, W, 3), uint8."""
    settings = model.resolve_settings(model.load_settings(values))
    parts = []
    with model.painting(inference=not settings.needs_gradients):
        for start in range(0, len(category), 50):
            rows = range(start, min(start + 50, len(category)))
            shown = {} if maps is None else {"pose": maps[rows]}
            condition = Condition(len(rows), category=category[rows], maps=shown)
            parts.append(model.render(condition, PictureNoise(SEED, rows), settings).pictures.detach())
    return to_uint8(torch.cat(parts))


def report_pictures(name: str, pixels: Pixels, readers: dict[str, ReadsHands], requested: Values | None) -> None:
    """Print what the readers see in pictures, and how far joints are from where they were requested."""
    for title, reader in readers.items():
        shares = correct_hands(pixels, reader)
        for quantity, values in shares.items():
            show(f"{name}, {title}: {quantity}", values)
    if requested is not None:
        distance = np.hypot(*np.moveaxis(readings(readers["examiner"], pixels).joints.numpy() - requested, -1, 0))
        show(f"{name}: distance of joints from those asked for", np.nanmean(distance, 1))


def put_into_package(run: Path) -> None:
    """Put the reader of a run into the package, in half precision, with its card."""
    judge = run / "painter"
    facts = read_json(judge / "config.json")["facts"]
    facts["data"]["store"] = "right and wrong hands"
    remarks = {"Where the pictures come from": SOURCE, "What it is bad at": LIMITATIONS}
    facts |= {"license": "cc0-1.0", "remarks": remarks}
    pretrained.save(pretrained.load(judge), Path("src/impasto") / READER, facts, half=True, most_bytes=MOST_BYTES)


def show(name: str, values: Values) -> None:
    """Print a mean with its interval."""
    mean = float(values.mean())
    low, high = bootstrap_interval(mean, values)
    print(f"{name}: {mean:.3f} [{low:.3f}, {high:.3f}]", flush=True)


if __name__ == "__main__":
    main()
