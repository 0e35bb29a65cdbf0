r"""How well a painter that reads layouts puts sky and water where a layout has them.

    impasto data make landscapes --count 6000 --resolution 64 --seed 11 --test-share 0.2 --val-share 0.2 \
        --hold-out-combinations --out world
    impasto train flow_unet world --out painter --minutes 20 --batch 32 --set 'map_inputs=["layout"]'
    python benchmarks/layouts.py painter world --out layouts-sheet

The reader of light that comes with impasto says which places of a picture show sky and water. Where it sees them is
compared with the layout that the picture was painted after: intersection over union, over pictures that have at least a
twentieth of each. The same of the true pictures is the most that can be reached with this reader; that with the layout
of another picture of the same kind is what chance gives. Intervals are bootstrapped over pictures, 95 %.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

import impasto
from impasto.contract import Condition, Painter, PictureNoise
from impasto.data.store import Split, Store
from impasto.images.pictures import Pixels, contact_sheet, to_float, to_uint8
from impasto.landscape.light_reader import shipped_light_reader
from impasto.metrics.intervals import bootstrap_interval

SEED = 5
BATCH = 50
SHOWN = 12
LEAST = 0.05
"""Share of a layout from which on a surface counts."""
SURFACES = ("sky", "water")
Values = npt.NDArray[np.float64]


def main() -> None:
    """Paint after the layouts of test pictures, with and without them, and print what the reader sees."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("painter", type=Path, help="a run of a painter that reads the map layout")
    parser.add_argument("store", type=Path, help="a store of the world of landscapes, of the painter's size")
    parser.add_argument("--count", type=int, default=400, help="test pictures whose layouts are painted after")
    parser.add_argument("--out", type=Path, required=True, help="folder for the sheet")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    store = Store.open(options.store)
    split = store.split("test")
    rows = range(min(options.count, len(split)))
    layouts = split.map("layout", rows).astype(np.int64)
    places = [store.manifest["maps"]["layout"]["legend"].index(surface) for surface in SURFACES]
    model = impasto.open(options.painter).model
    true_pictures = split.uint8(rows)
    sheet = [true_pictures[:SHOWN]]
    report("true pictures", true_pictures, layouts, places)
    report("true pictures, layouts of others", true_pictures, np.roll(layouts, 1, axis=0), places)
    for name, maps in (("painted without a layout", None), ("painted after the layout", layouts)):
        start = time.process_time()
        pixels = painted(model, split, rows, maps)
        seconds = (time.process_time() - start) / len(rows)
        report(f"{name}, {seconds:.2f} processor s each", pixels, layouts, places)
        sheet.append(pixels[:SHOWN])
    contact_sheet(np.concatenate(sheet), columns=SHOWN).save(options.out / "layouts.png")


def painted(model: Painter, split: Split, rows: range, layouts: npt.NDArray[np.int64] | None) -> Pixels:
    """A picture of the category of each row, after its layout if there is one, shape (K, H, W, 3), uint8."""
    settings = model.resolve_settings(model.load_settings({"guidance": 1.0}))
    parts = []
    with model.painting():
        for start in range(0, len(rows), BATCH):
            part = rows[start : start + BATCH]
            maps = {} if layouts is None else {"layout": torch.from_numpy(layouts[start : start + BATCH])}
            category = torch.from_numpy(split.labels[list(part)])
            condition = Condition(len(part), category=category, maps=maps).to(model.device)
            parts.append(model.render(condition, PictureNoise(SEED, part, model.device), settings).pictures.cpu())
    return to_uint8(torch.cat(parts))


@torch.inference_mode()
def report(name: str, pixels: Pixels, layouts: npt.NDArray[np.int64], places: list[int]) -> None:
    """Print the mean intersection over union of each surface, as the reader sees it, with a layout."""
    reader = shipped_light_reader()
    parts = [reader(to_float(pixels[start : start + BATCH]).contiguous()) for start in range(0, len(pixels), BATCH)]
    for surface, place in zip(SURFACES, places, strict=True):
        shares = torch.cat([getattr(part, surface) for part in parts])
        values = overlap(shares, torch.from_numpy(layouts == place))
        mean = float(values.mean())
        low, high = bootstrap_interval(mean, values)
        print(f"{name}: {surface} {mean:.3f} [{low:.3f}, {high:.3f}], {len(values)} pictures", flush=True)


def overlap(shares: Tensor, layout: Tensor) -> Values:
    """Intersection over union of each picture that has enough of a surface.

    Args:
        shares: Shares of a surface that are seen, shape (N, h, w).
        layout: Where it is, shape (N, H, W).
    """
    there = F.interpolate(layout[:, None].float(), shares.shape[1:], mode="area")[:, 0] >= 0.5
    seen_there = shares >= 0.5
    counted = there.flatten(1).float().mean(1) >= LEAST
    both = (there & seen_there).flatten(1).sum(1)
    either = (there | seen_there).flatten(1).sum(1)
    values: Values = (both / either).double().numpy()[counted.numpy()]
    return values


if __name__ == "__main__":
    main()
